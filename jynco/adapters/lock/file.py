"""Locks between the processes of one machine: the kernel releases them when their holder dies."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from jynco.errors import Busy, StorageFull


class FileLocks:
    """One lock file per name, in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def hold(self, name: str, timeout: float = 30.0) -> Iterator[None]:
        """Hold ``name`` for the block; waits at most ``timeout`` seconds, then ServiceAway."""
        lock = FileLock(self._path(name), timeout=timeout, thread_local=False)
        try:
            lock.acquire()
        except Timeout:
            raise Busy(f"'{name}' is busy: try again in a moment.", retry_after=5) from None
        except OSError as fault:
            raise StorageFull(f"Cannot lock below {self._folder}: {fault.strerror}.") from fault
        try:
            yield
        finally:
            lock.release()

    def _path(self, name: str) -> Path:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise StorageFull(f"Cannot write below {self._folder}: {fault.strerror}.") from fault
        # A digest keeps any name a legal file name; names are few per project, so the files may stay.
        return self._folder / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.lock"
