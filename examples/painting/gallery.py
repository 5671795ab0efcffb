"""The five pictures: their names, sizes, seeds and how each is developed."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from . import aurora_valley, dawn_mountains, dune_stars, dusk_sea, fog_forest
from .light import Picture, Pixels, develop

FINE = 1.5
"""Painted so much larger than shown, then averaged down, so that ridges and branches have smooth edges."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture to paint: `paint(width, height, seed)` gives linear light."""

    name: str
    width: int
    height: int
    seed: int
    paint: Callable[[int, int, int], Picture]
    exposure: float = 1.0
    grain: float = 0.0045


SCENES = {
    scene.name: scene
    for scene in (
        Scene("aurora_valley", 2048, 2560, 23, aurora_valley.paint, grain=0.003),
        Scene("dune_stars", 2560, 1600, 5, dune_stars.paint),
        Scene("fog_forest", 2560, 1920, 31, fog_forest.paint, exposure=0.72),
        Scene("dawn_mountains", 2560, 1600, 11, dawn_mountains.paint, exposure=0.8),
        Scene("dusk_sea", 2560, 1600, 17, dusk_sea.paint, exposure=0.9, grain=0.002),
    )
}


def painted(scene: Scene, shrink: float = 1.0) -> Pixels:
    """The finished pixels, height x width x 3, red first; `shrink` makes a smaller one of the same view."""
    width, height = round(scene.width * shrink), round(scene.height * shrink)
    light = scene.paint(round(width * FINE), round(height * FINE), scene.seed)
    return develop(
        np.asarray(cv2.resize(light, (width, height), interpolation=cv2.INTER_AREA), np.float32),
        scene.seed,
        scene.exposure,
        scene.grain,
    )
