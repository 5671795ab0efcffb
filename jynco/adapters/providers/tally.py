"""Counting how often something was asked, across threads and, where there is a folder, across processes."""

from __future__ import annotations

import os
import threading
from collections import Counter
from pathlib import Path


class Tally:
    """Named counters. In a folder each is a file that grows by a byte per count; else they end with the object."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def count(self, name: str) -> int:
        """One more, and how many that makes. ``name`` must be fit for a file name."""
        if self._folder is not None:
            return self._in_file(self._folder / "counts" / name)
        with self._lock:
            self._counts[name] += 1
            return self._counts[name]

    def _in_file(self, path: Path) -> int:
        """After an append the file's position is this writer's own end, whoever appended beside it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            os.write(file, b".")
            return os.lseek(file, 0, os.SEEK_CUR)
        finally:
            os.close(file)
