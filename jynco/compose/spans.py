"""The film cut into spans that tile it exactly.

All that a span's pixels depend on is said in the span itself, so that each can be encoded, kept and found
again without looking at the rest of the film.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from jynco.compose.timeline import Placed, Seam, Timeline
from jynco.model.ids import ClipId
from jynco.model.storyboard import Filter, Overlay, Storyboard, TextLayer, Transition, TransitionKind
from jynco.model.time import Rate


@dataclass(frozen=True, slots=True)
class Piece:
    """Some frames of one clip, from ``first`` on (0 is its own film's first frame), with the clip's looks."""

    clip_id: ClipId
    first: int
    filters: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """A text layer on a span, shown from frame ``first`` of the span up to, not with, frame ``end``."""

    layer: TextLayer
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Shown:
    """An overlay on a span, from frame ``first`` up to, not with, ``end``; it began ``since`` frames before it."""

    layer: Overlay
    first: int
    end: int
    since: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """Film frames made in one way: left alone, or left becoming right. A missing side is black."""

    start: int
    frames: int
    left: Piece | None = None
    right: Piece | None = None
    kind: Transition = TransitionKind.NONE
    words: tuple[Words, ...] = ()
    overlays: tuple[Shown, ...] = ()

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The clips' frames it is made of, left first."""
        return tuple(piece for piece in (self.left, self.right) if piece is not None)


def tile(storyboard: Storyboard, timeline: Timeline) -> tuple[Span, ...]:
    """The spans of a film in order: every film frame is in exactly one of them."""
    bare = [*_pictures(storyboard, timeline), *(Span(gap.start, gap.frames) for gap in timeline.gaps)]
    texts = [(layer, *_shown(layer, timeline)) for layer in storyboard.text if layer.content.strip()]
    overlays = [(layer, *_shown(layer, timeline)) for layer in storyboard.overlays]
    spans = (_laid(span, overlays) for span in sorted(bare, key=lambda span: span.start))
    return tuple(_lettered(span, texts) for span in spans)


def _pictures(storyboard: Storyboard, timeline: Timeline) -> Iterator[Span]:
    for position, clip in enumerate(timeline.clips):
        filters = storyboard.clips[clip.index].effects.filters
        yield from _own(clip, filters, timeline.head(position), timeline.tail(position))
    for seam in timeline.seams:
        yield _crossing(storyboard, timeline, seam)


def _own(clip: Placed, filters: tuple[Filter, ...], head: int, tail: int) -> Iterator[Span]:
    """What a clip shows alone: its way in from black, its body, its way out to black."""
    body = clip.frames - head - tail
    if clip.enter:
        piece = Piece(clip.clip_id, clip.first, filters)
        yield Span(clip.start, clip.enter.frames, None, piece, clip.enter.kind)
    if body:
        yield Span(clip.start + head, body, Piece(clip.clip_id, clip.first + head, filters))
    if clip.leave:
        piece = Piece(clip.clip_id, clip.first + head + body, filters)
        yield Span(clip.start + head + body, clip.leave.frames, piece, None, clip.leave.kind)


def _crossing(storyboard: Storyboard, timeline: Timeline, seam: Seam) -> Span:
    def piece(position: int) -> Piece:
        clip = timeline.clips[position]
        first = clip.first + seam.start - clip.start
        return Piece(clip.clip_id, first, storyboard.clips[clip.index].effects.filters)

    return Span(seam.start, seam.frames, piece(seam.left), piece(seam.right), seam.kind)


def _shown(layer: TextLayer | Overlay, timeline: Timeline) -> tuple[int, int]:
    """First film frame of a layer, and the first without it. However short, it is seen for a frame."""
    rate: Rate = timeline.rate
    first = rate.frames(layer.start_time)
    if layer.duration is None:
        return first, timeline.frames
    return first, max(first + (layer.duration > 0), rate.frames(layer.start_time + layer.duration))


def _lettered(span: Span, texts: list[tuple[TextLayer, int, int]]) -> Span:
    local = (Words(layer, max(0, a - span.start), min(span.frames, z - span.start)) for layer, a, z in texts)
    words = tuple(word for word in local if word.first < word.end)
    return replace(span, words=words) if words else span


def _laid(span: Span, overlays: list[tuple[Overlay, int, int]]) -> Span:
    local = (
        Shown(layer, max(0, a - span.start), min(span.frames, z - span.start), span.start - a)
        for layer, a, z in overlays
    )
    seen = tuple(shown for shown in local if shown.first < shown.end)
    return replace(span, overlays=seen) if seen else span
