"""What a transition is: a name, and how one picture becomes another on the frames that both are seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:  # documents are checked against transitions, and need no FFmpeg for it
    from jynco.compose.graph import Stream
    from jynco.compose.normalise import Frame

Cross: TypeAlias = "Callable[[Stream, Stream, Frame, int], Stream]"


@dataclass(frozen=True, slots=True)
class Transition:
    """How one clip becomes the next. A package brings its own under the entry point group ``jynco.transitions``.

    ``cross`` is given both streams, which are exactly as long as the number of frames, in the film's form
    (yuv420p), and must keep it.
    """

    name: str
    title: str
    description: str
    cross: Cross
    fades: bool = False  # from and to black it is a plain fade, which costs less


def xfade(kind: str) -> Cross:
    """FFmpeg's cross fade of that kind."""

    def cross(left: Stream, right: Stream, frame: Frame, frames: int) -> Stream:
        """It may work in 4:4:4, which no browser plays, so the form is named behind it."""
        from jynco.compose.graph import joined

        seconds = seconds_text(frame.rate.seconds(frames))
        options = {"transition": kind, "duration": seconds, "offset": "0"}
        return joined([left, right], "xfade", **options).filter("format", pix_fmts="yuv420p")

    return cross


def seconds_text(seconds: Fraction) -> str:
    """Seconds as FFmpeg reads them, to the microsecond."""
    micro = (seconds * 2_000_000 + 1) // 2
    return f"{micro // 1_000_000}.{micro % 1_000_000:06d}"
