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

SIZE, SECONDS = (320, 180), 2
FEW, MANY = 10, 100
MOST = 10.5  # times the cost of ten clips, for a hundred


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
        cold, edit = _times(self.cold), _times(self.edit)
        return (
            f"{self.many} clips against {self.few}: cold {cold} (goal <= {MOST}x); one clip {edit} (goal 1x)"
        )


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


def _times(costs: tuple[Cost, Cost]) -> str:
    few, many = costs
    return f"{many.wall / few.wall:.1f}x wall, {many.cpu / few.cpu:.1f}x CPU"
