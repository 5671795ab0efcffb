"""Postgres and Valkey for one machine, out of Python wheels: nothing to install, nothing to configure.

``session`` is the door: inside its block the servers of a data folder run, shared by every command that needs
them, and they end with the last one. ``docs/embedded.md`` tells how.
"""

from jynco.embedded.programs import has_valkey
from jynco.embedded.session import Servers, session

__all__ = ["Servers", "has_valkey", "session"]
