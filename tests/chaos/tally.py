"""What one part of the chaos has seen: a line of the table, and whether it is as it must be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one part, or of one vendor of it. ``double``, ``lost`` and ``stuck`` have to be zero."""

    what: str
    rounds: int = 0
    clips: int = 0
    kills: int = 0
    faults: int = 0
    double: int = 0  # bills beyond the first for one clip
    lost: int = 0  # bills, or works, that our records know nothing of
    stuck: int = 0  # clips, or jobs, that did not come to an end that what happened to them allows
    notes: tuple[str, ...] = ()  # what is not zero, with all it takes to look into it

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return (self.double, self.lost, self.stuck) == (0, 0, 0)

    def __add__(self, other: Tally) -> Tally:
        summed = {name: getattr(self, name) + getattr(other, name) for name in COUNTS}
        return replace(self, **summed, notes=self.notes + other.notes)


COUNTS: Final = ("rounds", "clips", "kills", "faults", "double", "lost", "stuck")
HEADS: Final = ("", "rounds", "clips", "kills", "faults", "double bills", "lost charges", "stuck clips")


def table(tallies: Sequence[Tally]) -> str:
    """All lines under their heads."""
    rows = [HEADS, *((each.what, *(str(getattr(each, name)) for name in COUNTS)) for each in tallies)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows
    )


def total(tallies: Sequence[Tally]) -> Tally:
    """The sum of all lines."""
    return sum(tallies, Tally("total"))
