"""Dissolve: one picture shows through the other."""

from __future__ import annotations

from jynco.compose.transitions.base import Transition, xfade

TRANSITION = Transition(
    "dissolve", "Dissolve", "One picture shows through the other.", xfade("fade"), fades=True
)
