"""A crop whose size moves: between pixels, so that a slow zoom is smooth.

Filters that cut and scale take whole pixels, and what they show trembles. A perspective is computed for each pixel of
the frame, which takes longer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jynco.compose.curves import written
from jynco.compose.effects.base import Scene, Values

if TYPE_CHECKING:
    from jynco.compose.graph import Stream

SEEN = "(on-1)"  # the number of the frame, for a filter that counts from 1


def zoomed(stream: Stream, values: Values, scene: Scene) -> Stream:
    """The part of the picture, and black beside it where it has another shape than the frame."""
    width, height, left, top = (
        _part(name, values, scene, SEEN) for name in ("width", "height", "left", "top")
    )
    side = f"max({width},{height})"  # of a window that has the frame's shape
    x, y = (_edge(near, part, side) for near, part in ((left, width), (top, height)))
    corners = {
        f"{axis}{n}": _corner(axis, n, x if axis == "x" else y, side) for n in range(4) for axis in "xy"
    }
    shown = stream.filter("perspective", **corners, sense="source", eval="frame", interpolation="cubic")
    alike = values.given["width"] == values.given["height"]
    return shown if alike else _shaped(shown, values, scene)


def _part(name: str, values: Values, scene: Scene, now: str) -> str:
    """A part of the frame's side, frame by frame."""
    curve = values.moving(name)
    return written(values.number(name)) if curve is None else f"({curve.expression(scene.first, now)})"


def _edge(near: str, part: str, side: str) -> str:
    """Where the window begins: around the part, which is pushed back into the picture."""
    return f"(min({near},1-{part})+({part}-{side})/2)"


def _corner(axis: str, number: int, begin: str, side: str) -> str:
    """The window's corners are counted as one reads: its upper two, then its lower two."""
    far = number % 2 if axis == "x" else number // 2
    length = "W" if axis == "x" else "H"
    return f"{length}*({begin}+{side})" if far else f"{length}*{begin}"


def _shaped(stream: Stream, values: Values, scene: Scene) -> Stream:
    """Black planes are pushed over what is seen of the window beside the part."""
    from jynco.compose.graph import copies, joined
    from jynco.compose.transitions.planes import black

    width, height = (_part(name, values, scene, "n") for name in ("width", "height"))
    across, down = (f"(1-{part}/max({width},{height}))/2" for part in (width, height))
    places = (
        (f"W*({across}-1)", "0"),
        (f"W*(1-{across})", "0"),
        ("0", f"H*({down}-1)"),
        ("0", f"H*(1-{down})"),
    )
    for plane, (x, y) in zip(copies(black(scene.frame, scene.frames), 4), places, strict=True):
        stream = joined([stream, plane], "overlay", x=x, y=y, format="yuv420", eval="frame")
    return stream.filter("format", pix_fmts="yuv420p")
