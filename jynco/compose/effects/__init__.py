"""The looks that clips can have: ours, one a file, and those of installed packages (group ``jynco.effects``)."""

from __future__ import annotations

from typing import Final

from jynco.compose.effects import (
    blur,
    brightness,
    contrast,
    crop,
    grain,
    lut,
    saturation,
    sharpen,
    speed,
    stabilise,
    vignette,
)
from jynco.compose.effects.base import Effect, Scene, Values
from jynco.compose.registry import Registry

__all__ = ["EFFECTS", "Effect", "Scene", "Values"]

EFFECTS: Final = Registry(
    "jynco.effects",
    Effect,
    [
        module.EFFECT
        for module in (
            blur,
            sharpen,
            brightness,
            contrast,
            saturation,
            crop,
            vignette,
            grain,
            lut,
            speed,
            stabilise,
        )
    ],
)
