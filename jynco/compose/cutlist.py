"""A cut list: what a film is joined of, written down before the first part is encoded.

Players find in it which parts come next, while the film is being made; and the next plan finds what has changed
since, so that it can say why a part must be encoded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from jynco.compose.picture import Room
from jynco.compose.segments import Recipe, Segment
from jynco.compose.sources import Held, Material, Source
from jynco.compose.spans import Words
from jynco.compose.stretches import Stretch
from jynco.model.ids import CacheKey, ClipId
from jynco.model.keys import digest

SHORT = 12  # hexadecimal digits: these digests only tell a change from none


@dataclass(frozen=True, slots=True)
class Entry:
    """One part: its key, its length, where it lies in its clips, and digests of what it is made from."""

    key: CacheKey
    name: str
    frames: int
    clips: tuple[ClipId, ...]
    firsts: tuple[int, ...]  # its first frame in each of the clips
    kind: str
    source: str
    looks: str
    words: str


@dataclass(frozen=True, slots=True)
class Cutlist:
    """All parts of a film in order, and its sound."""

    seconds_per_frame: tuple[int, int]  # a fraction
    container: str
    settings: str  # a digest of what is the same in all parts: output, encoder, FFmpeg's build
    sounds: tuple[Stretch, ...]
    lengths: Mapping[ClipId, int]  # of the clips, in frames
    entries: tuple[Entry, ...]

    @property
    def frames(self) -> int:
        """How long the film is."""
        return sum(entry.frames for entry in self.entries)

    def text(self) -> bytes:
        """The list as JSON."""
        return json.dumps(asdict(self)).encode()


def read(text: bytes) -> Cutlist:
    """A list from its JSON. ValueError for anything else, as another release may have written it."""
    try:
        given = json.loads(text)
        entries = tuple(
            Entry(**{**each, "clips": tuple(each["clips"]), "firsts": tuple(each["firsts"])})
            for each in given.pop("entries")
        )
        beat = given.pop("seconds_per_frame")
        sounds = tuple(Stretch(**each) for each in given.pop("sounds"))
        return Cutlist(**given, seconds_per_frame=(beat[0], beat[1]), sounds=sounds, entries=entries)
    except (KeyError, TypeError, IndexError) as other:
        raise ValueError(f"this is no cut list ({other})") from other


def listed(
    room: Room, parts: Sequence[Segment], sounds: tuple[Stretch, ...], kind: str, recipe: Recipe
) -> Cutlist:
    """The list of a film that is laid out."""
    timeline = room.timeline
    beat = 1 / timeline.rate.fraction
    settings = digest({"output": repr(room.storyboard.output), "recipe": repr(recipe)})[:SHORT]
    lengths = {clip.clip_id: clip.frames for clip in timeline.clips}
    entries = tuple(_entry(part, room.materials) for part in parts)
    return Cutlist((beat.numerator, beat.denominator), kind, settings, sounds, lengths, entries)


def _entry(part: Segment, materials: Mapping[ClipId, Material]) -> Entry:
    span = part.span
    names, firsts = tuple(each.clip_id for each in span.pieces), tuple(each.first for each in span.pieces)
    told = {
        "source": repr([_content(name, materials) for name in names]),
        "looks": repr([each.filters for each in span.pieces]),
        "words": repr([*(_worded(word) for word in span.words), *span.overlays]),
    }
    source, looks, words = (digest({name: text})[:SHORT] for name, text in told.items())
    return Entry(part.key, part.name, span.frames, names, firsts, str(span.kind), source, looks, words)


def _content(name: ClipId, materials: Mapping[ClipId, Material]) -> str:
    material = materials[name]
    if isinstance(material, Held):
        return f"{material} {_content(material.of, materials)}"
    return material.sha256 if isinstance(material, Source) else repr(material)


def _worded(word: Words) -> str:
    """A text as it is seen: neither its name nor its place in the film."""
    layer = word.layer
    looks = (layer.content, layer.x, layer.y, layer.font_size, layer.font_family, layer.color)
    return repr((*looks, word.first, word.end))
