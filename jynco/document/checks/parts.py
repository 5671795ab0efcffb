"""The clips as far as the film's clock goes: whole frames, and the transitions at both ends."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from jynco.document.clips import length, transition
from jynco.document.fields import Object, child, clips, fraction, text, whole
from jynco.document.looks import compositions, speed
from jynco.model.storyboard import Document
from jynco.model.time import Rate


@dataclass(frozen=True, slots=True)
class Part:
    """A clip that takes time. ``seconds`` and ``frames`` are None where only its own file can say."""

    pointer: str
    name: str
    seconds: Fraction | None
    start: Fraction | None  # as the document gives it
    frames: int | None
    enter: str
    leave: str
    explicit: int | None  # frames of its own transitions, where the document sets them


def rate(document: Document) -> Rate:
    """The film's rate; 30 where the document has none that can be used."""
    fps = whole(child(document, "outputSettings"), "fps")
    return Rate(fps if fps is not None and 1 <= fps <= 120 else 30)


def parts(document: Document) -> list[Part]:
    """The clips in order, without those of no length: they are not in the film."""
    pace = rate(document)
    named = compositions(document)
    found = [_part(pointer, clip, pace, speed(clip, named)) for pointer, clip in clips(document)]
    return [part for part in found if part.frames != 0]


def _part(pointer: str, clip: Object, pace: Rate, faster: Fraction) -> Part:
    seconds, start, explicit = length(clip), fraction(clip, "startTime"), fraction(clip, "transitionDuration")
    seconds = None if seconds is None else seconds / faster
    known = seconds is not None and seconds >= 0
    return Part(
        pointer=pointer,
        name=text(clip, "clipId") or pointer,
        seconds=seconds if known else None,
        start=start if start is not None and start >= 0 else None,
        frames=_frames(seconds, pace) if seconds is not None and known else None,
        enter=transition(clip, "in"),
        leave=transition(clip, "out"),
        explicit=_frames(explicit, pace) if explicit is not None and explicit > 0 else None,
    )


def _frames(seconds: Fraction, pace: Rate) -> int:
    return max(1, pace.frames(seconds)) if seconds else 0
