"""Seams between clips: one kind each, room on both sides, and overlaps only where pictures may cross."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from jynco.document.checks.joints import Joint, joints
from jynco.document.checks.limits import Limits
from jynco.document.checks.parts import Part, parts, rate
from jynco.errors import Fault
from jynco.model.storyboard import Document


def seam_faults(document: Document, limits: Limits) -> Iterator[Fault]:
    """Seams that cannot be made as they are asked for, and films that are too long."""
    pace, clips = rate(document), parts(document)
    found, frames = joints(clips, pace)
    for joint in found:
        yield from _joint_faults(joint)
    yield from _crowded(clips, found)
    yield from _length(clips, None if frames is None else pace.seconds(frames), limits.film_seconds)


def _length(clips: list[Part], seconds: Fraction | None, most: int) -> Iterator[Fault]:
    """The whole film; a single clip that is too long or too late by itself is told there."""
    told = any(max(part.seconds or 0, part.start or 0) > most for part in clips)
    if seconds is not None and seconds > most and not told:
        detail = f"makes a film of {float(seconds):g} seconds; {most} are allowed"
        yield Fault("/timeline", "limit", f"{detail}, so split the storyboard")


def _joint_faults(joint: Joint) -> Iterator[Fault]:
    before, after = joint.before, joint.after
    if joint.kind == "mixed":
        detail = f"{before.name} ends with a {before.leave} and {after.name} begins with a {after.enter}"
        mend = "make both the same, or set one to none"
        yield Fault(f"{after.pointer}/effects/transitions/in", "transition_conflict", f"{detail}; {mend}")
    elif joint.crosses:
        yield from _cross_faults(joint)
    elif joint.overlap is not None:
        detail = f"{after.name} begins {joint.overlap} frames before {before.name} ends"
        mend = "let it begin later, or join them by a dissolve or wipe"
        yield Fault(f"{after.pointer}/startTime", "overlap", f"{detail}; {mend}")


def _cross_faults(joint: Joint) -> Iterator[Fault]:
    owner, shorter = joint.owner, joint.shorter
    if owner and joint.overlap is not None and abs(joint.overlap - (owner.explicit or 0)) > 1:  # 1: rounding
        detail = f"says {owner.explicit} frames, but the startTime of {joint.after.name} says {joint.overlap}"
        yield Fault(f"{owner.pointer}/transitionDuration", "transition", f"{detail}; leave one of them out")
    if shorter and _too_long(joint, shorter):
        detail = f"the {joint.kind} takes {joint.length} frames, but {shorter.name} has only {shorter.frames}"
        yield Fault(_place(joint), "transition", f"{detail}; make it shorter, or the clip longer")


def _too_long(joint: Joint, part: Part) -> bool:
    return joint.length is not None and part.frames is not None and joint.length >= part.frames


def _place(joint: Joint) -> str:
    if joint.overlap is not None or joint.owner is None:
        return f"{joint.after.pointer}/startTime"
    return f"{joint.owner.pointer}/transitionDuration"


def _crowded(clips: list[Part], found: list[Joint]) -> Iterator[Fault]:
    """Transitions that do not fit into one clip; only set lengths count, for the default adapts."""
    entering = {joint.after.pointer: joint for joint in found}
    leaving = {joint.before.pointer: joint for joint in found}
    for part in clips:
        lead = _taken(part, part.enter, entering.get(part.pointer))
        tail = _taken(part, part.leave, leaving.get(part.pointer))
        if part.frames is not None and (lead + tail > part.frames or part.frames in (lead, tail)):
            detail = f"{part.name} has {part.frames} frames, but its transitions take {lead + tail}"
            place = part.pointer if part.explicit is None else f"{part.pointer}/transitionDuration"
            yield Fault(place, "transition", f"{detail}; make them shorter, or the clip longer")


def _taken(part: Part, own: str, joint: Joint | None) -> int:
    """Frames at one end of a clip. Without a neighbour to cross with it is a fade, inside the clip."""
    if joint is not None and joint.crosses:
        return 0 if _too_long(joint, part) else joint.length or 0  # too long: told already
    return part.explicit or 0 if own != "none" else 0
