"""Lengths and starts: not without end, and not nothing at all."""

from __future__ import annotations

from collections.abc import Iterator

from jynco.document.checks.limits import Limits
from jynco.document.clips import is_footage, length
from jynco.document.fields import Object, clips, number
from jynco.document.pointer import under
from jynco.document.wording import shown
from jynco.errors import Fault
from jynco.model.storyboard import Document


def time_faults(document: Document, limits: Limits) -> Iterator[Fault]:
    """A film of no length, and clips that are too long or begin too late."""
    for pointer, clip in clips(document):
        most = limits.film_seconds if is_footage(clip) else limits.clip_seconds
        yield from over(clip, "duration", pointer, most)
        yield from over(clip, "startTime", pointer, limits.film_seconds)
    timeline = document.get("timeline")
    if isinstance(timeline, list) and all(isinstance(clip, dict) for clip in timeline):
        yield from _no_film([clip for _, clip in clips(document)])


def over(parent: Object, name: str, base: str, most: int) -> Iterator[Fault]:
    """The fault of a time, in seconds, beyond ``most``."""
    seconds = number(parent, name)
    if seconds is not None and seconds > most:
        detail = f"must be {most} seconds or less; it is {shown(seconds)}"
        yield Fault(under(base, name), "limit", detail)


def _no_film(timeline: list[Object]) -> Iterator[Fault]:
    if not timeline:
        yield Fault("/timeline", "empty_film", "has no clips; a film needs at least one")
    elif all(length(clip) == 0 for clip in timeline):
        yield Fault("/timeline", "empty_film", "has only clips of 0 seconds; make at least one longer")
