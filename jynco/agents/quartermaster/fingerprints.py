"""Content hashes, remembered for as long as a file's identity (device, inode, size, time) stays the same."""

from __future__ import annotations

from pathlib import Path

from jynco.model.keys import of_file


class Fingerprints:
    """SHA-256 of files, computed once per identity. The memory is bounded."""

    def __init__(self, remembered: int = 10_000) -> None:
        self._known: dict[tuple[int, int, int, int], str] = {}
        self._remembered = remembered

    def of(self, path: Path) -> str:
        """The SHA-256 of the file's content, in hexadecimal."""
        stat = path.stat()
        identity = (stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns)
        known = self._known.get(identity)
        if known is None:
            if len(self._known) >= self._remembered:
                self._known.clear()
            known = self._known[identity] = of_file(path)
        return known
