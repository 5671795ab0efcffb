"""Content addresses. Fields are length-delimited: plain concatenation would let two different lists agree."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from jynco.model.ids import CacheKey


def digest(fields: Mapping[str, str]) -> CacheKey:
    """SHA-256 over the named fields, sorted by name; every name and value goes in with its length in bytes."""
    hasher = hashlib.sha256()
    for name in sorted(fields):
        for part in (name, fields[name]):
            data = part.encode("utf-8")
            hasher.update(len(data).to_bytes(8, "big") + data)
    return CacheKey(hasher.hexdigest())


def of_bytes(chunks: Iterable[bytes]) -> str:
    """SHA-256 of a content given in pieces, in hexadecimal."""
    hasher = hashlib.sha256()
    for chunk in chunks:
        hasher.update(chunk)
    return hasher.hexdigest()


def of_file(path: Path) -> str:
    """SHA-256 of a file's content, in hexadecimal. OSError when it cannot be read."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
