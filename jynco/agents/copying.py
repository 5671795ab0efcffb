"""Segments that need no encoder: a stretch of a proxy, as it is, becomes a segment by copying its packets."""

from __future__ import annotations

from pathlib import Path

from jynco.agents.quartermaster import Quartermaster
from jynco.agents.splicing import indexed, spliced
from jynco.compose.joining import Part, joined
from jynco.compose.packets import order, sliced
from jynco.compose.picture import Room
from jynco.compose.proxies import copied
from jynco.compose.segments import Segment, written
from jynco.compose.sources import Source
from jynco.errors import NotFound


class Copying:
    """Puts stretches of proxies on the shelf of segments."""

    def __init__(self, quartermaster: Quartermaster) -> None:
        self._quartermaster = quartermaster

    def could(self, segment: Segment, room: Room) -> bool:
        """Whether the segment needs no encoder. Writes nothing."""
        return _source(segment, room) is not None

    def copy(self, segment: Segment, room: Room) -> Path | None:
        """Where the segment lies now; None where it must be encoded. StorageFull."""
        source = _source(segment, room)
        if source is None:
            return None
        with self._quartermaster.scratch() as work:
            target = written(segment, work)
            try:
                _stretched(segment, source, target)
            except (ValueError, OSError, NotFound):  # gone, or not as we make them: then the encoder says why
                return None
            self._quartermaster.segments.keep(segment.key, target)
        return self._quartermaster.segments.find(segment.key)


def _stretched(segment: Segment, source: Source, target: Path) -> None:
    left, frames = segment.span.left, segment.span.frames
    stretch = sliced(indexed(source.path), left.first if left else 0, frames)
    spliced(joined([Part(stretch, frames)], (), {}), [source.path], target)
    order(indexed(target), frames)


def _source(segment: Segment, room: Room) -> Source | None:
    piece = segment.span.left
    source = room.materials[piece.clip_id] if piece else None
    return source if isinstance(source, Source) and copied(segment, source) else None
