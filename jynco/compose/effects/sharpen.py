"""Sharpen: edges stand out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jynco.compose.curves import written
from jynco.compose.effects.base import Effect, Scene, Values
from jynco.compose.parameters import Number

if TYPE_CHECKING:
    from jynco.compose.graph import Stream

STRONGEST: Final = 2.0  # unsharp's amount; more shows rings


def _graph(stream: Stream, values: Values, _scene: Scene) -> Stream:
    amount = values.number("intensity") * STRONGEST
    return stream.filter("unsharp", lx=5, ly=5, la=written(amount)) if amount > 0 else stream


EFFECT = Effect(
    "sharpen",
    "Sharpen",
    "Makes edges stand out.",
    {"intensity": Number("Intensity", "How much, 0 to 1.", 0.5, moves=True)},
    _graph,
)
