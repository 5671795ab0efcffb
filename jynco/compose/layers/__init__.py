"""The layers beside sound and words: ours, and those of installed packages (group ``jynco.layers``)."""

from __future__ import annotations

from typing import Final

from jynco.compose.layers import pictures
from jynco.compose.layers.base import Layer, Stage
from jynco.compose.registry import Registry

__all__ = ["LAYERS", "Layer", "Stage"]

LAYERS: Final = Registry("jynco.layers", Layer, [pictures.LAYER])
