"""Crop: a part of the picture, as large as the frame allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jynco.compose.curves import written
from jynco.compose.effects.base import Effect, Scene, Values
from jynco.compose.parameters import Number

if TYPE_CHECKING:
    from jynco.compose.graph import Stream


def _graph(stream: Stream, values: Values, scene: Scene) -> Stream:
    if values.moving("width") or values.moving("height"):
        from jynco.compose.effects.zooming import zoomed

        return zoomed(stream, values, scene)
    frame = scene.frame
    width = _even(values.number("width") * frame.width)
    height = _even(values.number("height") * frame.height)
    cut = stream.filter(
        "crop", w=width, h=height, x=_edge("left", values, scene, "w"), y=_edge("top", values, scene, "h")
    )
    sized = cut.filter(
        "scale", w=frame.width, h=frame.height, force_original_aspect_ratio="decrease", force_divisible_by=2
    )
    padded = sized.filter("pad", w=frame.width, h=frame.height, x="(ow-iw)/2", y="(oh-ih)/2")
    return padded.filter("setsar", sar="1")


def _edge(name: str, values: Values, scene: Scene, side: str) -> str:
    """Pixels from the frame's edge; what would leave the picture is pushed back into it."""
    curve = values.moving(name)
    part = written(values.number(name)) if curve is None else f"({curve.expression(scene.first)})"
    return f"min(i{side}*{part},i{side}-o{side})"


def _even(pixels: float) -> int:
    return max(16, round(pixels / 2) * 2)


EFFECT = Effect(
    "crop",
    "Crop",
    "Shows a part of the picture, enlarged until it touches the frame. A left or top that moves is a pan, "
    "a width and height that move are a zoom.",
    {
        "left": Number(
            "Left", "Where it begins, as a part of the frame's width.", 0.0, moves=True, drawn=True
        ),
        "top": Number(
            "Top", "Where it begins, as a part of the frame's height.", 0.0, moves=True, drawn=True
        ),
        "width": Number(
            "Width", "As a part of the frame's width.", 1.0, minimum=0.05, moves=True, drawn=True
        ),
        "height": Number(
            "Height", "As a part of the frame's height.", 1.0, minimum=0.05, moves=True, drawn=True
        ),
    },
    _graph,
)
