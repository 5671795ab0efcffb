"""Frames that nobody filmed: black, and planes of one colour."""

from __future__ import annotations

from jynco.compose.graph import Stream, drawn
from jynco.compose.normalise import STANDARD, Frame, beat


def black(frame: Frame, frames: int) -> Stream:
    """``frames`` frames of black."""
    return plane(frame, frames, "black")


def plane(frame: Frame, frames: int, color: str) -> Stream:
    """``frames`` frames of one colour, such as ``0x20242c``, in the film's form."""
    size = f"{frame.width}x{frame.height}"
    raw = drawn(f"color=c={color}:s={size}:r={frame.rate},format=gbrp,trim=end_frame={frames}")
    coloured = raw.filter("scale", out_color_matrix="bt709", out_range="tv").filter(
        "format", pix_fmts="yuv420p"
    )
    return (
        coloured.filter("setsar", sar="1")
        .filter("settb", expr=beat(frame.rate))
        .filter("setparams", **STANDARD)
    )
