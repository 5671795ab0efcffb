"""Where everything of the embedded servers lies in a data folder, and where their sockets can lie.

The cluster and Valkey's files are always in the data folder itself, so a folder that is moved, copied or
restored brings its database along. Only sockets may have to live elsewhere: the system cuts their path short.
"""

from __future__ import annotations

import errno
import hashlib
import re
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from jynco.embedded.account import Account, private_folder
from jynco.errors import ServiceAway, StorageFull

LONGEST_SOCKET = 103  # bytes; Linux would take 107
PLAIN = re.compile(r"[A-Za-z0-9._/-]+")  # needs no quoting in any URL, list or setting on a socket's way
NAMES_TRIED = 9  # in the temporary folder, where somebody else may have taken the first


@dataclass(frozen=True, slots=True)
class Layout:
    """The names in one data folder (an absolute, resolved path)."""

    data: Path

    @property
    def clients(self) -> Path:
        """Shared by every command for as long as it needs the servers."""
        return self.data / "clients.lock"

    @property
    def supervisor(self) -> Path:
        """Owned by the one supervisor, from before its birth."""
        return self.data / "supervisor.lock"

    @property
    def servers(self) -> Path:
        """Inherited by every process of Postgres and Valkey: free means that none of them is left."""
        return self.data / "servers.lock"

    @property
    def state(self) -> Path:
        """What the supervisor says about itself, for people and for ``doctor``; nothing is decided by it."""
        return self.data / "embedded.json"

    @property
    def wishes(self) -> Path:
        """Letters of commands to the supervisor and its answers; they hold environments, so 0700."""
        return self.data / "wishes"

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def cluster(self) -> Path:
        return self.data / "postgres"

    @property
    def valkey(self) -> Path:
        return self.data / "valkey"

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def make(self) -> None:
        """Make the folders that commands and the supervisor write to."""
        self.data.mkdir(parents=True, exist_ok=True)
        self.logs.mkdir(exist_ok=True)
        self.wishes.mkdir(mode=0o700, exist_ok=True)


@contextmanager
def explained(data: Path) -> Iterator[None]:
    """Turn what the operating system says about ``data`` into StorageFull with one sentence."""
    try:
        yield
    except OSError as error:
        raise unusable(data, error) from error


def unusable(data: Path, error: OSError) -> StorageFull:
    """The error for a data folder that cannot be written."""
    choice = "choose another with --data or JYNCO_DATA"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull(f"No space is left for the data folder {data}; make room, or {choice}.")
    reason = f"{error.strerror or error}: {error.filename}" if error.filename else str(error)
    return StorageFull(f"The data folder {data} cannot be used ({reason}); mend that, or {choice}.")


def socket_folder(data: Path, account: Account) -> Path:
    """A private folder for the sockets: ``<data>/run`` where that works, else one in a temporary folder.

    Raises ServiceAway when no place does.
    """
    short = f"jynco-{hashlib.sha256(bytes(data)).hexdigest()[:12]}"
    bases = dict.fromkeys(Path(base).resolve() for base in (tempfile.gettempdir(), "/tmp", "/var/tmp"))
    spare = (base / f"{short}-{turn}" for base in bases for turn in range(NAMES_TRIED))
    for place in (data / "run", *spare):
        if _fits(place) and place.parent.is_dir() and account.may_enter(place.parent):
            with suppress(OSError):
                return _proved(private_folder(place, account))
    raise ServiceAway(
        "No folder can hold the sockets of the embedded servers; set TMPDIR to a short path open to all."
    )


def _fits(folder: Path) -> bool:
    longest = f"{folder}/.s.PGSQL.5432.lock"
    return len(longest) <= LONGEST_SOCKET and PLAIN.fullmatch(longest) is not None


def _proved(folder: Path) -> Path:
    """Some shared and network file systems take files but no sockets, so try one; OSError when it fails."""
    probe = folder / "probe"
    probe.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as trial:
        trial.bind(str(probe))
    probe.unlink()
    return folder
