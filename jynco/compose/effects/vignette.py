"""Vignette: the corners get darker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jynco.compose.curves import written
from jynco.compose.effects.base import Effect, Scene, Values
from jynco.compose.parameters import Number

if TYPE_CHECKING:
    from jynco.compose.graph import Stream

WIDEST: Final = 1.0  # radians of the lens; at pi/2 nothing but the middle is left


def _graph(stream: Stream, values: Values, scene: Scene) -> Stream:
    """Without dither, which would draw lots that depend on the frames before."""
    curve = values.moving("intensity")
    if curve is None:
        angle = values.number("intensity") * WIDEST
        return stream.filter("vignette", angle=written(angle), dither=0) if angle > 0 else stream
    moved = f"({curve.expression(scene.first)})*{written(WIDEST)}"
    return stream.filter("vignette", angle=moved, eval="frame", dither=0)


EFFECT = Effect(
    "vignette",
    "Vignette",
    "Darkens the corners, as old lenses do.",
    {"intensity": Number("Intensity", "How dark, 0 to 1.", 0.5, moves=True, drawn=True)},
    _graph,
)
