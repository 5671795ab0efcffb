"""Whether the film from segments is the one command's: frame for frame before the encoders, and alike after."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe

from bench.expert import expert
from bench.reference import Quiet, Reference
from bench.room import LONGEST, MEDIA, Room, ran, reel
from jynco.agents.splicing import indexed
from jynco.compose.command import Papers
from jynco.compose.packets import begins
from jynco.compose.picture import Room as Look
from jynco.compose.segments import Recipe, Segment, segments, writing, written
from jynco.compose.sharing import groups
from jynco.model.media import Command

LEAST_ALIKE = 0.99  # SSIM of two encodings of equal frames
GENEROUS = "40M"


@dataclass(frozen=True, slots=True)
class Exactness:
    """Frames that are equal before encoding, of those there are; the films' likeness (SSIM, all planes) after it.

    Two encodings of equal frames lose other details, the more the stronger they are. So ``ssim`` is taken where
    little is lost, and what is left is a frame's place; ``usual`` is the likeness at the film's own settings.
    """

    frames: int
    due: int
    equal: int
    ssim: float
    usual: float
    packets: int  # in the joined film, at different moments

    @property
    def faults(self) -> list[str]:
        """What is not as it must be, in a sentence each."""
        found = []
        if self.frames != self.due or self.packets != self.due:
            found.append(f"{self.frames} frames and {self.packets} packets where {self.due} are due")
        if self.equal != self.due:
            found.append(f"only {self.equal} of {self.due} frames are the single command's before encoding")
        if self.ssim < LEAST_ALIKE:
            found.append(f"after encoding the films are {self.ssim:.4f} alike, under {LEAST_ALIKE}")
        return found


def exactness(what: Reference, work: Path, cores: int) -> Exactness:
    """Compares the two ways to ``what``; ``ours.mp4`` and ``one.mp4`` in ``work`` are its films already."""
    due = reel(what).timeline.frames
    segmented, single = [*_segmented(what, work, cores)], _sums(expert(what, work, work / "film.mp4", cores))
    equal = sum(mine == yours for mine, yours in zip(segmented, single["film"], strict=False))
    ours, theirs = work / "ours.mp4", work / "one.mp4"
    return Exactness(
        len(segmented), due, equal, _at_ease(what, work, cores), _ssim(ours, theirs), _moments(ours)
    )


def _at_ease(what: Reference, work: Path, cores: int) -> float:
    """The likeness of the two films where the encoder has all the room it wants."""
    output = replace(what.board.output, bitrate=GENEROUS)
    wide = replace(what, board=replace(what.board, output=output))
    ran(lambda: expert(wide, work, work / "one-wide.mp4", cores))
    Room(work / "wide", cores).cut(wide, work / "ours-wide.mp4")
    return _ssim(work / "ours-wide.mp4", work / "one-wide.mp4")


def _segmented(what: Reference, work: Path, cores: int) -> Iterator[str]:
    """The checksum of every frame that goes into a segment's encoder, in the film's order."""
    roll, recipe = reel(what), Recipe(MEDIA.build())
    rate = roll.timeline.rate
    sources = {
        name: replace(source, keys=begins(indexed(source.path), rate))
        for name, source in what.materials.items()
    }
    look = Look(roll.storyboard, roll.timeline, sources, Papers(work).keep)
    parts: Sequence[Segment] = segments(look, recipe)
    found: dict[str, list[str]] = {}
    for group in groups(parts, sources, cores):
        found |= _sums(writing(group, look, recipe, work))
    for part in parts:
        yield from found[written(part, work).stem]


def _sums(command: Command) -> dict[str, list[str]]:
    """The checksum of each frame that a command hands to its encoders, by the file's name, in order."""
    arguments, targets = unencoded(command.arguments)
    MEDIA.run(replace(command, arguments=arguments), Quiet(), timeout=LONGEST)
    return {path.stem: _read(path) for path in targets}


def unencoded(arguments: Sequence[str]) -> tuple[tuple[str, ...], list[Path]]:
    """The same command with checksums of its frames in the place of encoded files; and where those will be."""
    first = arguments.index("-map")
    kept, targets = [*arguments[:first]], []
    maps: list[str] = []
    rest = iter(arguments[first:])
    for word in rest:
        if word == "-map":
            maps.append(next(rest))
        elif word.startswith("file:") and maps:
            targets.append(Path(word.removeprefix("file:")).with_suffix(".framemd5"))
            kept += ["-map", maps[0], "-fps_mode", "passthrough", "-f", "framemd5", f"file:{targets[-1]}"]
            kept += [part for sound in maps[1:] for part in ("-map", sound, "-f", "null", "-")]
            maps = []
    return tuple(kept), targets


def _read(path: Path) -> list[str]:
    lines = path.read_text().splitlines()
    return [line.rpartition(",")[2].strip() for line in lines if not line.startswith("#")]


def _moments(film: Path) -> int:
    """How many different moments the packets of the joined film are shown at."""
    import av

    with av.open(str(film)) as container:
        return len({packet.pts for packet in container.demux(video=0) if packet.pts is not None})


def _ssim(ours: Path, theirs: Path) -> float:
    inputs = ["-i", str(ours), "-i", str(theirs)]
    line = [get_ffmpeg_exe(), "-hide_banner", *inputs, "-lavfi", "[0:v][1:v]ssim", "-f", "null", "-"]
    said = subprocess.run(line, capture_output=True, text=True, check=True).stderr
    found = re.search(r"SSIM .*All:([0-9.]+)", said)
    return float(found[1]) if found else 0.0
