"""An edited OpenTimelineIO file, read as the plain JSON that it is: it may come from anybody, so nothing of it is run.

Every refusal names its place in that file.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final, TypeAlias

from jynco.compose.transitions import TRANSITIONS
from jynco.document import codec
from jynco.document.fields import Object, child, entries, fraction, text
from jynco.document.wording import shown
from jynco.errors import DocumentInvalid, Fault
from jynco.model.storyboard import Json

LONGEST: Final = 48 * 3600  # seconds of one item
MOST: Final = 10_000  # items on a track
DISSOLVE: Final = "SMPTE_Dissolve"


@dataclass(frozen=True, slots=True)
class Taken:
    """A clip of the edit: what it may be known by, where in its film it begins, and for how many seconds it is seen."""

    pointer: str
    name: str
    clip_id: str
    url: str
    start: Fraction
    seconds: Fraction
    pace: Fraction


@dataclass(frozen=True, slots=True)
class Hole:
    """Nothing, for so many seconds."""

    pointer: str
    seconds: Fraction


@dataclass(frozen=True, slots=True)
class Blend:
    """A transition; its offsets in seconds. ``kind`` None: a plain dissolve, which beside black is a fade."""

    pointer: str
    kind: str | None
    before: Fraction
    after: Fraction


Part: TypeAlias = Taken | Hole | Blend


class Refusals(list[Fault]):
    """What is wrong, collected, so that all of it is told at once."""

    def add(self, pointer: str, detail: str) -> None:
        """One more fault."""
        self.append(Fault(pointer, "interchange", detail))

    def tell(self) -> None:
        """DocumentInvalid where there is anything to tell."""
        if self:
            raise DocumentInvalid(self)


def pictures(data: bytes) -> tuple[Part, ...]:
    """What is on the track of pictures. NotJson, LimitExceeded; DocumentInvalid with every place."""
    document, faults = codec.parse(data)
    wrong = Refusals(faults)
    if not text(document, "OTIO_SCHEMA").startswith("Timeline."):
        given = shown(document.get("OTIO_SCHEMA"))
        wrong.add("/OTIO_SCHEMA", f"must be a timeline of OpenTimelineIO; it is {given}")
    wrong.tell()
    parts = _track(document, wrong)
    wrong.tell()
    return parts


def _track(document: Object, wrong: Refusals) -> tuple[Part, ...]:
    tracks = entries(child(document, "tracks"), "children", "/tracks")
    films = [(pointer, track) for pointer, track in tracks if _is(track, "Track") and _has_clips(track)]
    if not films:
        wrong.add("/tracks", "has no track of pictures with a clip on it")
        return ()
    for pointer, _ in films[1:]:
        wrong.add(
            pointer, "is a second track of pictures, and a storyboard has one: put its clips on the first"
        )
    pointer, track = films[0]
    children = track.get("children")
    if isinstance(children, list) and len(children) > MOST:
        wrong.add(f"{pointer}/children", f"has {len(children)} items; at most {MOST} are taken")
        return ()
    parts = tuple(_part(place, item, wrong) for place, item in entries(track, "children", pointer))
    _whole(track, pointer, parts, wrong)
    return tuple(part for part in parts if part is not None)


def _has_clips(track: Object) -> bool:
    on = track.get("enabled") is not False and text(track, "kind") == "Video"
    return on and any(not _is(item, "Gap") for _, item in entries(track, "children"))


def _whole(track: Object, pointer: str, parts: tuple[Part | None, ...], wrong: Refusals) -> None:
    """A track may be cut as a whole; we would have to guess what that leaves of its clips."""
    if track.get("source_range") is None or wrong:
        return
    start, seconds = _range(child(track, "source_range"), f"{pointer}/source_range", wrong)
    if start or seconds < sum(part.seconds for part in parts if isinstance(part, Taken | Hole)):
        wrong.add(f"{pointer}/source_range", "cuts the whole track: cut its clips instead")


def _part(pointer: str, item: Object, wrong: Refusals) -> Part | None:
    if _is(item, "Clip"):
        return _taken(pointer, item, wrong)
    if _is(item, "Gap"):
        return Hole(pointer, _range(child(item, "source_range"), f"{pointer}/source_range", wrong)[1])
    if _is(item, "Transition"):
        return _blend(pointer, item, wrong)
    wrong.add(
        pointer, f"is {shown(item.get('OTIO_SCHEMA'))}: a storyboard has clips, gaps and transitions only"
    )
    return None


def _taken(pointer: str, clip: Object, wrong: Refusals) -> Taken:
    if clip.get("enabled") is False:
        wrong.add(f"{pointer}/enabled", "is switched off: remove the clip, or switch it on")
    media = _media(clip)
    whole, place = child(clip, "source_range"), f"{pointer}/source_range"
    if clip.get("source_range") is None:
        whole = child(media, "available_range")
    start, seconds = _range(whole, place, wrong)
    known = text(child(clip, "metadata", "jynco"), "clipId")
    return Taken(pointer, text(clip, "name"), known, text(media, "target_url"), start, seconds, _pace(clip))


def _media(clip: Object) -> Object:
    """The one in use, in the older shape and in today's."""
    several = child(clip, "media_references")
    return child(several, text(clip, "active_media_reference_key")) or child(clip, "media_reference")


def _pace(clip: Object) -> Fraction:
    pace = Fraction(1)
    for _, effect in entries(clip, "effects"):
        scalar = fraction(effect, "time_scalar")
        pace *= scalar if scalar is not None else 1
    return pace


def _blend(pointer: str, item: Object, wrong: Refusals) -> Blend:
    offsets = [_time(item.get(name), f"{pointer}/{name}", wrong) for name in ("in_offset", "out_offset")]
    said = text(child(item, "metadata", "jynco"), "kind") or text(item, "name").lower()
    kind = said if said in TRANSITIONS.names and said != "none" else None
    if kind is None and text(item, "transition_type") != DISSOLVE:
        wrong.add(pointer, f"is a transition that a storyboard does not know: {shown(item.get('name'))}")
    return Blend(pointer, kind, *offsets)


def _range(value: Object, pointer: str, wrong: Refusals) -> tuple[Fraction, Fraction]:
    start = _time(value.get("start_time"), f"{pointer}/start_time", wrong, below=True)
    return start, _time(value.get("duration"), f"{pointer}/duration", wrong)


def _time(value: Json, pointer: str, wrong: Refusals, *, below: bool = False) -> Fraction:
    """Seconds, exactly."""
    moment = value if isinstance(value, dict) else {}
    count, rate = fraction(moment, "value"), fraction(moment, "rate")
    if count is None or rate is None or rate <= 0:
        wrong.add(pointer, "must be a RationalTime with a value and a rate above 0")
        return Fraction(0)
    seconds = count / rate
    if abs(seconds) > LONGEST or (seconds < 0 and not below):
        wrong.add(pointer, f"must be 0 to {LONGEST} seconds")
        return Fraction(0)
    return seconds


def _is(item: Object, schema: str) -> bool:
    return text(item, "OTIO_SCHEMA").startswith(f"{schema}.")
