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
from bench.room import LONGEST, MEDIA, reel
from jynco.agents.splicing import indexed
from jynco.compose.command import Papers
from jynco.compose.packets import begins
from jynco.compose.picture import Room as Look
from jynco.compose.segments import Recipe, Segment, segments, writing, written
from jynco.compose.sharing import groups
from jynco.model.media import Command

LEAST_ALIKE = 0.99  # SSIM of two encodings of equal frames


@dataclass(frozen=True, slots=True)
class Exactness:
    """Frames that are equal before encoding, of those there are; the films' likeness (SSIM, all planes) after it.

    ``ssim`` is to the one command that codes in the same groups of pictures; ``expert`` to the expert's, which
    chooses its own, so that two encodings of equal frames lose other details: it is told, and is no fault.
    """

    frames: int
    due: int
    equal: int
    ssim: float
    expert: float
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


def exactness(what: Reference, folder: Path, cores: int) -> Exactness:
    """Compares the ways to ``what``, whose films are in ``folder`` already: ours, fallback and one (the expert's)."""
    due = reel(what).timeline.frames
    segmented, single = (
        [*_segmented(what, folder, cores)],
        _sums(expert(what, folder, folder / "film.mp4", cores)),
    )
    equal = sum(mine == yours for mine, yours in zip(segmented, single["film"], strict=False))
    ours = folder / "ours.mp4"
    alike, told = _ssim(ours, folder / "fallback.mp4"), _ssim(ours, folder / "one.mp4")
    return Exactness(len(segmented), due, equal, alike, told, _moments(ours))


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
