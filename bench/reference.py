"""The reference film: ten clips of five seconds with dissolves, wipes, looks, words and a bed, made from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from jynco.adapters.media.probe import probe
from jynco.adapters.providers.camera import Camera
from jynco.compose.sources import Source
from jynco.model.ids import ClipId, ProjectId
from jynco.model.keys import of_file
from jynco.model.motion import Shot
from jynco.model.storyboard import (
    AudioLayer,
    Clip,
    Effects,
    Filter,
    FilterKind,
    OutputSettings,
    Storyboard,
    TextLayer,
    TransitionKind,
)
from jynco.model.time import Rate

RATE = 30
EXAMPLES = Path(__file__).parent.parent / "examples"
MOVES = ("pan left", "pan right", "slow dolly in", "handheld", "orbit right", "tilt up")
KINDS = (
    "dissolve none dissolve wipe none dissolve wipe dissolve none"  # four dissolves, two wipes, three cuts
)
LOOKS = {
    1: Filter(FilterKind.CONTRAST, 0.6),
    4: Filter(FilterKind.SATURATION, 0.7),
    7: Filter(FilterKind.SHARPEN, 0.3),
}


class Quiet:
    """A watch with nothing to say."""

    def check(self) -> None: ...
    def progress(self, fraction: float) -> None: ...


@dataclass(frozen=True)
class Reference:
    """The storyboard, what it is made of, and one more clip than it needs, to put in a clip's place."""

    board: Storyboard
    sources: tuple[Source, ...]
    sound: Source
    soon: bool = False  # a preview: somebody waits for its first second

    @property
    def materials(self) -> dict[ClipId, Source]:
        return {clip.clip_id: source for clip, source in zip(self.board.clips, self.sources, strict=False)}

    def first(self, clips: int) -> Reference:
        """The same film after ``clips`` of its clips, as if it had never had more."""
        kept = self.board.clips[:clips]
        ended = replace(kept[-1], effects=replace(kept[-1].effects, leave=TransitionKind.NONE))
        board = replace(self.board, clips=(*kept[:-1], ended))
        return replace(self, board=board, sources=(*self.sources[:clips], self.sources[-1]))

    @property
    def sounds(self) -> dict[str, Source]:
        return {"bed": self.sound}


def reference(folder: Path, size: tuple[int, int], clips: int, seconds: int, seed: int) -> Reference:
    """Films the sources into ``folder``, two at a time."""
    with ThreadPoolExecutor(2) as pool:
        sources = tuple(pool.map(lambda n: _filmed(folder, n, size, seconds, seed), range(clips + 1)))
    bed = EXAMPLES / "audio" / "bed.m4a"
    return Reference(_board(size, clips, seconds), sources, Source(bed, probe(bed), True, of_file(bed)))


def _filmed(folder: Path, number: int, size: tuple[int, int], seconds: int, seed: int) -> Source:
    dice = random.Random(seed * 1000 + number)
    stills = sorted((EXAMPLES / "images").glob("*.jpg"))
    still, target = stills[number % len(stills)], folder / f"{number}.mp4"
    shot = Shot(
        "camera",
        "camera",
        "1",
        dice.choice(MOVES),
        "",
        "0" * 64,
        seconds * RATE,
        Rate(RATE),
        *size,
        dice.randrange(10**6),
    )
    camera = Camera()
    camera.collect(shot, still, camera.submit(shot, still), target, Quiet())
    return Source(target, probe(target), False, of_file(target))


def _board(size: tuple[int, int], count: int, seconds: int) -> Storyboard:
    kinds = [TransitionKind(kind) for kind in (KINDS.split() * 30)[: count - 1]]
    clips = [
        Clip(
            ClipId(f"clip_{number}"),
            f"/timeline/{number}",
            duration=Fraction(seconds),
            effects=Effects(leave=kind, filters=(LOOKS[number % 10],) if number % 10 in LOOKS else ()),
        )
        for number, kind in enumerate([*kinds, TransitionKind.NONE])
    ]
    return Storyboard(
        ProjectId("proj_bench"), OutputSettings(*size), tuple(clips), (BED,), tuple(_words(seconds))
    )


BED = AudioLayer("layer_bed", "/layers/audio/0", "bed", volume=0.8)


def _words(seconds: int) -> Iterable[TextLayer]:
    title = TextLayer("layer_title", "/layers/text/0", "The long way home", Fraction(1), Fraction(3))
    yield title
    later = Fraction(seconds * 12, 5)
    yield replace(
        title,
        layer_id="layer_words",
        content="it's 50% off",
        start_time=later,
        duration=Fraction(57, 10),
        y=0.8,
    )
