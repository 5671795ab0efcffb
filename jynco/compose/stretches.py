"""The film's sound in stretches of some seconds, each encoded by itself and known like a segment.

AAC of a constant quality carries nothing over but the packets around one. So a stretch that is encoded with a little
more on both sides has, packet for packet, what one encoder would make of the whole: nothing drifts and no joint is
heard, and a volume costs only the stretches in which it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from jynco.compose.audio import Track, mixed, samples_at
from jynco.compose.command import Papers, filed
from jynco.compose.encoder import Container, sound_options
from jynco.compose.graph import Output, command_line
from jynco.compose.packets import Track as Packets
from jynco.compose.packets import stretched
from jynco.compose.segments import Recipe, nameless
from jynco.compose.timeline import Timeline
from jynco.model.ids import CacheKey
from jynco.model.keys import digest
from jynco.model.media import Command
from jynco.model.storyboard import Quality

PACKET = 1024  # samples of AAC
LENGTH = 192  # packets, 4.1 s: what is encoded in vain beside it is a twentieth
LEAD = 8  # packets encoded in vain before: by then encoder and limiter are as if they had heard the rest
TAIL = 2  # and behind, which the last packets look at
MOST = 64  # stretches of a film: each is a file of its own
BARE = {"map_metadata": "-1", "map_chapters": "-1"}
REMEMBERED = 1_000  # mixes
_known: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Sound:
    """What kind of sound a film has."""

    container: Container
    quality: Quality
    mixer: str = ""  # what mixes and encodes it, beside FFmpeg's build


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some of the sound: encoded from sample ``start`` to ``end`` of the film; equal keys mean equal bytes.

    Its file has ``skip`` packets in vain, then its own: so many ``packets``, or all of the rest (None).
    """

    key: CacheKey
    start: int
    end: int
    skip: int = 0
    packets: int | None = None

    @property
    def first(self) -> int:
        """The number of its first packet among the film's."""
        return self.start // PACKET + self.skip

    def hears(self, first: int, end: int | None) -> bool:
        """Whether some of the film's packets from ``first`` to ``end`` (None: the last) are its own."""
        mine = None if self.packets is None else self.first + self.packets
        return (end is None or self.first < end) and (mine is None or first < mine)

    def of(self, file: Packets) -> Packets:
        """Its own packets. ValueError where there are too few."""
        return stretched(file, self.skip, self.packets)


def stretches(heard: Sequence[Track], timeline: Timeline, kind: Sound, recipe: Recipe) -> tuple[Stretch, ...]:
    """The whole sound in order; one piece in a webm. ValueError for a source without its content hash."""
    total = samples_at(timeline, timeline.frames)
    if not heard:
        return ()
    if kind.container is Container.WEBM:
        return (_named(heard, Stretch(CacheKey(""), 0, total), kind, recipe),)
    return tuple(_named(heard, each, kind, recipe) for each in _laid(total))


def sounding(heard: Sequence[Track], stretch: Stretch, kind: Sound, work: Path) -> Command:
    """The process that makes a film's sound in one piece, into the folder ``work``."""
    papers = Papers(work)
    output = Output([mixed(heard, stretch.end)], sounded(stretch, work), options(kind))
    return Command(filed(command_line(output), papers), papers.files)


def sounded(stretch: Stretch, work: Path) -> Path:
    """Where a stretch is put."""
    return work / f"{stretch.key}.sound"


def _laid(total: int) -> Iterator[Stretch]:
    """On a grid that begins with the film, whatever its length: a longer film has the same stretches before."""
    length = next(LENGTH << times for times in count() if (LENGTH << times) * MOST * PACKET >= total)
    for first in range(0, max(1, -(-total // PACKET)), length):
        skip = LEAD if first else 0
        end, last = (first + length + TAIL) * PACKET, (first + length) * PACKET >= total
        yield Stretch(CacheKey(""), (first - skip) * PACKET, min(end, total), skip, None if last else length)


def _named(heard: Sequence[Track], stretch: Stretch, kind: Sound, recipe: Recipe) -> Stretch:
    mix = _mix(within(heard, [stretch]), kind, recipe)
    return replace(stretch, key=digest({"mix": mix, "start": f"{stretch.start}", "end": f"{stretch.end}"}))


def _mix(heard: Sequence[Track], kind: Sound, recipe: Recipe) -> str:
    """A digest of how these are mixed and encoded, found out once: it is the same in most stretches."""
    blind = [replace(track, source=replace(track.source, path=nameless(track.source))) for track in heard]
    told = repr((blind, kind, recipe))
    found = _known.get(told)
    if found is None:
        line = command_line(Output([mixed(blind, PACKET)], Path("sound"), options(kind)))
        found = digest({"line": "\0".join(line), "build": recipe.build, "mixer": kind.mixer})
        if len(_known) >= REMEMBERED:
            _known.clear()
        _known[told] = found
    return found  # not from there again: another thread may have forgotten it meanwhile


def within(heard: Sequence[Track], group: Sequence[Stretch]) -> list[Track]:
    """What these stretches hear something of."""
    return [track for track in heard if any(_sounds(track, each) for each in group)]


def _sounds(track: Track, stretch: Stretch) -> bool:
    before = track.samples is not None and track.start + track.samples <= stretch.start
    return track.start < stretch.end and not before


def options(kind: Sound) -> dict[str, str]:
    """How a film's sound is encoded and packed."""
    return {"format": str(kind.container), **sound_options(kind.container, kind.quality), **BARE}
