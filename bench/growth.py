"""What ten times the clips cost: films of 10 and of 100 clips, cold and after one edit. Small frames: ratios matter."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from bench.asked import Asked
from bench.edits import clip
from bench.meter import Cost
from bench.reference import Reference, reference
from bench.room import Room, Sample
from bench.rows import verdict

SIZE, SECONDS = (320, 180), 2
FEW, MANY = 10, 100
MOST = 10.5  # times the cost of ten clips, for a hundred
SAME = 1.2  # times the cost of an edit: the join of ten times the packets is in it


@dataclass(frozen=True, slots=True)
class Growth:
    """Costs of the short film and the long one."""

    few: int
    many: int
    cold: tuple[Cost, Cost]
    edit: tuple[Cost, Cost]

    @property
    def text(self) -> str:
        """For people."""
        cold, edit = _times(self.cold, MOST), _times(self.edit, SAME)
        return f"{self.many} clips against {self.few}: cold {cold}; one clip {edit}"


def measured(asked: Asked, folder: Path) -> Growth:
    """Two films, each cold and then with one clip changed."""
    asked.say(f"Growth: {MANY} clips against {FEW}")
    folder.mkdir()
    long = reference(folder, SIZE, MANY, SECONDS, asked.seed)
    few, many = (
        _film(what, folder / f"{number}", asked) for number, what in enumerate((long.first(FEW), long))
    )
    return Growth(FEW, MANY, (few[0].cost, many[0].cost), (few[1].cost, many[1].cost))


def _film(what: Reference, folder: Path, asked: Asked) -> tuple[Sample, Sample]:
    room = Room(folder, asked.cores)
    cold = room.cut(what)
    room.cut(what)
    edited = room.tried(clip(what))
    shutil.rmtree(folder)
    return cold, edited


def _times(costs: tuple[Cost, Cost], goal: float) -> str:
    few, many = costs
    wall, cpu = many.wall / few.wall, many.cpu / few.cpu
    return f"{wall:.1f}x wall{verdict(wall, goal, faster=False)}, {cpu:.1f}x CPU"
