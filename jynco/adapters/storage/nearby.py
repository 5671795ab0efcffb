"""Copies on this machine of files that lie elsewhere, so that each is fetched once for as long as there is room.

A copy counts only with a note beside it that says which state of the file it is and how the copy looked when it was
whole; the note's time says when it was last used. Whoever works has a scratch folder for as long, so nothing that
was used since the oldest of those was made is removed, even where that is more than there should be.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Final

from jynco.adapters.storage.faults import explained

GRACE: Final = 600.0  # seconds between being given a path and having a scratch folder, or a file that is open
STEPS: Final = 20  # looks at everything while as much as there may be is fetched


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy that is whole, and the tag of the state that it is of."""

    path: Path
    etag: str


class Nearby:
    """The copies of one machine, shared by its processes. ``most``: bytes; the longest unused go first."""

    def __init__(self, folder: Path, most: int, oldest_work: Callable[[], float]) -> None:
        self._folder = folder
        self._most = most
        self._oldest_work = oldest_work
        self._unlooked = most  # bytes since the last look at everything; the first one looks

    def find(self, key: str) -> Copy | None:
        """The copy, if it is there and as it was put there."""
        path, note = self._places(key)
        with suppress(OSError, ValueError, KeyError, TypeError):
            told = json.loads(note.read_bytes())
            if told["looks"] == _looks(path):
                return Copy(path, str(told["etag"]))
        return None

    def used(self, key: str) -> None:
        """It was wanted once more."""
        with suppress(OSError):
            os.utime(self._places(key)[1])

    def keep(self, key: str, etag: str, source: Path) -> Path:
        """Move a whole file in, or copy it where it cannot be moved. StorageFull."""
        path, note = self._places(key)
        with explained(key):
            path.parent.mkdir(parents=True, exist_ok=True)
            size = source.stat().st_size
            shutil.move(source, path)
            _write(note, {"etag": etag, "looks": _looks(path)})
        self._unlooked += size
        if self._unlooked > self._most / STEPS:
            self.trim()
        return path

    def twin(self, source: str, key: str, etag: str) -> None:
        """The copy of ``source`` is one of ``key``, too."""
        copy = self.find(source)
        if copy is None:
            return
        path, note = self._places(key)
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            os.link(copy.path, path)
            _write(note, {"etag": etag, "looks": _looks(path)})

    def drop(self, key: str) -> None:
        """The copy is of no use any more."""
        for path in reversed(self._places(key)):
            with suppress(OSError):
                path.unlink()

    def trim(self) -> int:
        """Make room by what was unused for the longest time; returns the bytes that are left."""
        self._unlooked = 0
        spared = min(self._oldest_work(), time.time()) - GRACE
        found = sorted(self._copies())
        total = sum(size for _, size, _ in found)
        for used, size, path in found:
            if total <= self._most or used > spared:
                break
            for each in (_note(path), path):
                each.unlink(missing_ok=True)
            total -= size
        return total

    def _copies(self) -> Iterator[tuple[float, int, Path]]:
        """When each was used, its size and its place. One without a note was never used."""
        for path in self._folder.glob("??/*"):
            if path.suffix != ".note":
                with suppress(OSError):
                    stat, note = path.stat(), _note(path)
                    used = note.stat().st_mtime if note.exists() else stat.st_mtime
                    yield used, stat.st_size // stat.st_nlink, path

    def _places(self, key: str) -> tuple[Path, Path]:
        """Where the copy of a key lies, and its note. It keeps its suffix, which says what it is."""
        name = sha256(key.encode("utf-8", "surrogateescape")).hexdigest()
        suffix = PurePosixPath(key).suffix
        plain = suffix[1:].isalnum() and suffix.isascii() and len(suffix) <= 8 and suffix != ".note"
        path = self._folder / name[:2] / f"{name}{suffix if plain else ''}"
        return path, _note(path)


def _note(path: Path) -> Path:
    return path.with_name(f"{path.name}.note")


def _looks(path: Path) -> list[int]:
    """What changes when a file does. Not the time of its inode: a second name would change that, too."""
    stat = path.stat()
    return [stat.st_ino, stat.st_size, stat.st_mtime_ns]


def _write(note: Path, told: dict[str, object]) -> None:
    staged = note.with_name(f"{note.name}.{os.getpid()}.{time.monotonic_ns()}.note")
    staged.write_text(json.dumps(told))
    staged.replace(note)
