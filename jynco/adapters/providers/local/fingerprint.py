"""Which weights these are, without reading gigabytes each time: what a cache key needs to know of a model.

Two models that differ, differ nearly everywhere in their weights, so pieces spread over a large file tell them apart
as well as the whole would; small files (settings, vocabularies, the schedule of steps) are read whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

_WHOLE: Final = 1 << 22  # bytes; a larger file is read in pieces
_PIECES: Final = 64
_PIECE: Final = 1 << 16
_COUNTED: Final = frozenset({".json", ".safetensors", ".model", ".txt"})


def revision(folder: Path) -> str:
    """16 hexadecimal digits that change with any weight or setting of the model in ``folder``."""
    return _revision(folder, tuple(_seen(folder)))


def weight(folder: Path) -> int:
    """Bytes of the weights."""
    return sum(path.stat().st_size for path in folder.rglob("*.safetensors"))


def _seen(folder: Path) -> Iterator[tuple[str, int, int]]:
    """The files that count, and what tells cheaply whether one has changed since it was read."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in _COUNTED and path.is_file():
            status = path.stat()
            yield path.relative_to(folder).as_posix(), status.st_size, status.st_mtime_ns


@lru_cache(maxsize=32)
def _revision(folder: Path, seen: tuple[tuple[str, int, int], ...]) -> str:
    digest = hashlib.sha256()
    for name, size, _ in seen:
        digest.update(f"{name}\0{size}\0".encode())
        for piece in _pieces(folder / name, size):
            digest.update(piece)
    return digest.hexdigest()[:16]


def _pieces(path: Path, size: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        if size <= _WHOLE:
            yield file.read()
            return
        for number in range(_PIECES):
            file.seek((size - _PIECE) * number // (_PIECES - 1))
            yield file.read(_PIECE)
