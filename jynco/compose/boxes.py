"""MP4's boxes: a size, four letters, a content. Read from bytes and made into bytes, nothing else."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

FULL = 4  # bytes of version and flags before a full box's own fields


def box(kind: bytes, *parts: bytes) -> bytes:
    """A box of its parts."""
    return struct.pack(">I4s", 8 + sum(map(len, parts)), kind) + b"".join(parts)


def full(kind: bytes, *parts: bytes, version: int = 0) -> bytes:
    """A box that begins with a version and no flags."""
    return box(kind, bytes([version, 0, 0, 0]), *parts)


def children(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and content of each box in ``data``. ValueError where they do not fit."""
    place = 0
    while place + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, place)
        if size < 8 or place + size > len(data):
            raise ValueError(f"a box of {size} bytes does not fit")
        yield kind, data[place + 8 : place + size]
        place += size


def inside(data: bytes, *kinds: bytes) -> bytes:
    """The content at the end of a path of boxes, such as ``mdia``, ``minf``. KeyError where there is none."""
    for kind in kinds:
        data = dict(children(data))[kind]
    return data


def column(values: Sequence[int]) -> bytes:
    """Whole numbers of 32 bits, one after the other."""
    return struct.pack(f">{len(values)}I", *values)


def rows(data: bytes, form: str) -> Iterator[tuple[int, ...]]:
    """A full box's table: its count, then that many rows of ``form``, such as ``II``."""
    (count,) = struct.unpack_from(">I", data, FULL)
    width = struct.calcsize(f">{form}")
    return struct.iter_unpack(f">{form}", data[FULL + 4 : FULL + 4 + count * width])


def runs(values: Sequence[int]) -> list[tuple[int, int]]:
    """Equal neighbours as (how many, value)."""
    found: list[tuple[int, int]] = []
    for value in values:
        if found and found[-1][1] == value:
            found[-1] = (found[-1][0] + 1, value)
        else:
            found.append((1, value))
    return found
