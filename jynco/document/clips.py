"""What sort of clip an entry of the timeline is. The view, the checks and the joining must agree on it."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from jynco.compose.transitions import TRANSITIONS
from jynco.document.fields import Object, child, fraction, text

GENERATED_SECONDS: Final = Fraction(3)  # how long a generated clip is that does not say
TRANSITION_SECONDS: Final = Fraction(1, 2)  # how long a dissolve, wipe or fade is that does not say


def crosses(kind: str) -> bool:
    """Whether a transition shows both clips at once."""
    return kind not in {"none", "fade"}


def is_footage(clip: Object) -> bool:
    """Whether people gave this film: a file, no prompt, and no mark that Jynco made it."""
    marked = text(clip, "cacheKey") or text(clip, "jobId")
    return bool(text(clip, "sourceFile").strip()) and not prompt(clip) and not marked


def prompt(clip: Object) -> str:
    """The motion prompt; blanks alone are none."""
    words = text(clip, "motionPrompt")
    return words if words.strip() else ""


def length(clip: Object) -> Fraction | None:
    """How long the clip plays at its own speed, in seconds; None where only its own file, or nobody, can say."""
    if clip.get("duration") is not None:
        return fraction(clip, "duration")
    return None if is_footage(clip) else GENERATED_SECONDS


def transition(clip: Object, end: str) -> str:
    """The transition at ``in`` or ``out``, such as fade, dissolve or wipe; none where there is nothing known."""
    kind = text(child(clip, "effects", "transitions"), end)
    return kind if kind in TRANSITIONS.names else "none"
