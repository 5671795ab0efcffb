"""The film's sound by itself, known like a segment, and the last step of a film that is no MP4."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from jynco.compose.audio import Track, mixed, samples_at
from jynco.compose.command import Papers, filed, metadata
from jynco.compose.encoder import Container, muxer_options, sound_options
from jynco.compose.graph import Output, command_line
from jynco.compose.segments import Recipe, nameless
from jynco.compose.timeline import Timeline
from jynco.model.ids import CacheKey
from jynco.model.keys import digest
from jynco.model.media import Command
from jynco.model.storyboard import Quality, Storyboard

BARE = {"map_metadata": "-1", "map_chapters": "-1"}


@dataclass(frozen=True, slots=True)
class Sound:
    """What kind of sound a film has."""

    container: Container
    quality: Quality


def soundtrack_key(heard: Sequence[Track], timeline: Timeline, kind: Sound, recipe: Recipe) -> CacheKey:
    """What the sound depends on. ValueError for a source without its content hash."""
    blind = [replace(track, source=replace(track.source, path=nameless(track.source))) for track in heard]
    line = command_line(_output(blind, timeline, kind, Path("sound")))
    return digest({"line": "\0".join(line), "build": recipe.build})


def soundtrack(
    heard: Sequence[Track], timeline: Timeline, kind: Sound, *, work: Path, target: Path
) -> Command:
    """One process that writes the whole film's sound as it goes into a film of ``kind``."""
    papers = Papers(work)
    return Command(filed(command_line(_output(heard, timeline, kind, target)), papers), papers.files)


def repacked(
    pictures: Path,
    sound: Path | None,
    storyboard: Storyboard,
    document: str | None,
    *,
    work: Path,
    target: Path,
) -> Command:
    """A joined film as webm, whose times are whole milliseconds: too coarse to join in, fine to end in.

    The sound was made as webm, since only there and not in an MP4 Opus ends at the sample.
    """
    papers = Papers(work)
    described = papers.keep(metadata(storyboard, document), "metadata")
    inputs = [("mov", pictures), *([("matroska", sound)] if sound else []), ("ffmetadata", described)]
    opened = [word for form, path in inputs for word in ("-f", form, "-i", f"file:{path}")]
    streams = ["-map", "0:v:0", *(["-map", "1:a:0"] if sound else []), "-map_metadata", f"{len(inputs) - 1}"]
    options = muxer_options(Container.WEBM, storyboard.output.rate)
    packed = ["-c", "copy", "-f", options["format"], "-cues_to_front", options["cues_to_front"]]
    return Command((*opened, *streams, *packed, f"file:{target}"), papers.files)


def _output(heard: Sequence[Track], timeline: Timeline, kind: Sound, target: Path) -> Output:
    stream = mixed(heard, samples_at(timeline, timeline.frames))
    options = sound_options(kind.container, kind.quality)
    return Output([stream], target, {"format": str(kind.container), **options, **BARE})
