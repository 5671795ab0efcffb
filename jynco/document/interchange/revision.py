"""An edit made elsewhere, as a revision of the storyboard: lengths, order, gaps and transitions, and nothing else.

What the edit did not touch stays as it was typed. Whatever cannot be said in a storyboard is refused with its place
in the edit: the film of the revision is laid out again, and must be the edit frame for frame.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import count
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from jynco.compose.joints import crosses
from jynco.compose.timeline import Timeline, lay_out
from jynco.document import checks
from jynco.document.fields import Object, clips, text
from jynco.document.interchange.reading import Blend, Hole, Part, Refusals, Taken, pictures
from jynco.document.interchange.sequence import Black, Item, Joint, Strip, sequence
from jynco.document.interchange.spots import Spot, placed, spots
from jynco.document.interchange.wishes import Meeting, Side, decimal, keep, wish, written
from jynco.document.view import storyboard
from jynco.errors import DocumentInvalid, Fault
from jynco.model.ids import ClipId
from jynco.model.storyboard import Document, Storyboard
from jynco.model.time import Rate

MADE_NAME = re.compile(r"(clip_[A-Za-z0-9_-]+)-[0-9a-f]{16}\Z")


def revised(document: Document, lengths: Mapping[ClipId, Fraction], data: bytes) -> Document:
    """The document after the edit in ``data``; ``lengths`` are the seconds of footage that names no duration.

    The very same where nothing was edited. NotJson, LimitExceeded; DocumentInvalid with places in the edit.
    """
    board = storyboard(document)
    before = lay_out(board, lengths)
    edit = _Edit(board, before, pictures(data))
    wanted = edit.spots()
    if wanted == spots(before):
        return document
    after = _Revision(document, board, before, wanted).document()
    _prove(after, lengths, wanted, edit)
    return after


class _Edit:
    """The edit in film frames, with our own names for its clips."""

    def __init__(self, board: Storyboard, before: Timeline, parts: Sequence[Part]) -> None:
        self._board = board
        self._rate = before.rate
        self._parts = parts
        self._exported = {item.clip_id: item for item in sequence(before) if isinstance(item, Strip)}
        self._speeds = {clip.clip_id: clip.speed for clip in board.clips}
        self._wrong = Refusals()
        self.pointers = [part.pointer for part in parts if isinstance(part, Taken)]

    def spots(self) -> tuple[Spot, ...]:
        """Where it has each clip. DocumentInvalid for what is no clip of ours, or not the beginning of one."""
        parts = [
            part for part in self._parts if not isinstance(part, Hole) or self._rate.frames(part.seconds)
        ]
        items = [self._item(parts, place) for place in range(len(parts))]
        for place, part in enumerate(parts):
            if isinstance(part, Taken):
                self._examine(part, items[place], items[place - 1] if place else None)
        self._wrong.tell()
        found = placed(_merged(items))
        for pointer, spot in zip(self.pointers, found, strict=True):
            if spot.frames <= 0:
                self._wrong.add(
                    f"{pointer}/source_range/duration", f"leaves {spot.clip_id} no frame: remove it"
                )
        self._wrong.tell()
        return found

    def _item(self, parts: Sequence[Part], place: int) -> Item:
        part, frames = parts[place], self._rate.frames
        match part:
            case Hole():
                return Black(frames(part.seconds))
            case Blend():
                sides = [*parts[max(0, place - 1) : place], *parts[place + 1 : place + 2]]
                between = len(sides) == 2 and all(isinstance(side, Taken) for side in sides)
                return Joint(
                    part.kind or ("dissolve" if between else "fade"), frames(part.before), frames(part.after)
                )
            case Taken():
                clip_id = self._named(part)
                first = frames(part.start / self._speeds.get(clip_id, Fraction(1)))
                return Strip(clip_id, first, frames(part.seconds))

    def _named(self, part: Taken) -> ClipId:
        """The clip that is meant: by our own mark, by its name, or by the file it shows."""
        file = PurePosixPath(unquote(urlsplit(part.url).path))
        made = MADE_NAME.match(file.stem)
        known = {clip.clip_id: clip for clip in self._board.clips}
        for name in (
            part.clip_id,
            part.name,
            PurePosixPath(part.name).stem,
            made[1] if made else "",
            *_films(file),
        ):
            if name in known:
                return ClipId(name)
        shown = [
            clip.clip_id
            for clip in self._board.clips
            if clip.footage and PurePosixPath(clip.footage).name == file.name
        ]
        return shown[0] if len(shown) == 1 else ClipId("")

    def _examine(self, part: Taken, strip: Item, before: Item | None) -> None:
        assert isinstance(strip, Strip)
        if not strip.clip_id:
            called = part.clip_id or part.name or part.url
            self._wrong.add(part.pointer, f"'{called}' is no clip of this storyboard: add it there first")
            return
        speed = self._speeds[strip.clip_id]
        if part.pace != speed:
            told = f"plays {strip.clip_id} at {float(part.pace):g} times its speed, the storyboard at {float(speed):g}"
            self._wrong.add(f"{part.pointer}/effects", f"{told}: set its speed look there")
        borrowed = before.before if isinstance(before, Joint) and crosses(before.kind) else 0
        untouched = self._exported.get(strip.clip_id)
        if strip.first not in {borrowed, untouched.first if untouched else borrowed}:
            cut = strip.first - borrowed
            self._wrong.add(
                f"{part.pointer}/source_range/start_time",
                f"{strip.clip_id} begins {cut} frames into its film, "
                "and a storyboard shows films from their beginning: put that back, and cut the end",
            )


def _films(file: PurePosixPath) -> Iterator[str]:
    """Addresses of ours end in the clip and ``video``."""
    if file.name == "video":
        yield file.parent.name


def _merged(items: Sequence[Item]) -> list[Item]:
    """A way out and a way in that meet are one dip."""
    merged: list[Item] = []
    for item in items:
        last = merged[-1] if merged else None
        if isinstance(item, Joint) and isinstance(last, Joint) and item.kind == last.kind:
            merged[-1] = Joint(item.kind, last.before + item.before, last.after + item.after)
        else:
            merged.append(item)
    return merged


@dataclass(slots=True)
class _Entry:
    """A clip of the revision: what it will say, and where it shall lie."""

    clip: Object
    spot: Spot
    side: Side
    fresh: bool  # whether anything up to it was edited


class _Revision:
    """Writes an edit into a document."""

    def __init__(
        self, document: Document, board: Storyboard, before: Timeline, wanted: Sequence[Spot]
    ) -> None:
        self._document = document
        self._rate: Rate = before.rate
        self._before = spots(before)
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
            entries.append(_Entry(clip, spot, Side.of(clip), fresh))
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
        lengths = {spot.clip_id: spot.frames for spot in self._before}
        copied = clip["clipId"] != entry.spot.clip_id and "duration" not in clip
        if copied or entry.spot.frames != lengths[entry.spot.clip_id]:
            seconds = self._rate.seconds(entry.spot.frames) * self._speeds[entry.spot.clip_id]
            clip["duration"] = decimal(seconds)
        if self._after_black(entry.spot):
            clip["startTime"] = decimal(self._rate.seconds(entry.spot.start))
        return clip

    def _after_black(self, spot: Spot) -> bool:
        place = self._wanted.index(spot)
        return spot.start > (self._wanted[place - 1].end if place else 0)

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
    document: Document, lengths: Mapping[ClipId, Fraction], wanted: Sequence[Spot], edit: _Edit
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
