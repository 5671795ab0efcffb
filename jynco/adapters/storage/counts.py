"""How often the copies at hand sufficed: counted for all processes of a machine together, and kept over restarts."""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from jynco.model.files import Traffic

_SHAPE: Final = struct.Struct("<QQQQQQ")  # all that was counted, and how much of it was reported
_Numbers = tuple[int, ...]


class Counts:
    """Numbers in a small file. Losing one would be no harm, so a disk that fails is passed over."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def hit(self) -> None:
        """A file was at hand."""
        self._change(lambda all_, told: ((all_[0] + 1, *all_[1:]), told))

    def miss(self, size: int) -> None:
        """A file of ``size`` bytes had to be fetched."""
        self._change(lambda all_, told: ((all_[0], all_[1] + 1, all_[2] + size), told))

    def total(self) -> Traffic:
        """Everything counted so far."""
        with suppress(OSError, struct.error):
            return Traffic(*_SHAPE.unpack(self._path.read_bytes())[:3])
        return Traffic()

    def reported(self) -> Traffic:
        """What came since the last report, which this is now: no process of the machine gets it again."""
        if not self._path.exists():
            return Traffic()
        all_, told = self._change(lambda all_, _: (all_, all_))
        return Traffic(*(now - before for now, before in zip(all_, told, strict=True)))

    def _change(
        self, step: Callable[[_Numbers, _Numbers], tuple[_Numbers, _Numbers]]
    ) -> tuple[_Numbers, _Numbers]:
        """One step for all processes; returns how it was before."""
        with suppress(OSError):
            held = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(held, fcntl.LOCK_EX)
                before = _SHAPE.unpack(os.pread(held, _SHAPE.size, 0).ljust(_SHAPE.size, b"\0"))
                all_, told = step(before[:3], before[3:])
                os.pwrite(held, _SHAPE.pack(*all_, *told), 0)
            finally:
                os.close(held)
            return before[:3], before[3:]
        return (0, 0, 0), (0, 0, 0)
