"""Frames and bitrates that the encoders can take."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from jynco.document.checks.limits import Limits
from jynco.document.fields import Object, child, text, whole
from jynco.document.wording import shown
from jynco.errors import Fault
from jynco.model.storyboard import Document

_H265_LEAST: Final = 16  # x265 refuses smaller sides; the others take 2 x 2
_UNITS: Final = {"K": 1_000, "M": 1_000_000, "G": 1_000_000_000}
_RESOLUTION: Final = "/outputSettings/resolution"


def size_faults(document: Document, limits: Limits) -> Iterator[Fault]:
    """Odd, tiny and huge frames; bitrates of nothing or beyond sense."""
    settings = child(document, "outputSettings")
    yield from _frame(child(settings, "resolution"), text(settings, "codec"), limits)
    yield from _bitrate(text(settings, "bitrate"), limits)


def _frame(size: Object, codec: str, limits: Limits) -> Iterator[Fault]:
    sides = {name: whole(size, name) for name in ("width", "height")}
    for name, side in sides.items():
        if side is not None and side >= 1:
            yield from _side(f"{_RESOLUTION}/{name}", side, codec, limits)
    width, height = sides["width"] or 0, sides["height"] or 0
    if max(width, height) <= limits.side and width * height > limits.pixels:
        detail = f"{width} x {height} is over the {limits.pixels} pixels allowed; make the frame smaller"
        yield Fault(_RESOLUTION, "limit", detail)


def _side(pointer: str, side: int, codec: str, limits: Limits) -> Iterator[Fault]:
    if side > limits.side:
        yield Fault(pointer, "limit", f"must be {limits.side} pixels or less; it is {shown(side)}")
    elif side % 2:
        detail = f"must be even, for video keeps colour in pairs of pixels; {side} could be {side + 1}"
        yield Fault(pointer, "odd_size", detail)
    elif codec == "h265" and side < _H265_LEAST:
        yield Fault(pointer, "too_small", f"must be {_H265_LEAST} pixels or more for h265; it is {side}")


def _bitrate(bitrate: str, limits: Limits) -> Iterator[Fault]:
    match = re.fullmatch(r"([0-9]+)([KMG])", bitrate)
    if match is None:
        return  # absent, or the schema has refused it
    digits = match[1].lstrip("0")
    bits = int(digits or 0) * _UNITS[match[2]] if len(digits) < 12 else limits.bitrate_most + 1
    if not limits.bitrate_least <= bits <= limits.bitrate_most:
        least, most = limits.bitrate_least // 1_000, limits.bitrate_most // 1_000_000
        detail = f"must be between {least}K and {most}M; it is {shown(bitrate)}"
        yield Fault("/outputSettings/bitrate", "bitrate", detail)
