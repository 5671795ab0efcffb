"""What every film made here must be: sizes and lengths that H.264 in 4:2:0 can hold."""

from __future__ import annotations

from typing import Final

from jynco.errors import RequestRejected
from jynco.model.motion import Shot

_LARGEST: Final = 16_384  # pixels a side, as far as H.264 goes


def check_frame(shot: Shot, who: str) -> None:
    """RequestRejected when ``who`` ("The camera") cannot make a film of this size and length."""
    size = f"{shot.width}x{shot.height}"
    if shot.width % 2 or shot.height % 2:
        raise RequestRejected(f"{who} makes even sizes only, not {size}; add or take one pixel.")
    if min(shot.width, shot.height) < 2 or max(shot.width, shot.height) > _LARGEST:
        raise RequestRejected(f"{who} makes sides of 2 to {_LARGEST} pixels, not {size}; choose another.")
    if shot.frames < 1:
        raise RequestRejected(f"{who} cannot make a clip of no frames; give it a duration.")
    if shot.rate.fraction <= 0:
        raise RequestRejected(f"{who} cannot make {shot.rate} frames a second; choose a rate above 0.")
