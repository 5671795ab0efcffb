"""Stabilise: what shook stands still."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jynco.compose.effects.base import Effect, Scene, Values
from jynco.compose.parameters import Number

if TYPE_CHECKING:
    from jynco.compose.graph import Stream

WIDEST: Final = 1 / 8  # of the frame's height
BLOCK: Final = 16  # pixels: deshake looks in whole blocks, and in four of them at most


def _graph(stream: Stream, values: Values, scene: Scene) -> Stream:
    """deshake, which looks at earlier frames only.

    vidstab is steadier, and wants a first pass over the whole clip before any frame can be made.
    """
    wished = values.number("intensity") * scene.frame.height * WIDEST
    reach = min(4, max(1, round(wished / BLOCK))) * BLOCK
    return stream.filter("deshake", rx=reach, ry=reach, edge="mirror")


EFFECT = Effect(
    "stabilise",
    "Stabilise",
    "Takes out the shaking of a hand-held camera. Borders that come into view are mirrored.",
    {
        "intensity": Number(
            "Intensity",
            "How far a shake may go, 0 to 1 (up to an eighth of the height, 16 to 64 pixels).",
            0.5,
        )
    },
    _graph,
    remembers=True,
)
