"""What somebody wants measured, and how thoroughly."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

OUT = Path(__file__).parent / "out"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of ``jynco bench``. ``say`` tells how far it is."""

    quick: bool = False  # small, once, and exactness decides
    runs: int = 3
    clips: int = 10
    seconds: int = 5  # of each clip
    size: tuple[int, int] = (1920, 1080)
    seed: int = 1
    cores: int = 2
    beside: bool = True  # MoviePy
    most: int = 1_000  # the largest storyboard of the curves
    data: Path | None = None  # the folder to work in; the system's own for temporary files otherwise
    out: Path = OUT
    say: Say = field(default=print)

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """A folder to work in, gone afterwards."""
        with tempfile.TemporaryDirectory(prefix="jynco-bench-", dir=self.data) as name:
            yield Path(name)
