"""How often the copies at hand sufficed: counted for all processes of a machine together, and kept over restarts."""

from __future__ import annotations

import fcntl
import os
import struct
from contextlib import suppress
from pathlib import Path
from typing import Final

from jynco.model.files import Traffic

_SHAPE: Final = struct.Struct("<QQQ")


class Counts:
    """Three numbers in a small file. Losing one would be no harm, so a disk that fails is passed over."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def hit(self) -> None:
        """A file was at hand."""
        self._add(1, 0, 0)

    def miss(self, size: int) -> None:
        """A file of ``size`` bytes had to be fetched."""
        self._add(0, 1, size)

    def total(self) -> Traffic:
        """Everything counted so far."""
        with suppress(OSError, struct.error):
            return Traffic(*_SHAPE.unpack(self._path.read_bytes()))
        return Traffic()

    def _add(self, *more: int) -> None:
        with suppress(OSError):
            held = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(held, fcntl.LOCK_EX)
                before = os.pread(held, _SHAPE.size, 0).ljust(_SHAPE.size, b"\0")
                now = (a + b for a, b in zip(_SHAPE.unpack(before), more, strict=True))
                os.pwrite(held, _SHAPE.pack(*now), 0)
            finally:
                os.close(held)
