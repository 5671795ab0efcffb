"""All that an export is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from jynco.compose.timeline import Timeline
from jynco.model.ids import ClipId
from jynco.model.storyboard import Json, Storyboard, TextLayer


@dataclass(frozen=True, slots=True)
class Reel:
    """A file behind a clip or a sound: its address, its length in seconds, and whether it can be heard."""

    url: str
    seconds: Fraction
    sound: bool = False


@dataclass(frozen=True, slots=True)
class Cut:
    """A storyboard laid out, with the files there are (``reels`` by clip, ``sounds`` by the layers' path).

    ``notes`` are what goes along with a clip for Jynco itself: words, keys, takes.
    """

    board: Storyboard
    timeline: Timeline
    reels: Mapping[ClipId, Reel] = field(default_factory=dict)
    sounds: Mapping[str, Reel] = field(default_factory=dict)
    notes: Mapping[ClipId, Mapping[str, Json]] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The film's name."""
        return self.board.title or self.board.project_id


def shown(layer: TextLayer, timeline: Timeline) -> tuple[int, int]:
    """The film frames of a text: the first one, and the first without it."""
    rate = timeline.rate
    first = rate.frames(layer.start_time)
    last = (
        timeline.frames
        if layer.duration is None
        else max(first + 1, rate.frames(layer.start_time + layer.duration))
    )
    return first, min(last, timeline.frames)
