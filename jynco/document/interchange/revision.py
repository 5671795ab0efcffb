"""An edit made elsewhere, as a revision of the storyboard: trims, order, gaps and transitions, and nothing else.

What the edit did not touch stays as it was typed. Whatever cannot be said in a storyboard is refused with its place
in the edit: the film of the revision is laid out again, and must be the edit frame for frame.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import count

from jynco.compose.timeline import Timeline, lay_out
from jynco.document import checks
from jynco.document.fields import Object, clips, text
from jynco.document.interchange.edits import Edit
from jynco.document.interchange.reading import pictures
from jynco.document.interchange.spots import Spot, spots
from jynco.document.interchange.wishes import Meeting, Side, decimal, keep, wish, written
from jynco.document.view import storyboard
from jynco.errors import DocumentInvalid, Fault
from jynco.model.ids import ClipId
from jynco.model.storyboard import Document, Storyboard
from jynco.model.time import Rate


def revised(document: Document, lengths: Mapping[ClipId, Fraction], data: bytes) -> Document:
    """The document after the edit in ``data``; ``lengths`` are the seconds of footage that names no duration.

    The very same where nothing was edited. NotJson, LimitExceeded; DocumentInvalid with places in the edit.
    """
    board = storyboard(document)
    before = lay_out(board, lengths)
    edit = Edit(board, before, pictures(data))
    wanted = edit.spots()
    if wanted == spots(before):
        return document
    after = _Revision(document, board, before, wanted).document()
    _prove(after, lengths, wanted, edit)
    return after


@dataclass(slots=True)
class _Entry:
    """A clip of the revision: what it will say, and where it shall lie."""

    clip: Object
    spot: Spot
    side: Side
    fresh: bool  # whether anything up to it was edited
    apart: bool  # whether it begins after black


class _Revision:
    """Writes an edit into a document."""

    def __init__(
        self, document: Document, board: Storyboard, before: Timeline, wanted: Sequence[Spot]
    ) -> None:
        self._document = document
        self._rate: Rate = before.rate
        self._before = spots(before)
        self._shown = {spot.clip_id: (spot.first, spot.frames) for spot in self._before}
        self._speeds = {clip.clip_id: clip.speed for clip in board.clips}
        self._clips = {ClipId(text(clip, "clipId")): clip for _, clip in clips(document)}
        self._wanted = wanted
        self._taken: set[str] = set(self._clips)

    def document(self) -> Document:
        """The whole of it: clips of no length, which no other editor sees, stay behind those they followed."""
        entries = self._entries()
        self._join(entries)
        silent = self._silent()
        timeline = silent.pop(None, [])
        for entry in entries:
            timeline.append(self._finished(entry))
            timeline += silent.pop(entry.spot.clip_id, [])
        timeline += [clip for rest in silent.values() for clip in rest]
        return {**self._document, "timeline": [*timeline]}

    def _entries(self) -> list[_Entry]:
        entries: list[_Entry] = []
        seen: set[ClipId] = set()
        for place, spot in enumerate(self._wanted):
            clip = self._clips[spot.clip_id]
            if spot.clip_id in seen:
                clip = {**clip, "clipId": self._free(spot.clip_id)}
            seen.add(spot.clip_id)
            same = place < len(self._before) and self._before[place] == spot
            fresh = not same or (bool(entries) and entries[-1].fresh)
            apart = spot.start > (entries[-1].spot.end if entries else 0)
            entries.append(_Entry(clip, spot, Side.of(clip), fresh, apart))
        return entries

    def _free(self, clip_id: ClipId) -> str:
        """A name for a copy."""
        names = (f"{clip_id}-{number}" for number in count(2))
        name = next(name for name in names if name not in self._taken)
        self._taken.add(name)
        return name

    def _join(self, entries: Sequence[_Entry]) -> None:
        """Ways through black first, for only one clip can say each; and what is said already before what is new."""
        meetings = [*self._meetings(entries)]
        for crossing in (False, True):
            these = [each for each in meetings if (each.seam is not None) is crossing]
            for meeting in [each for each in these if not keep(each, self._rate)]:
                wish(meeting, self._rate)

    def _meetings(self, entries: Sequence[_Entry]) -> Iterator[Meeting]:
        before: _Entry | None = None
        for entry in entries:
            spot, side = entry.spot, entry.side
            if before is not None and spot.start > before.spot.end:
                yield Meeting(before.side, None, leave=before.spot.leave)
                before = None
            left, leave = (before.side, before.spot.leave) if before else (None, None)
            if entry.fresh:
                yield Meeting(left, side, spot.seam, leave, spot.enter)
            else:
                side.bound = True
            before = entry
        if before is not None:
            yield Meeting(before.side, None, leave=before.spot.leave)

    def _finished(self, entry: _Entry) -> Object:
        if not entry.fresh:
            return written(entry.clip, entry.side)
        clip = {name: value for name, value in written(entry.clip, entry.side).items() if name != "startTime"}
        clip |= self._trims(clip, entry.spot)
        if entry.apart:
            clip["startTime"] = decimal(self._rate.seconds(entry.spot.start))
        return {name: value for name, value in clip.items() if name != "inPoint" or value}

    def _trims(self, clip: Object, spot: Spot) -> Object:
        """What of its film it shows now, where that is something else; a length that rests on the file's is said."""
        first, frames = self._shown[spot.clip_id]
        other = clip["clipId"] != spot.clip_id or spot.first != first
        trims: Object = {}
        if spot.first != first:
            trims["inPoint"] = self._seconds(spot, spot.first)
        if spot.frames != frames or (other and "duration" not in clip):
            trims["duration"] = self._seconds(spot, spot.frames)
        return trims

    def _seconds(self, spot: Spot, frames: int) -> int | float:
        """Film frames of a clip in seconds of its own film."""
        return decimal(self._rate.seconds(frames) * self._speeds[spot.clip_id])

    def _silent(self) -> dict[ClipId | None, list[Object]]:
        """Clips that are not in the film, by the clip they stand behind."""
        shown = {spot.clip_id for spot in self._before}
        behind: dict[ClipId | None, list[Object]] = {}
        last: ClipId | None = None
        for clip_id, clip in self._clips.items():
            if clip_id in shown:
                last = clip_id
            else:
                behind.setdefault(last, []).append(clip)
        return behind


def _prove(
    document: Document, lengths: Mapping[ClipId, Fraction], wanted: Sequence[Spot], edit: Edit
) -> None:
    """DocumentInvalid unless the film of the document is the edit, frame for frame."""
    checks.validate(document)
    laid = spots(lay_out(storyboard(document), lengths))
    for pointer, spot, made in zip(edit.pointers, wanted, laid, strict=True):
        if replace(made, clip_id=spot.clip_id) != spot:
            detail = (
                f"no storyboard can say where the edit has {spot.clip_id}, or how it meets its neighbours"
            )
            raise DocumentInvalid([Fault(pointer, "interchange", detail)])
