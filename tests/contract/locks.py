"""The locks under test, and a process that holds one until it is killed."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from jynco.adapters.lock.file import FileLocks
from jynco.adapters.lock.memory import MemoryLocks
from jynco.adapters.lock.postgres import PostgresLocks
from jynco.ports import Lock


@dataclass(frozen=True, slots=True)
class Locks:
    """A kind of lock, and how another process comes by the same one."""

    lock: Lock
    arguments: tuple[str, ...]


def in_memory() -> Locks:
    return Locks(MemoryLocks(), ())


def in_files(folder: Path) -> Locks:
    return Locks(FileLocks(folder), ("file", str(folder)))


def in_postgres(url: str) -> Locks:
    return Locks(PostgresLocks(url), ("postgres", url))


def main(kind: str, where: str, name: str) -> None:
    """Take the lock, say so, and hold it until the line is cut."""
    lock: Lock = FileLocks(Path(where)) if kind == "file" else PostgresLocks(where)
    with lock.hold(name):
        print("held", flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
