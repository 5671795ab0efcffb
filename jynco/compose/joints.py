"""What happens where two clips meet. A's ``out`` and B's ``in`` name one joint together."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from jynco.errors import DocumentInvalid, Fault
from jynco.model.storyboard import Clip, Transition, TransitionKind

DEFAULT_SECONDS: Final = Fraction(1, 2)


def crosses(kind: Transition) -> bool:
    """Whether both clips are shown at once. All do but the fade, which goes from or to black inside its clip."""
    return kind not in {TransitionKind.NONE, TransitionKind.FADE}


def joint(left: Clip, right: Clip) -> Transition:
    """The kind both clips agree on; ``none`` yields. DocumentInvalid when they name different kinds."""
    leave, enter = left.effects.leave, right.effects.enter
    if leave is TransitionKind.NONE:
        return enter
    if enter in {TransitionKind.NONE, leave}:
        return leave
    detail = (
        f"{right.clip_id} comes in with {enter} but {left.clip_id} goes out with {leave}; "
        "give both the same transition, or one of them none"
    )
    raise DocumentInvalid([Fault(f"{right.pointer}/effects/transitions/in", "transition_conflict", detail)])


def crossing_seconds(left: Clip, right: Clip, kind: Transition) -> Fraction:
    """How long both clips are shown: B's wish goes with its ``in``, and wins over A's with its ``out``."""
    if right.effects.enter is kind and right.transition_duration is not None:
        return right.transition_duration
    if left.effects.leave is kind and left.transition_duration is not None:
        return left.transition_duration
    return DEFAULT_SECONDS


def own_seconds(clip: Clip, kind: Transition) -> Fraction:
    """How long a transition against black lasts inside its own clip, in seconds."""
    if kind is TransitionKind.NONE:
        return Fraction(0)
    return DEFAULT_SECONDS if clip.transition_duration is None else clip.transition_duration


def leaving_seconds(clip: Clip, after: Clip | None) -> Fraction:
    """How much of the end of ``clip`` its way out would like to take, in seconds."""
    kind = clip.effects.leave
    if after and kind is TransitionKind.NONE and crosses(after.effects.enter):
        kind = after.effects.enter
    if after and crosses(kind):
        return crossing_seconds(clip, after, kind)
    return own_seconds(clip, kind)
