"""The cut against one expert FFmpeg command and against MoviePy: one storyboard, one encoder, in turns, in one run.

Every round makes the film by each way once, side by side, and each edit on a full shelf; a row's ratio is the median
of the rounds' own. On a machine that others use, only ratios of CPU time mean something.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from bench import growth, small
from bench.asked import Asked
from bench.beside import Absent, moviepy
from bench.edits import STEPS, clip
from bench.edits import small as preview
from bench.exact import Exactness, exactness
from bench.expert import expert, shown
from bench.reference import Reference, reference
from bench.room import MEDIA, Room, Sample, ran, reel, typed
from bench.rows import Aim, Row, as_json, rows, table
from jynco.compose.command import film
from jynco.model.media import Command

ONE, COLD = "one expert command", "segments, cold"
AIMS: dict[str, Aim] = {
    ONE: Aim(ONE),
    COLD: Aim(ONE, goal=1.05, memory=0.7),
    "the fallback's command": Aim(ONE),
    "MoviePy": Aim(ONE),
    **{name: Aim(ONE, True, step.goal) for name, step in STEPS.items()},
    "proxies, once": Aim(COLD, True),
    "preview, cold": Aim(COLD, True, 14),
    "preview, first second": Aim(COLD, True, 80),
    "preview, after one clip": Aim(COLD, True, 50),
    "preview, no proxies yet": Aim(COLD, True),
    "its first second": Aim(COLD, True),
}
USUAL = ((1920, 1080), 10, 5)  # the film that the goals are about


@dataclass(frozen=True, slots=True)
class Found:
    """What a run of this benchmark has found."""

    frames: int
    rows: list[Row]
    notes: list[str]
    exact: Exactness
    growth: growth.Growth | None
    small: list[small.Price]

    @property
    def text(self) -> str:
        """For people."""
        parts = [table(self.rows), *self.notes, _exact(self.exact)]
        parts += [self.growth.text] if self.growth else []
        return "\n".join([*parts, *(price.text for price in self.small)])

    @property
    def json(self) -> dict[str, object]:
        """For programs."""
        return {
            "frames": self.frames,
            "rows": as_json(self.rows),
            "notes": self.notes,
            "exact": {**asdict(self.exact), "faults": self.exact.faults},
            "growth": asdict(self.growth) if self.growth else None,
            "small": [asdict(price) for price in self.small],
        }


def measured(asked: Asked) -> Found:
    """Everything, from the sources to the sums."""
    with asked.folder() as folder:
        asked.say(f"Filming {asked.clips + 1} sources")
        what = reference(folder, asked.size, asked.clips, asked.seconds, asked.seed)
        bench = _Bench(asked, what, folder)
        rounds = [bench.round(number) for number in range(asked.runs)]
        asked.say("Comparing frames")
        exact = exactness(what, folder, asked.cores)
        more = None if asked.quick else growth.measured(asked, folder / "growth")
        prices = small.measured(asked, folder / "small")
        return Found(
            exact.due, rows(rounds, AIMS if bench.usual else _aimless(AIMS)), bench.notes, exact, more, prices
        )


def command(asked: Asked) -> str:
    """The expert's command for the reference film, as it could be typed."""
    with asked.folder() as folder:
        what = reference(folder, asked.size, asked.clips, asked.seconds, asked.seed)
        return shown(expert(what, folder, Path("film.mp4"), asked.cores))


class _Bench:
    """The rounds, and what is to be said of them."""

    def __init__(self, asked: Asked, what: Reference, folder: Path) -> None:
        self._asked, self._what, self._folder = asked, what, folder
        self.notes: list[str] = []
        self.usual = (asked.size, asked.clips, asked.seconds) == USUAL
        MEDIA.build()  # a warm process knows its FFmpeg

    def round(self, number: int) -> dict[str, Sample]:
        """Each way once."""
        self._asked.say(f"Round {number + 1} of {self._asked.runs}")
        place = self._folder / f"round{number}"
        found = dict(self._ways(number, Room(place, self._asked.cores)))
        bare = Room(place / "bare", self._asked.cores).watched(preview(self._what))
        found |= zip(("preview, no proxies yet", "its first second"), bare, strict=True)
        shutil.rmtree(place)
        return found

    def _ways(self, number: int, room: Room) -> Iterator[tuple[str, Sample]]:
        what, folder, cores = self._what, self._folder, self._asked.cores
        yield ONE, typed(lambda: expert(what, folder, folder / "one.mp4", cores))
        yield COLD, room.cut(what, folder / "ours.mp4")
        if number == 0:
            yield from self._others()
        room.cut(what)  # fingerprints of what was just made are known in a warm process
        for name, step in STEPS.items():
            yield name, room.tried(step.edit(what))
        yield "proxies, once", room.prepared(what)
        cold, first = room.watched(preview(what))
        yield "preview, cold", cold
        yield "preview, first second", first
        room.cut(preview(what))
        yield "preview, after one clip", room.tried(preview(clip(what)))

    def _others(self) -> Iterator[tuple[str, Sample]]:
        """Ways that are slow, and always as slow: once."""
        yield "the fallback's command", ran(self._fallback)
        if not self._asked.beside:
            return
        try:
            self._asked.say("MoviePy")
            yield "MoviePy", moviepy(self._what, self._folder, self._asked.cores)
        except Absent as why:
            self.notes.append(f"MoviePy is not in the table: {why}")

    def _fallback(self) -> Command:
        """What the cut falls back to where segments cannot be joined: made for any storyboard and any source."""
        return film(
            self._what.board,
            reel(self._what).timeline,
            self._what.materials,
            self._what.sounds,
            work=self._folder,
            target=self._folder / "fallback.mp4",
            container="mp4",
            threads=self._asked.cores,
        )


def _aimless(aims: Mapping[str, Aim]) -> dict[str, Aim]:
    return {name: replace(aim, goal=None, memory=None) for name, aim in aims.items()}


def _exact(exact: Exactness) -> str:
    return (
        f"{exact.equal} of {exact.due} frames are the expert's before encoding; after it the film is {exact.ssim:.4f} "
        f"like the single pass in the same groups of pictures, and {exact.expert:.4f} like the expert's (SSIM)"
    )
