"""Where clips meet: how the film's clock runs, and what lies between two neighbours.

A clip's ``startTime`` says nothing new when it is the end of the clip before by the document's own times, the
sum of all lengths before it, or the film's end so far; later leaves black, earlier is an overlap. Behind
footage that has only its own length nothing is known, and nothing is claimed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from jynco.document.checks.parts import Part
from jynco.document.clips import TRANSITION_SECONDS, crosses
from jynco.model.time import Rate


@dataclass(frozen=True, slots=True)
class Joint:
    """What lies between two clips. ``overlap``: frames by which a startTime makes them meet early."""

    before: Part
    after: Part
    kind: str  # none, fade, dissolve, wipe or mixed
    overlap: int | None = None

    @property
    def crosses(self) -> bool:
        """Whether both pictures are seen at once."""
        return self.kind != "mixed" and crosses(self.kind)

    @property
    def owner(self) -> Part | None:
        """The clip whose transitionDuration holds here: first the second clip, if it names the seam."""
        named = ((self.after, self.after.enter), (self.before, self.before.leave))
        return next((part for part, kind in named if crosses(kind) and part.explicit is not None), None)

    @property
    def length(self) -> int | None:
        """Frames that the document sets for the seam; None for the default, which adapts to its clips."""
        if self.overlap is not None:
            return self.overlap
        return self.owner.explicit if self.owner else None

    @property
    def shorter(self) -> Part | None:
        """The clip with less room, of those whose length is known."""
        known = [part for part in (self.before, self.after) if part.frames is not None]
        return min(known, key=lambda part: part.frames or 0, default=None)


class Clock:
    """The film's clock while clips are laid down. ``end`` in frames; None once it cannot be known."""

    def __init__(self, pace: Rate) -> None:
        self.pace = pace
        self.end: int | None = 0
        self.naive: Fraction | None = Fraction(0)  # the end of the clip before, by the document's times
        self.plain: Fraction | None = Fraction(0)  # the sum of all lengths before

    def lay(self, before: Part | None, part: Part) -> Joint | None:
        """Put a clip down. Its joint with the clip before; None at a gap, at the start, and where unknown."""
        joint = Joint(before, part, _kind(before.leave, part.enter)) if before else None
        if part.start is not None and not self._nothing_new(part.start):
            joint = self._moved(joint, part.start)
        elif joint and joint.crosses and self.end is not None:
            self.end -= self._shared(joint)
        self._pass(part)
        return joint

    def _nothing_new(self, start: Fraction) -> bool:
        half = self.pace.seconds(1) / 2
        told = any(time is not None and abs(start - time) <= half for time in (self.naive, self.plain))
        return told or self.pace.frames(start) == self.end

    def _moved(self, joint: Joint | None, start: Fraction) -> Joint | None:
        if self.end is None:
            return None
        first = self.pace.frames(start)
        overlap, self.end = self.end - first, first
        return replace(joint, overlap=overlap) if joint and overlap > 0 else None

    def _shared(self, joint: Joint) -> int:
        """Frames of the seam; some of each clip always remains."""
        room = (joint.shorter.frames or 1) - 1 if joint.shorter else 0
        usual = self.pace.frames(TRANSITION_SECONDS)
        return min(usual if joint.length is None else joint.length, room)

    def _pass(self, part: Part) -> None:
        begun = self.naive if part.start is None else part.start
        self.naive, self.plain = _sum(begun, part.seconds), _sum(self.plain, part.seconds)
        self.end = None if self.end is None or part.frames is None else self.end + part.frames


def joints(parts: list[Part], pace: Rate) -> tuple[list[Joint], int | None]:
    """Every joint of neighbours, and the film's length in frames where it can be known."""
    clock = Clock(pace)
    before: list[Part | None] = [None, *parts]
    found = [clock.lay(*pair) for pair in zip(before, parts, strict=False)]
    return [joint for joint in found if joint], clock.end


def _kind(leave: str, enter: str) -> str:
    """``none`` yields; the same kind twice is one seam."""
    named = {leave, enter} - {"none"}
    return "mixed" if len(named) > 1 else next(iter(named), "none")


def _sum(time: Fraction | None, more: Fraction | None) -> Fraction | None:
    return None if time is None or more is None else time + more
