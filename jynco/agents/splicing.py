"""Parts of a film, read and copied: their indexes into memory, their packets into one file."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

from jynco.compose.joining import Joined
from jynco.compose.packets import Track, track

LONGEST_INDEX = 64 * 1024 * 1024  # bytes; an hour of film needs two


def indexed(path: Path) -> Track:
    """The packets of a part. ValueError where the file is not one."""
    with path.open("rb") as file:
        while head := file.read(8):
            size, kind = struct.unpack(">I4s", head)
            if kind == b"moov" and size < LONGEST_INDEX:
                return track(file.read(size - 8))
            if size == 1:  # its length follows in 64 bits
                size = struct.unpack(">Q", file.read(8))[0] - 8
            if size < 8:
                break
            file.seek(size - 8, 1)
    raise ValueError(f"{path.name} has no index")


def spliced(film: Joined, files: Sequence[Path], target: Path) -> None:
    """Writes a joined film; ``files`` are its parts in order, the sound last."""
    opened = [path.open("rb") for path in files]
    try:
        with target.open("wb") as out:
            out.write(film.head)
            for each in film.ranges:
                opened[each.file].seek(each.offset)
                data = opened[each.file].read(each.length)
                if len(data) != each.length:
                    raise ValueError(f"{files[each.file].name} ends too early")
                out.write(data)
    finally:
        for file in opened:
            file.close()
