"""The edit in our own terms: film frames, and the clips of the storyboard that it was made from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit

from jynco.compose.timeline import Timeline
from jynco.document.interchange.reading import Blend, Hole, Part, Refusals, Taken
from jynco.document.interchange.sequence import Black, Item, Joint, Strip, sequence
from jynco.document.interchange.spots import Spot, placed
from jynco.document.wording import shown
from jynco.model.ids import ClipId
from jynco.model.storyboard import Storyboard

MADE_NAME: Final = re.compile(r"(clip_[A-Za-z0-9_-]+)-[0-9a-f]{16}\Z")


class Edit:
    """The edit in film frames, with our own names for its clips."""

    def __init__(self, board: Storyboard, before: Timeline, parts: Sequence[Part]) -> None:
        self._rate = before.rate
        self._parts = parts
        self._exported = {item.clip_id: item for item in sequence(before) if isinstance(item, Strip)}
        self._speeds = {clip.clip_id: clip.speed for clip in board.clips}
        self._known = {str(clip.clip_id): clip.clip_id for clip in board.clips}
        self._footage = _by_file(board)
        self._wrong = Refusals()
        self.pointers = [part.pointer for part in parts if isinstance(part, Taken)]

    def spots(self) -> tuple[Spot, ...]:
        """Where it has each clip. DocumentInvalid for what is no clip of ours, or no part of its film."""
        parts = [
            part for part in self._parts if not isinstance(part, Hole) or self._rate.frames(part.seconds)
        ]
        items = [self._item(parts, place) for place in range(len(parts))]
        for place, part in enumerate(parts):
            if isinstance(part, Taken):
                self._examine(part, items[place])
        self._wrong.tell()
        strips = [item for item in items if isinstance(item, Strip)]
        found = tuple(map(self._begun, strips, placed(_merged(items))))
        for pointer, spot in zip(self.pointers, found, strict=True):
            self._hold(pointer, spot)
        self._wrong.tell()
        return found

    def _begun(self, strip: Strip, spot: Spot) -> Spot:
        """Where only a transition borrows from before the first frame of a film, the film begins where it does."""
        untouched = self._exported.get(strip.clip_id)
        longer = spot.first < 0 and strip.first == (untouched.first if untouched else 0)
        return replace(spot, first=0) if longer else spot

    def _hold(self, pointer: str, spot: Spot) -> None:
        """Note what no film can show."""
        if spot.frames <= 0:
            self._wrong.add(f"{pointer}/source_range/duration", f"leaves {spot.clip_id} no frame: remove it")
        if spot.first < 0:
            self._wrong.add(
                f"{pointer}/source_range/start_time",
                f"{spot.clip_id} begins {-spot.first} frames before its film does: let it begin later",
            )

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
        file = _file(part.url)
        made = MADE_NAME.match(file.stem)
        names = (
            part.clip_id,
            part.name,
            PurePosixPath(part.name).stem,
            made[1] if made else "",
            *_films(file),
        )
        found = next((self._known[name] for name in names if name in self._known), None)
        return found or self._footage.get(file.name) or ClipId("")

    def _examine(self, part: Taken, strip: Item) -> None:
        assert isinstance(strip, Strip)
        if not strip.clip_id:
            called = part.clip_id or part.name or part.url
            self._wrong.add(
                part.pointer, f"{shown(called)} is no clip of this storyboard: add it there first"
            )
            return
        speed = self._speeds[strip.clip_id]
        if part.pace != speed:
            told = f"plays {strip.clip_id} at another speed than the storyboard, where it is {float(speed):g}"
            self._wrong.add(f"{part.pointer}/effects", f"{told}: set its speed look there")


def _file(url: str) -> PurePosixPath:
    """The path of an address, which may be anything."""
    try:
        return PurePosixPath(unquote(urlsplit(url).path))
    except ValueError:
        return PurePosixPath()


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


def _by_file(board: Storyboard) -> dict[str, ClipId]:
    """Footage by the name of its file, where only one clip shows it."""
    films = [(PurePosixPath(clip.footage).name, clip.clip_id) for clip in board.clips if clip.footage]
    times = Counter(name for name, _ in films)
    return {name: clip_id for name, clip_id in films if times[name] == 1}
