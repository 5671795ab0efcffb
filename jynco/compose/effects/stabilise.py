"""Stabilise: what shook stands still."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jynco.compose.effects.base import Effect, Scene, Values
from jynco.compose.parameters import Number

if TYPE_CHECKING:
    from jynco.compose.graph import Stream


def _graph(stream: Stream, values: Values, _scene: Scene) -> Stream:
    """deshake, which looks at earlier frames only.

    vidstab is steadier, and wants a first pass over the whole clip before any frame can be made.
    """
    reach = 16 * max(1, round(values.number("intensity") * 4))
    return stream.filter("deshake", rx=reach, ry=reach, edge="mirror")


EFFECT = Effect(
    "stabilise",
    "Stabilise",
    "Takes out the shaking of a hand-held camera. Borders that come into view are mirrored.",
    {"intensity": Number("Intensity", "How far a shake may go, 0 to 1 (16 to 64 pixels).", 0.5)},
    _graph,
    remembers=True,
)
