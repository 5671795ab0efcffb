"""Making a cluster: initdb, then the database, in a folder that gets its name only when it is whole."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from jynco.embedded.account import Account, private_folder
from jynco.embedded.nameless import lend_name
from jynco.errors import ServiceAway, StorageFull

CLEAN = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}  # a user's PG* variables must not reach a server
INSIDE = "/proc/self/cwd"
FULL = "No space left on device"
NAMELESS = "could not look up effective user ID"
RENAME = "ALTER DATABASE postgres RENAME TO jynco;\n"  # making another would copy all its files
COMPLAINT = re.compile(r"(?:FATAL|PANIC|ERROR|error): +(.+)")

OPTIONS = (
    "--username=jynco",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",  # Postgres's own order: the same on every system
    "--builtin-locale=C.UTF-8",
    "--auth-local=trust",  # whoever may enter the sockets' private folder is the owner
    "--auth-host=reject",
)


@dataclass(frozen=True, slots=True)
class Maker:
    """What making a cluster takes: the programs, whom it will belong to, a log, and the servers' lock."""

    programs: Path
    account: Account
    log: Path
    lock: int

    def make(self, cluster: Path) -> None:
        """Make the cluster and its database, unless they are there; a kill half-way leaves no half cluster.

        Raises ServiceAway or StorageFull with the program's own reason.
        """
        if cluster.exists():
            return
        fresh = cluster.with_name(f"{cluster.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        place = name_of(private_folder(fresh, self.account), self.account)
        self._run(fresh, "initdb", ["-D", place, *OPTIONS])
        self._run(fresh, "postgres", ["--single", "-D", place, "template1"], RENAME)
        fresh.rename(cluster)

    def _run(self, folder: Path, program: str, words: list[str], text: str = "") -> None:
        """Run a program inside ``folder``; it holds the lock too, in case we are killed."""
        switch = self.account.switch
        done = subprocess.run(
            [str(self.programs / program), *words],
            cwd=folder,
            env=CLEAN,
            umask=0o077,
            user=self.account.uid if switch else None,
            group=self.account.gid if switch else None,
            extra_groups=[] if switch else None,
            preexec_fn=lend_name(self.account.uid, self.account.gid),
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
            raise failure(done.stdout + done.stderr, self.log)


def name_of(cluster: Path, account: Account) -> str:
    """What the server calls its cluster: its path, or, where it may not pass the folders above, "here"."""
    if account.may_enter(cluster.parent):
        return str(cluster)
    if sys.platform == "linux":
        return INSIDE
    raise ServiceAway(
        f"User {account.uid}, whom root runs Postgres as, cannot enter {cluster.parent}; run as an "
        "ordinary user, or choose a folder that others may enter with --data or JYNCO_DATA."
    )


def failure(said: str, log: Path) -> ServiceAway:
    """The error for what a program of Postgres wrote before it ended."""
    if FULL in said:
        return StorageFull(f"No space is left for the database; make room and try again; its log is {log}.")
    if NAMELESS in said:
        return ServiceAway(
            "Postgres cannot make a database for a user without a name; add this user to /etc/passwd, "
            "or set DATABASE_URL and REDIS_URL."
        )
    complaints = COMPLAINT.findall(said)
    reason = f" ({complaints[-1]})" if complaints else ""
    return ServiceAway(f"Postgres does not start{reason}; its log is {log}.")
