"""How one clip becomes the next: ours, and those of installed packages (group ``jynco.transitions``)."""

from __future__ import annotations

from typing import Final

from jynco.compose.registry import Registry
from jynco.compose.transitions import dissolve, fade, wipe
from jynco.compose.transitions.base import Transition
from jynco.compose.transitions.family import TRANSITIONS as FAMILY

__all__ = ["TRANSITIONS", "Transition"]

TRANSITIONS: Final = Registry(
    "jynco.transitions",
    Transition,
    [fade.TRANSITION, dissolve.TRANSITION, wipe.TRANSITION, *FAMILY],
)
