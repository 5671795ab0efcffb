"""Postgres on one data folder: made once, started, asked.

A server that may not pass the folders above its cluster (a data folder below root's closed home) is started
inside it and finds it as ``/proc/self/cwd``, which needs no way in. So a cluster never leaves its folder.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from jynco.embedded.account import Account, private_folder
from jynco.embedded.birth import Manner
from jynco.errors import ServiceAway, StorageFull

INSIDE = "/proc/self/cwd"
CLEAN = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}  # a user's PG* variables must not reach a server
FULL = "No space left on device"

MAKE = (
    "--username=jynco",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",  # Postgres's own order: the same on every system
    "--builtin-locale=C.UTF-8",
    "--auth-local=trust",  # whoever may enter the sockets' private folder is the owner
    "--auth-host=reject",
)
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
        """Make the cluster and its database, unless they are there; a kill half-way leaves no half cluster.

        Raises ServiceAway or StorageFull with the program's own reason.
        """
        if self.cluster.exists():
            return
        fresh = self.cluster.with_name("postgres.new")
        shutil.rmtree(fresh, ignore_errors=True)
        place = self._name(private_folder(fresh, self.account))
        self._do(fresh, ["initdb", "-D", place, *MAKE])
        self._do(fresh, ["postgres", "--single", "-D", place, "template1"], "CREATE DATABASE jynco;\n")
        fresh.rename(self.cluster)

    def clear(self) -> None:
        """Remove what a killed server left. Only for one who owns servers.lock: nobody is using it then."""
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)
        for stale in self.sockets.glob(".s.PGSQL.*"):
            stale.unlink()

    def command(self) -> tuple[str, ...]:
        """The argument list of the server."""
        settings = {**SETTINGS, "unix_socket_directories": str(self.sockets)}
        given = (word for name, value in settings.items() for word in ("-c", f"{name}={value}"))
        return (str(self.programs / "postgres"), "-D", self._name(self.cluster), *given)

    def manner(self) -> Manner:
        """SIGINT is its fast shutdown: clients are sent away, everything is written."""
        return Manner(self.cluster, CLEAN, self.log, signal.SIGINT, self.account, umask=0o077, keep=self.lock)

    def ready(self) -> bool:
        """Whether it takes connections now."""
        asked = [
            str(self.programs / "pg_isready"),
            "-q",
            "-h",
            str(self.sockets),
            "-d",
            "jynco",
            "-U",
            "jynco",
        ]
        return subprocess.run(asked, env=CLEAN, check=False).returncode == 0

    def failure(self, said: str) -> ServiceAway:
        """The error for what the server wrote before it ended."""
        if FULL in said:
            return StorageFull(
                f"No space is left for the database in {self.cluster}; make room and try again."
            )
        fatal = [
            line for line in said.splitlines() if "FATAL:" in line or "rror:" in line or "ERROR:" in line
        ]
        reason = f" ({fatal[-1].split(': ', 1)[-1].strip()})" if fatal else ""
        return ServiceAway(f"Postgres does not start{reason}; its log is {self.log}.")

    def _name(self, folder: Path) -> str:
        if self.account.may_enter(folder.parent):
            return str(folder)
        if sys.platform == "linux":
            return INSIDE
        raise ServiceAway(
            f"User {self.account.uid}, whom root runs Postgres as, cannot enter {folder.parent}; run as an "
            "ordinary user, or choose a folder that others may enter with --data or JYNCO_DATA."
        )

    def _do(self, folder: Path, words: list[str], text: str = "") -> None:
        """Run one of the programs inside ``folder``; it holds the lock too, in case we are killed."""
        switch = self.account.switch
        done = subprocess.run(
            [str(self.programs / words[0]), *words[1:]],
            cwd=folder,
            env=CLEAN,
            umask=0o077,
            user=self.account.uid if switch else None,
            group=self.account.gid if switch else None,
            extra_groups=[] if switch else None,
            pass_fds=(self.lock,),
            input=text,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        with self.log.open("a", encoding="utf-8") as log:
            log.write(done.stdout + done.stderr)
        if done.returncode != 0 or "ERROR:" in done.stderr:
            raise self.failure(done.stdout + done.stderr)
