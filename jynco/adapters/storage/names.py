"""Which names can be keys. The same everywhere, so that a project can move from one storage to another."""

from __future__ import annotations

from functools import lru_cache
from pathlib import PurePosixPath
from typing import Final

from jynco.errors import PathRefused

LONGEST_PART: Final = 255  # bytes between two slashes, on every usual file system
LONGEST: Final = 1024  # bytes of a key in an object storage


@lru_cache(maxsize=4096)  # a film's segments are looked for again at every edit
def plain(key: str) -> PurePosixPath:
    """The key without idle dots and slashes. PathRefused for what would leave the storage."""
    pure = PurePosixPath(key)
    if pure.is_absolute() or ".." in pure.parts or "\0" in key or not pure.parts:
        raise PathRefused(f"'{key}' is not a storage key: keys are relative and never contain '..'.")
    return pure


def too_long(key: PurePosixPath, before: str = "") -> bool:
    """Whether no file can have this name, behind a prefix or without."""
    sizes = [len(part.encode("utf-8", "surrogateescape")) for part in key.parts]
    whole = len(before.encode()) + sum(sizes) + len(sizes)
    return max(sizes) > LONGEST_PART or whole > LONGEST
