"""How each joint of an edited film is written into its clips: who names the transition, and who its length.

A clip has one ``transitionDuration`` for both its ends, so two joints of different lengths take two clips to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from jynco.compose.joints import crosses
from jynco.compose.timeline import Edge
from jynco.document.clips import TRANSITION_SECONDS, transition
from jynco.document.fields import Object, child, fraction
from jynco.model.storyboard import Json
from jynco.model.time import Rate

NONE: Final = "none"


@dataclass(slots=True)
class Side:
    """What one clip says of its ends while the joints are gone through; ``bound``: a joint rests on its length."""

    enter: str
    leave: str
    seconds: Fraction | None
    bound: bool = False

    @classmethod
    def of(cls, clip: Object) -> Side:
        """As the document has it."""
        return cls(transition(clip, "in"), transition(clip, "out"), fraction(clip, "transitionDuration"))

    def frames(self, rate: Rate) -> int:
        """The length it asks for."""
        return rate.frames(TRANSITION_SECONDS if self.seconds is None else self.seconds)

    def can_last(self, frames: int, rate: Rate) -> bool:
        """Whether it may ask for this length."""
        return not self.bound or self.frames(rate) == frames

    def last(self, frames: int, rate: Rate) -> None:
        """Ask for this length."""
        if self.frames(rate) != frames:
            self.seconds = rate.seconds(frames)
        self.bound = True


@dataclass(frozen=True, slots=True)
class Meeting:
    """What shall happen where two clips meet, or where one meets black: a crossing, or ways out and in."""

    left: Side | None
    right: Side | None
    seam: Edge | None = None
    leave: Edge | None = None
    enter: Edge | None = None


def keep(meeting: Meeting, rate: Rate) -> bool:
    """Whether its clips say it already; those on whose length it rests are bound."""
    said = _said(meeting, rate)
    if said is None:
        return False
    for side in said:
        side.bound = True
    return True


def _said(meeting: Meeting, rate: Rate) -> list[Side] | None:
    """Who says it; None where they say something else."""
    left, right = meeting.left, meeting.right
    leave, enter = left.leave if left else NONE, right.enter if right else NONE
    if left and right and (crosses(leave) or crosses(enter)):
        return _crossing(left, right, meeting.seam, rate)
    if (
        meeting.seam
        or _edge(leave, left, rate) != meeting.leave
        or _edge(enter, right, rate) != meeting.enter
    ):
        return None
    return [side for side, edge in ((left, meeting.leave), (right, meeting.enter)) if side and edge]


def _crossing(left: Side, right: Side, seam: Edge | None, rate: Rate) -> list[Side] | None:
    """The second clip's length goes before the first one's, and both must be left alone where neither has one."""
    kind = right.enter if left.leave == NONE else left.leave
    if right.enter not in {NONE, kind}:
        return None
    speakers = [side for side, said in ((left, left.leave), (right, right.enter)) if said == kind]
    if right.enter == kind and right.seconds is not None:
        speakers = [right]
    return speakers if seam == Edge(kind, speakers[0].frames(rate)) else None


def _edge(kind: str, side: Side | None, rate: Rate) -> Edge | None:
    return None if side is None or kind == NONE else Edge(kind, side.frames(rate))


def wish(meeting: Meeting, rate: Rate) -> None:
    """Have its clips say it. Where a length is bound otherwise, whoever lays the film out again will notice."""
    left, right, seam = meeting.left, meeting.right, meeting.seam
    if left:
        left.leave = str(meeting.leave.kind) if meeting.leave else NONE
    if right:
        right.enter = str(meeting.enter.kind) if meeting.enter else NONE
    for side, edge in ((left, meeting.leave), (right, meeting.enter)):
        if side and edge:
            side.last(edge.frames, rate)
    if seam and left and right:
        if left.can_last(seam.frames, rate):  # which leaves the right one free for the joint behind it
            left.leave = str(seam.kind)
            left.last(seam.frames, rate)
        else:
            right.enter = str(seam.kind)
            right.last(seam.frames, rate)


def written(clip: Object, side: Side) -> Object:
    """The clip with what its side says now; what it said before and still does stays as it was typed."""
    before = Side.of(clip)
    ends = {"in": (before.enter, side.enter), "out": (before.leave, side.leave)}
    changed: dict[str, Json] = {end: now for end, (was, now) in ends.items() if was != now}
    if changed:
        effects = child(clip, "effects")
        clip = {**clip, "effects": {**effects, "transitions": {**child(effects, "transitions"), **changed}}}
    if side.seconds is not None and side.seconds != before.seconds:
        clip = {**clip, "transitionDuration": decimal(side.seconds)}
    return clip


def decimal(seconds: Fraction) -> int | float:
    """As people write it, to the millionth."""
    return int(seconds) if seconds.denominator == 1 else round(float(seconds), 6)
