"""What is to be cut, what that costs, and what it is joined of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from jynco.compose.audio import Track
from jynco.compose.cutlist import Cutlist
from jynco.compose.encoder import Container
from jynco.compose.picture import Room
from jynco.compose.segments import Recipe, Segment
from jynco.compose.sources import Material, Source
from jynco.compose.stretches import Sound, Stretch
from jynco.compose.timeline import Timeline
from jynco.model.ids import CacheKey, ClipId
from jynco.model.storyboard import Storyboard

Note: TypeAlias = Callable[[Cutlist], None]
Found: TypeAlias = Mapping[CacheKey, Path]  # where segments and the sound lie


@dataclass(frozen=True, slots=True)
class Reel:
    """A film that is laid out and has all of its sources; they must know their content hashes."""

    storyboard: Storyboard
    timeline: Timeline
    materials: Mapping[ClipId, Material]
    sounds: Mapping[str, Source]
    container: Container
    document: str | None = None
    soon: bool = False  # its first second is wanted first: somebody waits to look at it
    files: Mapping[str, Source] = field(default_factory=dict)  # of looks and layers, by their paths
    proxies: Mapping[ClipId, Source] = field(default_factory=dict)  # seen in the place of materials
    software: bool = False  # no device is asked: one has failed on it


@dataclass(frozen=True, slots=True)
class Survey:
    """What a cut costs: how many segments there are, and the names of those that must be encoded."""

    segments: int
    encode: tuple[str, ...]
    frames: int  # to be encoded, of the film's
    sound: bool  # whether the sound must be mixed


@dataclass(frozen=True, slots=True)
class Sheet:
    """A reel's segments and its sound, by key."""

    reel: Reel
    room: Room
    recipe: Recipe
    segments: tuple[Segment, ...]
    heard: Sequence[Track]
    kind: Sound
    sounds: tuple[Stretch, ...]

    @property
    def keys(self) -> tuple[CacheKey, ...]:
        """All that the film is joined of."""
        return (*(segment.key for segment in self.segments), *(sound.key for sound in self.sounds))

    def missing(self, found: Collection[CacheKey]) -> list[Segment]:
        """The segments that are not among the ``found``."""
        return [segment for segment in self.segments if segment.key not in found]

    def silent(self, found: Collection[CacheKey]) -> list[Stretch]:
        """The stretches of sound that are not among the ``found``."""
        return [sound for sound in self.sounds if sound.key not in found]

    def survey(self, found: Collection[CacheKey]) -> Survey:
        """What remains to be encoded where these are ``found``."""
        missing = self.missing(found)
        names = tuple(segment.name for segment in missing)
        frames = sum(segment.span.frames for segment in missing)
        return Survey(len(self.segments), names, frames, bool(self.silent(found)))
