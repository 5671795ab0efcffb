"""Grain: the film's own noise, another one on each frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jynco.compose.effects.base import Effect, Scene, Values
from jynco.compose.parameters import Number

if TYPE_CHECKING:
    from jynco.compose.graph import Stream

STRONGEST: Final = 40  # levels of luma, of 219
ROOM: Final = 64  # pixels by which one plate of grain is larger than the frame, so that it can be shifted
SEED: Final = 1888


def _graph(stream: Stream, values: Values, scene: Scene) -> Stream:
    """One plate of grain, drawn once, and laid elsewhere on each frame of the clip.

    A generator that draws lots frame by frame could not be entered in the middle of a clip.
    """
    from jynco.compose.graph import drawn, joined
    from jynco.compose.normalise import beat

    curve, frame = values.moving("intensity"), scene.frame
    strength = STRONGEST if curve else round(values.number("intensity") * STRONGEST)
    if not strength:
        return stream
    size = f"{frame.width + 2 * ROOM}x{frame.height + 2 * ROOM}"
    grey = f"color=c=gray:s={size}:r={frame.rate},format=yuv420p,geq=lum=128:cb=128:cr=128"
    plate = drawn(f"{grey},noise=c0s={strength}:c0_seed={SEED},trim=end_frame=1")
    still = plate.filter("tpad", stop=-1, stop_mode="clone").filter("setpts", expr="N")
    moment = f"(n+{scene.first})"
    laid = still.filter(
        "crop", w=frame.width, h=frame.height, x=_lot(moment, 7919, 104729), y=_lot(moment, 6151, 98317)
    )
    if curve:  # what is left of the coarsest; eq cuts fractions off, so up to half a level is added
        left = curve.expression(scene.first)
        laid = laid.filter("eq", eval="frame", contrast=left, brightness=f"(1-({left}))/512")
    timed = laid.filter("settb", expr=beat(frame.rate)).filter("setsar", sar="1")
    return joined([stream, timed], "blend", all_mode="grainmerge", shortest=1)


def _lot(moment: str, step: int, start: int) -> str:
    """An even number of pixels, hard to foretell, from the number of a frame alone."""
    return f"2*floor({ROOM}*mod(abs(sin({moment}*{step}+{start}))*10000,1))"


EFFECT = Effect(
    "grain",
    "Grain",
    "Fine noise that changes on each frame, as on photographic film. The same on every render.",
    {"intensity": Number("Intensity", "How coarse, 0 to 1.", 0.3, moves=True, drawn=True)},
    _graph,
)
