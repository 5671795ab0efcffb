"""How one picture becomes another. Only shared frames pass here: xfade over a whole film is slow."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from jynco.compose.graph import Stream, drawn, joined
from jynco.compose.normalise import STANDARD, Frame, beat
from jynco.model.storyboard import TransitionKind

XFADE: Final = {
    TransitionKind.DISSOLVE: "fade",
    TransitionKind.WIPE: "wiperight",
}  # a wipe goes the way one reads


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


def crossed(left: Stream, right: Stream, kind: TransitionKind, frame: Frame, frames: int) -> Stream:
    """Left becoming right over ``frames`` frames; both streams are exactly so long.

    xfade may work in 4:4:4, which no browser plays, so its form is named behind it.
    """
    seconds = seconds_text(frame.rate.seconds(frames))
    options = {"transition": XFADE[kind], "duration": seconds, "offset": "0"}
    return joined([left, right], "xfade", **options).filter("format", pix_fmts="yuv420p")


def faded(stream: Stream, direction: str, frames: int) -> Stream:
    """From black (``in``) or to black (``out``) over the whole of a stream of ``frames`` frames."""
    return stream.filter("fade", type=direction, start_frame=0, nb_frames=frames)


def seconds_text(seconds: Fraction) -> str:
    """Seconds as FFmpeg reads them, to the microsecond."""
    micro = (seconds * 2_000_000 + 1) // 2
    return f"{micro // 1_000_000}.{micro % 1_000_000:06d}"
