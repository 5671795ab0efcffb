"""Scratch folders: gone after use, and after a crash found by whoever sweeps.

Each has a lock file beside it that its maker holds for as long as it works there. The kernel lets go of it when
the maker dies, however it dies, so a lock that can be had means a folder that nobody works in.
"""

from __future__ import annotations

import fcntl
import math
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jynco.adapters.storage.faults import explained


class Scratch:
    """A place for unfinished files, below ``base``."""

    def __init__(self, base: Path) -> None:
        self._base = base

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """A folder of one's own, gone afterwards. StorageFull."""
        with explained("scratch space"):
            self._base.mkdir(parents=True, exist_ok=True)
            held, lock = tempfile.mkstemp(suffix=".lock", dir=self._base)
            fcntl.flock(held, fcntl.LOCK_EX)
            folder = Path(lock).with_suffix("")
        try:
            with explained("scratch space"):
                folder.mkdir()
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            Path(lock).unlink(missing_ok=True)
            os.close(held)

    @contextmanager
    def file(self, data: bytes) -> Iterator[Path]:
        """A file that holds ``data``, to be moved where it belongs; gone afterwards where it was not. StorageFull.

        It is its own lock file: a small document needs no folder, and is written ten times as often as a film.
        """
        with explained("scratch space"):
            path, held = self._begun()
        try:
            with open(held, "wb", closefd=False) as file:
                file.write(data)
            yield path
        finally:
            path.unlink(missing_ok=True)
            os.close(held)

    def _begun(self) -> tuple[Path, int]:
        """A new file that is ours; made again where a sweeper took it between its birth and our lock."""
        while True:
            path = self._base / f"{uuid.uuid4().hex}.lock"
            try:
                held = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o666)
            except FileNotFoundError:
                self._base.mkdir(parents=True, exist_ok=True)
                continue
            fcntl.flock(held, fcntl.LOCK_EX)
            if os.fstat(held).st_nlink:
                return path, held
            os.close(held)

    def sweep(self) -> int:
        """Remove what killed processes left; returns how many folders went."""
        return sum(_swept(lock) for lock in sorted(self._base.glob("*.lock")))

    def oldest(self) -> float:
        """When the longest work that still goes on began, in seconds since 1970; infinity when there is none."""
        return min((_began(lock) for lock in self._base.glob("*.lock")), default=math.inf)


def _swept(lock: Path) -> bool:
    """Whether the lock could be had; then nobody works in its folder, and both are gone now."""
    try:
        held = os.open(lock, os.O_RDWR)
    except OSError:  # its maker was faster
        return False
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
        lock.unlink(missing_ok=True)
    except OSError:
        return False
    finally:
        os.close(held)
    return True


def _began(lock: Path) -> float:
    """When its maker began; infinity when nobody works there."""
    try:
        held = os.open(lock, os.O_RDWR)
    except OSError:
        return math.inf
    try:
        fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return os.fstat(held).st_mtime
    finally:
        os.close(held)
    return math.inf
