"""Wipe: an edge goes over the picture, the way one reads."""

from __future__ import annotations

from jynco.compose.transitions.base import Transition, xfade

TRANSITION = Transition(
    "wipe", "Wipe", "An edge goes over the picture from left to right.", xfade("wiperight")
)
