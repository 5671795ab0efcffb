"""The five looks. Intensities are 0 to 1; half changes nothing for brightness, contrast and saturation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from jynco.compose.graph import Stream
from jynco.model.storyboard import Filter, FilterKind

WIDEST_BLUR: Final = 1 / 40  # of the frame's height: full blur keeps shapes and loses faces
STRONGEST_SHARPEN: Final = 2.0  # unsharp's amount; more shows rings
TONES: Final = {  # eq's name for it, the value that changes nothing, and how far it goes either way
    FilterKind.BRIGHTNESS: ("brightness", 0.0, 0.5),
    FilterKind.CONTRAST: ("contrast", 1.0, 1.0),
    FilterKind.SATURATION: ("saturation", 1.0, 1.0),
}


def dressed(stream: Stream, filters: Iterable[Filter], height: int) -> Stream:
    """A clip with its looks, in their order. ``height`` is the frame's, so that blur is alike at every size."""
    for look in filters:
        stream = _looked(stream, look, height)
    return stream


def _looked(stream: Stream, look: Filter, height: int) -> Stream:
    if look.kind is FilterKind.BLUR:
        return _blur(stream, look.intensity * height * WIDEST_BLUR)
    if look.kind is FilterKind.SHARPEN:
        return _sharpen(stream, look.intensity * STRONGEST_SHARPEN)
    name, neutral, reach = TONES[look.kind]
    value = neutral + (look.intensity - 0.5) * 2 * reach
    return stream if value == neutral else stream.filter("eq", **{name: _number(value)})


def _blur(stream: Stream, sigma: float) -> Stream:
    return stream.filter("gblur", sigma=_number(sigma)) if sigma > 0 else stream


def _sharpen(stream: Stream, amount: float) -> Stream:
    return stream.filter("unsharp", lx=5, ly=5, la=_number(amount)) if amount > 0 else stream


def _number(value: float) -> str:
    """Short and the same on every machine."""
    return f"{value:.6f}".rstrip("0").rstrip(".")
