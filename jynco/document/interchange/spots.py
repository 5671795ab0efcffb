"""Where clips lie in the film and how they meet: what both an export and an edit of it can be turned into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from jynco.compose.joints import crosses
from jynco.compose.timeline import Edge, Timeline
from jynco.document.interchange.sequence import Black, Item, Joint, Strip
from jynco.model.ids import ClipId


@dataclass(frozen=True, slots=True)
class Spot:
    """One clip in the film, in film frames; ``seam`` is shared with the clip before.

    ``first`` is the frame of its own film that it begins with; of an edit, it may lie before all of them.
    """

    clip_id: ClipId
    start: int
    frames: int
    first: int = 0
    seam: Edge | None = None
    enter: Edge | None = None
    leave: Edge | None = None

    @property
    def end(self) -> int:
        """The first film frame without it."""
        return self.start + self.frames


def spots(timeline: Timeline) -> tuple[Spot, ...]:
    """The clips of a film as it is laid out."""
    seams = {seam.right: Edge(seam.kind, seam.frames) for seam in timeline.seams}
    return tuple(
        Spot(clip.clip_id, clip.start, clip.frames, clip.first, seams.get(position), clip.enter, clip.leave)
        for position, clip in enumerate(timeline.clips)
    )


def placed(items: Sequence[Item]) -> tuple[Spot, ...]:
    """The clips of an edit: each with what a transition borrows beyond its cuts."""
    found: list[Spot] = []
    at = 0
    for place, item in enumerate(items):
        match item:
            case Black():
                at += item.frames
            case Strip():
                found.append(Spot(item.clip_id, at, item.frames, item.first))
                at += item.frames
                before = items[place - 1] if place else None
                if isinstance(before, Joint):
                    alone = place < 2 or not isinstance(items[place - 2], Strip)
                    found[-1] = _entered(found[-1], before, alone)
            case Joint():
                follows = items[place + 1] if place + 1 < len(items) else None
                if place and isinstance(items[place - 1], Strip):
                    found[-1] = _left(found[-1], item, not isinstance(follows, Strip))
    return tuple(found)


def _entered(spot: Spot, joint: Joint, alone: bool) -> Spot:
    if not crosses(joint.kind):
        return replace(spot, enter=Edge(joint.kind, joint.after)) if joint.after else spot
    start, first = spot.start - joint.before, spot.first - joint.before
    longer = replace(spot, start=start, first=first, frames=spot.frames + joint.before)
    edge = Edge(joint.kind, joint.before + joint.after)
    return replace(longer, enter=edge) if alone else replace(longer, seam=edge)


def _left(spot: Spot, joint: Joint, alone: bool) -> Spot:
    if not crosses(joint.kind):
        return replace(spot, leave=Edge(joint.kind, joint.before)) if joint.before else spot
    longer = replace(spot, frames=spot.frames + joint.after)
    return replace(longer, leave=Edge(joint.kind, joint.before + joint.after)) if alone else longer
