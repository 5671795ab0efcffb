"""Contrast. Half of the intensity changes nothing."""

from __future__ import annotations

from jynco.compose.effects.tones import tone

EFFECT = tone(
    "contrast", "Lights and shadows further apart above the middle, closer below.", neutral=1.0, reach=1.0
)
