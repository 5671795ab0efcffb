"""Content hashes, remembered for as long as a file's identity (device, inode, size, times) stays the same."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Final, Generic, TypeVar

from jynco.model.keys import of_file

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
REMEMBERED: Final = 10_000


class Memory(Generic[K, V]):
    """What was found out before. Bounded: a full one starts afresh. Threads may share it."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._known: dict[K, V] = {}

    def recall(self, key: K, find_out: Callable[[], V]) -> V:
        """What is known of ``key``, found out now if need be; a failure is not remembered."""
        try:
            return self._known[key]
        except KeyError:
            found = find_out()
        if len(self._known) >= self._most:
            self._known.clear()
        self._known[key] = found
        return found


class Fingerprints:
    """SHA-256 of files, computed once per identity."""

    def __init__(self) -> None:
        self._memory: Memory[tuple[int, ...], str] = Memory()

    def of(self, path: Path) -> str:
        """The SHA-256 of the file's content, in hexadecimal. OSError when it cannot be read."""
        stat = path.stat()
        # The times of content and of inode: copies that keep the first one's time still change the second's.
        identity = (stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
        return self._memory.recall(identity, lambda: of_file(path))
