"""Sharpen: edges stand out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jynco.compose.curves import written
from jynco.compose.effects.base import Effect, Scene, Values
from jynco.compose.parameters import Number

if TYPE_CHECKING:
    from jynco.compose.graph import Stream

STRONGEST: Final = 2.0  # unsharp's amount; more shows rings
REACH: Final = 5 / 1080  # of the frame's height: so a preview is as sharp as its film
WIDEST: Final = 23  # pixels: more unsharp does not look at


def reach(height: int) -> int:
    """How many pixels are looked at around each, across and down, in a frame so high: an odd number."""
    return min(WIDEST, max(3, round((height * REACH - 1) / 2) * 2 + 1))


def _graph(stream: Stream, values: Values, scene: Scene) -> Stream:
    amount, side = values.number("intensity") * STRONGEST, reach(scene.frame.height)
    return stream.filter("unsharp", lx=side, ly=side, la=written(amount)) if amount > 0 else stream


EFFECT = Effect(
    "sharpen",
    "Sharpen",
    "Makes edges stand out.",
    {"intensity": Number("Intensity", "How much, 0 to 1.", 0.5, moves=True)},
    _graph,
)
