"""Postgres on one data folder: made once, started, asked.

A server that may not pass the folders above its cluster (a data folder below root's closed home) is started
inside it and finds it as ``/proc/self/cwd``, which needs no way in. So a cluster never leaves its folder.
"""

from __future__ import annotations

import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from jynco.embedded.account import Account
from jynco.embedded.birth import Manner
from jynco.embedded.cluster import CLEAN, Maker, failure, name_of
from jynco.errors import ServiceAway

SETTINGS = {
    "listen_addresses": "",  # sockets only: no port to guess, none to clash
    "unix_socket_permissions": "0700",
    "max_connections": "200",  # every thread of every worker may hold one
    "shared_buffers": "64MB",
    "io_method": "sync",  # saves three processes that pay only on large scans
    "jit": "off",  # compiling costs more than our queries
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@dataclass(frozen=True, slots=True)
class Postgres:
    """The cluster in ``cluster``, its sockets in ``sockets``, run by ``account`` from ``programs``."""

    cluster: Path
    sockets: Path
    programs: Path
    account: Account
    log: Path
    lock: int  # descriptor of servers.lock; every process of the server holds it

    @property
    def url(self) -> str:
        """The libpq URL of the database; a sockets' path needs no quoting."""
        return f"postgresql://jynco@/jynco?host={self.sockets}"

    def make(self) -> None:
        """Make the cluster, unless it is there; ServiceAway or StorageFull with the reason."""
        Maker(self.programs, self.account, self.log, self.lock).make(self.cluster)

    def clear(self) -> None:
        """Remove what a killed server left. Only for one who owns servers.lock: nobody is using it then."""
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)
        for stale in self.sockets.glob(".s.PGSQL.*"):
            stale.unlink()

    def command(self) -> tuple[str, ...]:
        """The argument list of the server."""
        settings = {**SETTINGS, "unix_socket_directories": str(self.sockets)}
        given = (word for name, value in settings.items() for word in ("-c", f"{name}={value}"))
        return (str(self.programs / "postgres"), "-D", name_of(self.cluster, self.account), *given)

    def manner(self) -> Manner:
        """SIGINT is its fast shutdown: clients are sent away, everything is written."""
        return Manner(self.cluster, CLEAN, self.log, signal.SIGINT, self.account, umask=0o077, keep=self.lock)

    def ready(self) -> bool:
        """Whether it takes connections now."""
        options = ("-q", "--host", str(self.sockets), "--dbname=jynco", "--username=jynco")
        return (
            subprocess.run([self.programs / "pg_isready", *options], env=CLEAN, check=False).returncode == 0
        )

    def failure(self, said: str) -> ServiceAway:
        """The error for what the server wrote before it ended."""
        return failure(said, self.log)
