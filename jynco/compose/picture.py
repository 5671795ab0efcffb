"""The film's picture: each clip is decoded once, cut, and the cuts are put together span by span."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from jynco.compose.effects import Scene, reading
from jynco.compose.effects.dressing import dressed
from jynco.compose.graph import Stream, copies, joined, opened
from jynco.compose.layers import Stage, laying
from jynco.compose.normalise import STANDARD, Frame, beat, input_options, normalised, timed
from jynco.compose.registry import HOUSE
from jynco.compose.sources import Held, Material, Slate, Source
from jynco.compose.spans import Piece, Span
from jynco.compose.text import Keep, carded, lettered
from jynco.compose.timeline import Timeline
from jynco.compose.transitions import TRANSITIONS
from jynco.compose.transitions.base import seconds_text
from jynco.compose.transitions.fade import faded
from jynco.compose.transitions.planes import black, plane
from jynco.errors import AssetRefused
from jynco.model.ids import ClipId
from jynco.model.storyboard import Filter, Storyboard, TransitionKind

CARD: Final = "0x1C2128"  # a slate's ground: dark, and not black, so that it is not taken for a gap


@dataclass(frozen=True, slots=True)
class Room:
    """What the spans of one film have in common, and where the texts of its graph are kept."""

    storyboard: Storyboard
    timeline: Timeline
    materials: Mapping[ClipId, Material]
    keep: Keep
    files: Mapping[str, Source] = field(default_factory=dict)  # by their paths in the document

    @property
    def frame(self) -> Frame:
        """The film's frame."""
        return Frame.of(self.timeline)

    def ends(self, clip_id: ClipId) -> tuple[int, int]:
        """The first and the last frame of its own film that a clip shows."""
        clip = next(clip for clip in self.timeline.clips if clip.clip_id == clip_id)
        return clip.first, clip.first + clip.frames - 1

    def filters(self, clip_id: ClipId) -> tuple[Filter, ...]:
        """A clip's looks."""
        return next(clip.effects.filters for clip in self.storyboard.clips if clip.clip_id == clip_id)


def packages(span: Span) -> tuple[str, ...]:
    """The packages, with versions, that draw some of it beside us: another version may draw something else."""
    looks = (look for piece in span.pieces for look in piece.filters)
    crossing = {TRANSITIONS.origin(span.kind)} if span.kind is not TransitionKind.NONE else set()
    strange = {*reading.packages(looks), *laying.packages(each.layer for each in span.overlays), *crossing}
    return tuple(sorted(strange - {HOUSE}))


def picture(spans: Sequence[Span], room: Room) -> Stream:
    """The picture of ``spans``, one after the other, with whole-frame times and standard colours."""
    streams = _streams(spans, room)
    whole = joined(streams, "concat", n=len(streams), v=1, a=0) if len(streams) > 1 else streams[0]
    return _counted(whole, room.frame)


def pictures(spans: Sequence[Span], room: Room) -> list[Stream]:
    """The picture of each span by itself; a clip that several of them show is still decoded once."""
    return [_counted(stream, room.frame) for stream in _streams(spans, room)]


def _streams(spans: Sequence[Span], room: Room) -> list[Stream]:
    cuts = _cut(spans, room)
    return [_lettered(_made(span, number, cuts, room), span, room) for number, span in enumerate(spans)]


def _counted(stream: Stream, frame: Frame) -> Stream:
    """Whole-frame times from zero, and standard colours said in every frame."""
    timed = stream.filter("settb", expr=beat(frame.rate)).filter("setpts", expr="N")
    return timed.filter("setparams", **STANDARD)


Cuts = Mapping[tuple[int, ClipId], Stream]  # by the span's number and the clip


def _cut(spans: Sequence[Span], room: Room) -> Cuts:
    """Every clip's frames, split among the spans that show some of them."""
    shown: defaultdict[ClipId, list[tuple[int, Span, Piece]]] = defaultdict(list)
    for number, span in enumerate(spans):
        for piece in span.pieces:
            shown[piece.clip_id].append((number, span, piece))
    return dict(cut for clip_id, uses in shown.items() for cut in _split(clip_id, uses, room))


def _split(
    clip_id: ClipId, uses: Sequence[tuple[int, Span, Piece]], room: Room
) -> Iterator[tuple[tuple[int, ClipId], Stream]]:
    first, filters = min(piece.first for _, _, piece in uses), uses[0][2].filters
    begin = _begin(room.materials[clip_id], first, filters)
    needed = max(piece.first + span.frames for _, span, piece in uses) - begin
    branches = copies(_clip(clip_id, begin, needed, filters, room), len(uses))
    for stream, (number, span, piece) in zip(branches, uses, strict=True):
        whole = len(uses) == 1 and piece.first == begin and span.frames == needed
        yield (number, clip_id), stream if whole else _trimmed(stream, piece.first - begin, span.frames)


def _begin(material: Material, first: int, filters: Sequence[Filter]) -> int:
    """Where reading begins: at the clip's first frame, where frames depend on earlier ones or are not the file's."""
    if not isinstance(material, Source) or material.info.interlaced:
        return 0
    whole = reading.remembers(filters) or reading.pace(filters) != 1
    return 0 if whole else material.begin(first)


def _trimmed(stream: Stream, first: int, frames: int) -> Stream:
    return stream.filter("trim", start_frame=first, end_frame=first + frames).filter("setpts", expr="N")


def _clip(clip_id: ClipId, begin: int, frames: int, filters: tuple[Filter, ...], room: Room) -> Stream:
    """``frames`` frames of a clip, or of what stands in for it, from frame ``begin`` on."""
    material = room.materials[clip_id]
    if isinstance(material, Slate):
        return carded(plane(room.frame, frames, CARD), material, room.frame, room.keep)
    if isinstance(material, Held):
        return _held(clip_id, material, frames, room)
    return _played(material, begin, frames, filters, room)


def _played(source: Source, begin: int, frames: int, filters: tuple[Filter, ...], room: Room) -> Stream:
    if not source.info.width:
        raise AssetRefused(f"{source.path.name} has no picture; give another film.")
    options = {"an": None, **input_options(source.info), **_sought(begin, room.frame)}
    pace = reading.pace(filters)
    if source.ready:  # small, too: a second thread would cost more than it saves
        plain = timed(opened(source.path, {**options, "threads": "1"}).part("V:0"), room.frame, frames, pace)
    else:
        stream = opened(source.path, options).part("V:0")
        plain = normalised(stream, source.info, room.frame, frames, pace)
    return dressed(plain, filters, Scene(room.frame, begin, frames, room.files))


def _sought(begin: int, frame: Frame) -> dict[str, str | None]:
    """To a frame at which reading can begin: the last one before a moment that is a little behind it."""
    if not begin:
        return {}
    moment = seconds_text(frame.rate.seconds(begin) + frame.rate.seconds(1) / 4)
    return {"ss": moment, "noaccurate_seek": None}


def _held(clip_id: ClipId, held: Held, frames: int, room: Room) -> Stream:
    """One frame of another clip, as it looks there, for as long as this clip lasts."""
    first = room.ends(held.of)[1 if held.last else 0]
    source = room.materials[held.of]
    if not isinstance(source, Source):
        raise ValueError(f"{clip_id} cannot hold a frame of {held.of}, which has none")
    filters = room.filters(held.of)
    begin = _begin(source, first, filters)
    played = _played(source, begin, first + 1 - begin, filters, room)
    still = _trimmed(played, first - begin, 1).filter("tpad", stop=-1, stop_mode="clone")
    return _trimmed(still, 0, frames)


def _made(span: Span, number: int, cuts: Cuts, room: Room) -> Stream:
    left = cuts[number, span.left.clip_id] if span.left else None
    right = cuts[number, span.right.clip_id] if span.right else None
    if span.kind is TransitionKind.NONE:
        return left or right or black(room.frame, span.frames)
    if left and right:
        return TRANSITIONS.get(span.kind).cross(left, right, room.frame, span.frames)
    return _against_black(span, left, right, room.frame)


def _against_black(span: Span, left: Stream | None, right: Stream | None, frame: Frame) -> Stream:
    """A dissolve with black is a fade; a wipe is crossed with a black picture."""
    transition = TRANSITIONS.get(span.kind)
    if not transition.fades:
        dark = black(frame, span.frames)
        return transition.cross(left or dark, right or dark, frame, span.frames)
    if right:
        return faded(right, "in", span.frames)
    return faded(left, "out", span.frames) if left else black(frame, span.frames)


def _lettered(stream: Stream, span: Span, room: Room) -> Stream:
    for shown in span.overlays:
        stage = Stage(room.frame, shown.first, shown.end, shown.since, room.files)
        stream = laying.laid(stream, shown.layer, stage)
    for words in span.words:
        stream = lettered(stream, words, room.frame, room.keep)
    return stream
