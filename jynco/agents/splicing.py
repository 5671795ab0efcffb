"""Parts of a film, read and copied: their indexes into memory, their packets into one file."""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from pathlib import Path

from jynco.agents.quartermaster.fingerprints import Memory
from jynco.compose.joining import Joined
from jynco.compose.packets import Track, track

LONGEST_INDEX = 64 * 1024 * 1024  # bytes; an hour of film needs two
REMEMBERED = 1_000  # indexes, of some kilobytes each
OPEN = 8  # files at a time; pictures and sound are read in turn
_known: Memory[tuple[int, ...], Track] = Memory(REMEMBERED)


def indexed(path: Path) -> Track:
    """The packets of a part, read once for as long as the file stays the same. ValueError where it is none."""
    stat = path.stat()
    identity = (stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
    return _known.recall(identity, lambda: _read(path))


def _read(path: Path) -> Track:
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
    """Writes a joined film; ``files`` are its parts in order, the sound's behind them."""
    opened: dict[int, int] = {}
    try:
        with target.open("wb") as out:
            out.write(film.head)
            for each in film.ranges:
                if each.file not in opened:
                    _open(opened, each.file, files[each.file])
                data = os.pread(opened[each.file], each.length, each.offset)
                if len(data) != each.length:
                    raise ValueError(f"{files[each.file].name} ends too early")
                out.write(data)
    finally:
        for source in opened.values():
            os.close(source)


def _open(opened: dict[int, int], number: int, path: Path) -> None:
    """One more file; what was opened first goes: a long film has more parts than a process may hold open."""
    if len(opened) >= OPEN:
        os.close(opened.pop(next(iter(opened))))
    opened[number] = os.open(path, os.O_RDONLY)
