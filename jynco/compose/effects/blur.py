"""Blur: shapes stay, details go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jynco.compose.curves import written
from jynco.compose.effects.base import Effect, Scene, Values
from jynco.compose.parameters import Number

if TYPE_CHECKING:
    from jynco.compose.graph import Stream

WIDEST: Final = 1 / 40  # of the frame's height: full blur keeps shapes and loses faces


def _graph(stream: Stream, values: Values, scene: Scene) -> Stream:
    sigma = values.number("intensity") * scene.frame.height * WIDEST
    return stream.filter("gblur", sigma=written(sigma)) if sigma > 0 else stream


EFFECT = Effect(
    "blur",
    "Blur",
    "Softens the picture; full blur keeps shapes and loses faces.",
    {"intensity": Number("Intensity", "How soft, 0 to 1.", 0.5, moves=True, steps=32)},
    _graph,
)
