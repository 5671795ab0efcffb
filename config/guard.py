"""Who may be let in without a name: only this machine, unless somebody says otherwise."""

from __future__ import annotations

import ipaddress

from config.settings import Settings
from jynco.errors import UsageWrong


def refuse_unguarded(settings: Settings) -> None:
    """UsageWrong where strangers could reach an installation that asks nobody for a name."""
    # Keys and tokens come with the guarded front door; until then an open door has to be asked for by name.
    if settings.auth == "required":
        raise UsageWrong(
            "JYNCO_AUTH=required cannot be kept, for this version knows no API keys yet: bind to this machine only, "
            "or put a guarding proxy before it and set JYNCO_AUTH=off."
        )
    if settings.auth is None and not is_loopback(settings.host):
        raise UsageWrong(
            f"Jynco will not answer on {settings.host} without asking who is there: bind to 127.0.0.1, "
            "or set JYNCO_AUTH=off to let everybody in who can reach it."
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach ``host``."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
