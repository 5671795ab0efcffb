"""Brightness. Half of the intensity changes nothing."""

from __future__ import annotations

from jynco.compose.effects.tones import tone

EFFECT = tone("brightness", "Lighter above the middle, darker below.", neutral=0.0, reach=0.5)
