"""Sounds by themselves, as a mix takes them: decoded, at their speed, before anybody turns a volume.

Whatever strangers sent is decoded by FFmpeg, in its limits. What comes out of it are plain samples, which are mixed and
encoded without starting anything, so that a volume that is turned costs its mix and no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from jynco.compose.audio import Track, played
from jynco.compose.command import Papers, filed
from jynco.compose.encoder import SAMPLE_RATE
from jynco.compose.graph import Output, command_line
from jynco.compose.segments import nameless
from jynco.compose.stretches import Sound, Stretch, options, within
from jynco.model.keys import digest
from jynco.model.media import Command, Mix, Voice

TOGETHER = 50  # sounds that one process decodes: each takes it two open files and some threads
NEAR = 10 * SAMPLE_RATE  # what lies before an in-point is decoded anyway, and up to so many samples kept
FRAME = 8  # bytes of a sample: two floats
RAW = {"format": "f32le", "c:a": "pcm_f32le"}


@dataclass(frozen=True, slots=True)
class Stem:
    """One sound by itself: what it is known by, and how many of its samples are wanted."""

    name: str
    track: Track
    samples: int


def stems(heard: Sequence[Track], group: Sequence[Stretch]) -> dict[str, Stem]:
    """What these stretches are mixed of, by name; what is heard several times is decoded once, as far as need be."""
    end, found = max((each.end for each in group), default=0), dict[str, Stem]()
    for track in within(heard, group):
        name, samples = stem_of(track), end - track.start
        samples = _before(track) + (samples if track.samples is None else min(samples, track.samples))
        if name not in found or found[name].samples < samples:
            found[name] = Stem(name, _whole(track), samples)
    return found


def stem_of(track: Track) -> str:
    """What a track's sound is known by: neither its place in the film nor its volume is in it."""
    source = replace(track.source, path=nameless(track.source), keys=())
    bare = replace(_whole(track), source=source, start=0, samples=None, volume=1.0, fade_in=0, fade_out=0)
    return digest({"sound": repr(bare)})


def _before(track: Track) -> int:
    """The samples that are decoded before what a track is heard of: clips that begin near each other share them."""
    return track.first if track.speed == 1 and track.first <= NEAR else 0


def _whole(track: Track) -> Track:
    return replace(track, first=track.first - _before(track))


def lots(wanted: Sequence[Stem]) -> list[list[Stem]]:
    """What one process decodes at a time."""
    return [[*wanted[first : first + TOGETHER]] for first in range(0, len(wanted), TOGETHER)]


def decoding(wanted: Sequence[Stem], work: Path) -> Command:
    """One process that decodes all of these into the folder ``work``."""
    papers = Papers(work)
    outputs = [
        Output(
            [played(each.track, threads=1).filter("atrim", end_sample=each.samples)], decoded(each, work), RAW
        )
        for each in wanted
    ]
    return Command(filed(command_line(*outputs), papers), papers.files)


def decoded(stem: Stem, work: Path) -> Path:
    """Where ``decoding`` puts a stem: interleaved floats, two a sample."""
    return work / f"{stem.name}-{stem.samples}.f32"


def mix(stretch: Stretch, heard: Sequence[Track], samples: Mapping[str, memoryview], kind: Sound) -> Mix:
    """One stretch of sound, from what its tracks are by themselves."""
    voices = tuple(_voice(track, samples[stem_of(track)]) for track in within(heard, [stretch]))
    return Mix(voices, stretch.start, stretch.end, options(kind))


def _voice(track: Track, samples: memoryview) -> Voice:
    return Voice(
        samples[_before(track) * FRAME :],
        track.start,
        track.samples,
        track.volume,
        track.fade_in,
        track.fade_out,
    )
