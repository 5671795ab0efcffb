"""Why a part of the film must be encoded: what is different from the cut before."""

from __future__ import annotations

from collections.abc import Iterator

from jynco.compose.cutlist import Cutlist, Entry
from jynco.model.ids import ClipId

FIRST = "new: no such film was made before"
GONE = "unchanged, and not kept: never finished, or removed from the cache"


def reason(entry: Entry, now: Cutlist, before: Cutlist | None) -> str:
    """In a few words, such as ``text changed``. ``before``: the last cut of the same kind of film, if there was one."""
    if before is None:
        return FIRST
    strange = [clip for clip in entry.clips if clip not in before.lengths]
    if strange:
        return f"new clip: {_and(strange)}"
    if now.settings != before.settings or now.seconds_per_frame != before.seconds_per_frame:
        return "settings changed"
    twin = next((each for each in before.entries if _place(each) == _place(entry)), None)
    if twin is not None:
        return " and ".join(_changes(entry, twin)) or GONE
    return _moved(entry, now, before)


def _place(entry: Entry) -> tuple[object, ...]:
    return entry.clips, entry.firsts, entry.frames, entry.kind


def _changes(entry: Entry, twin: Entry) -> Iterator[str]:
    if entry.source != twin.source:
        yield f"source of {_and(entry.clips)} changed"
    if entry.looks != twin.looks:
        yield "effects changed"
    if entry.words != twin.words:
        yield "text changed"


def _moved(entry: Entry, now: Cutlist, before: Cutlist) -> str:
    """These frames were not a part of their own before."""
    longer = [clip for clip in entry.clips if now.lengths[clip] != before.lengths[clip]]
    if longer:
        return f"length of {_and(longer)} changed"
    begun = [clip for clip in entry.clips if _first(clip, now) != _first(clip, before)]
    if begun:
        return f"beginning of {_and(begun)} changed"
    if entry.kind != "none" and any(each.clips == entry.clips for each in before.entries):
        return "transition changed"
    if not entry.clips:
        return "gap changed"
    return "neighbours changed"


def _first(clip: ClipId, cut: Cutlist) -> int | None:
    """The first frame that is seen of a clip."""
    pieces = (piece for each in cut.entries for piece in zip(each.clips, each.firsts, strict=True))
    return min((first for name, first in pieces if name == clip), default=None)


def _and(clips: list[ClipId] | tuple[ClipId, ...]) -> str:
    return " and ".join(dict.fromkeys(clips))
