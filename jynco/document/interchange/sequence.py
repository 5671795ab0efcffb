"""The film as other editors think of it: strips that touch at cuts, and transitions that reach over them.

With us the clips of a dissolve overlap; with them both end at its middle, and the transition borrows from what is
behind either end. Frames are film frames, and nothing is rounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from jynco.compose.timeline import Edge, Placed, Seam, Timeline
from jynco.model.ids import ClipId
from jynco.model.storyboard import Transition


@dataclass(frozen=True, slots=True)
class Strip:
    """Some frames of a clip, from frame ``first`` of its own film on."""

    clip_id: ClipId
    first: int
    frames: int


@dataclass(frozen=True, slots=True)
class Black:
    """Frames of nothing."""

    frames: int


@dataclass(frozen=True, slots=True)
class Joint:
    """A transition over the cut between its neighbours, so many frames ``before`` and ``after`` it."""

    kind: Transition
    before: int
    after: int


Item: TypeAlias = Strip | Black | Joint


def sequence(timeline: Timeline) -> tuple[Item, ...]:
    """Strips and black in the film's order, with the transitions between them."""
    seams = {seam.right: seam for seam in timeline.seams}
    items: list[Item] = []
    before: Placed | None = None
    for position, clip in enumerate(timeline.clips):
        gap = clip.start - (before.end if before else 0)
        if before and gap > 0:
            items += _joint(before.leave, None)
        if gap > 0:
            items.append(Black(gap))
        seam = seams.get(position)
        items += (
            [_crossing(seam)] if seam else _joint(before.leave if before and gap <= 0 else None, clip.enter)
        )
        items.append(_strip(clip, seam, seams.get(position + 1)))
        before = clip
    return (*items, *_joint(before.leave if before else None, None))


def _strip(clip: Placed, before: Seam | None, after: Seam | None) -> Strip:
    start = _middle(before) if before else clip.start
    end = _middle(after) if after else clip.end
    return Strip(clip.clip_id, clip.first + start - clip.start, end - start)


def _middle(seam: Seam) -> int:
    return seam.start + seam.frames // 2


def _crossing(seam: Seam) -> Joint:
    return Joint(seam.kind, seam.frames // 2, seam.frames - seam.frames // 2)


def _joint(leave: Edge | None, enter: Edge | None) -> list[Joint]:
    """Two ways through black that meet are one joint."""
    known = leave or enter
    if known is None:
        return []
    return [Joint(known.kind, leave.frames if leave else 0, enter.frames if enter else 0)]
