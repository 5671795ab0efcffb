"""How much waits, for how long, and how much of what was wanted was there already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jynco.model.states import JobKind, Lane


@dataclass(frozen=True, slots=True)
class Line:
    """The jobs of one queue that have not begun; ``since`` is when the oldest of them came in."""

    kind: JobKind
    lane: Lane
    waiting: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Census:
    """All lines in which something waits; and of the clips that are ready, how many came out of the cache."""

    lines: tuple[Line, ...] = ()
    ready: int = 0
    cached: int = 0

    @property
    def hit_rate(self) -> float | None:
        """The part that came out of the cache, 0 to 1; None before there is a clip."""
        return self.cached / self.ready if self.ready else None
