"""Where the film is cut: at its spans' ends, and inside each clip at places that no neighbour moves."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from jynco.compose.joints import DEFAULT_SECONDS
from jynco.compose.spans import Piece, Shown, Span, Words, tile
from jynco.compose.timeline import Timeline
from jynco.model.ids import ClipId
from jynco.model.storyboard import Quality, Storyboard, TransitionKind

STRIDE_SECONDS = 4  # of a long clip's core: two groups of pictures cost 1 % more than one film's


def cut(storyboard: Storyboard, timeline: Timeline, proxied: Collection[ClipId] = ()) -> tuple[Span, ...]:
    """The film's spans, bodies cut at their clips' fixed places; together they are still every film frame once.

    A draft's first body is cut once more, behind a second: it plays as soon as that is there. Clips that are seen
    through proxies (``proxied``) are cut beside words and pictures too, for what is bare is copied.
    """
    rate, lengths = timeline.rate, {clip.clip_id: clip.first + clip.frames for clip in timeline.clips}
    edge, stride = rate.frames(DEFAULT_SECONDS), max(1, round(rate.fraction * STRIDE_SECONDS))
    soon = 2 * edge if storyboard.output.quality is Quality.DRAFT else 0
    knife = _Knife(lengths, edge, stride, soon, proxied)
    return tuple(part for span in tile(storyboard, timeline) for part in _parts(span, knife.places(span)))


@dataclass(frozen=True, slots=True)
class _Knife:
    """Where a film's bodies are cut; lengths are in frames, by the clips' names."""

    lengths: Mapping[ClipId, int]
    edge: int
    stride: int
    soon: int
    proxied: Collection[ClipId]

    def places(self, span: Span) -> set[int]:
        """The frames of a span at which it is cut; none in what is no body."""
        left = span.left
        if left is None or span.kind is not TransitionKind.NONE:
            return set()
        fixed = (mark - left.first for mark in marks(self.lengths[left.clip_id], self.edge, self.stride))
        if left.clip_id not in self.proxied:
            return {*fixed, self.soon - span.start}
        beat = max(1, self.edge)
        return {*fixed, *_behind(self.soon - span.start, left, beat), *_beside(span, left, beat)}


def _behind(soon: int, left: Piece, beat: int) -> Iterator[int]:
    """The first keyframe of a proxy from ``soon`` on: a clip may begin between two, and it ends inside that span."""
    if soon > 0:
        yield -(-(left.first + soon) // beat) * beat - left.first


def _beside(span: Span, left: Piece, beat: int) -> Iterator[int]:
    """Around words and pictures, where a proxy has keyframes. With looks on, nothing is bare."""
    layers: tuple[Words | Shown, ...] = () if left.filters else (*span.words, *span.overlays)
    for layer in layers:
        yield (left.first + layer.first) // beat * beat - left.first
        yield -(-(left.first + layer.end) // beat) * beat - left.first


def marks(frames: int, edge: int, stride: int) -> tuple[int, ...]:
    """Where a clip of ``frames`` frames is always cut: ``edge`` from both ends, and its core every ``stride``.

    They count from its own film's beginning, so that leaving some of that out moves none. What is left over goes to
    the last part of the core. A clip too short for a core is not cut.
    """
    if frames < 4 * edge or not edge:
        return ()
    strides = max(1, (frames - 2 * edge) // stride)
    return (*(edge + number * stride for number in range(strides)), frames - edge)


def _parts(span: Span, places: Iterable[int]) -> Iterator[Span]:
    """The span cut at those of the ``places`` that are inside it."""
    if span.left is None:
        yield span
        return
    ends = [*sorted(end for end in places if 0 < end < span.frames), span.frames]
    for first, end in zip([0, *ends], ends, strict=False):
        yield _part(span, span.left, first, end)


def _part(span: Span, left: Piece, first: int, end: int) -> Span:
    local = (Words(word.layer, max(word.first, first), min(word.end, end)) for word in span.words)
    words = tuple(
        replace(word, first=word.first - first, end=word.end - first)
        for word in local
        if word.first < word.end
    )
    overlays = tuple(
        Shown(each.layer, max(each.first, first) - first, min(each.end, end) - first, each.since + first)
        for each in span.overlays
        if max(each.first, first) < min(each.end, end)
    )
    piece = replace(left, first=left.first + first)
    inside = replace(span, start=span.start + first, frames=end - first, left=piece)
    return replace(inside, words=words, overlays=overlays)
