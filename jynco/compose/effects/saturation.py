"""Saturation. Half of the intensity changes nothing."""

from __future__ import annotations

from jynco.compose.effects.tones import tone

EFFECT = tone("saturation", "Colours stronger above the middle; 0 is grey.", neutral=1.0, reach=1.0)
