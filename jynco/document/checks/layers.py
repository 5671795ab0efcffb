"""Times, places and looks of the layers. The schema knows only their types."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from jynco.compose.layers import LAYERS
from jynco.document.checks.limits import Limits
from jynco.document.checks.times import over
from jynco.document.fields import Object, child, layers, number, text
from jynco.document.pointer import under
from jynco.document.wording import shown
from jynco.errors import Fault
from jynco.model.storyboard import Document

_HEX: Final = re.compile(r"#([0-9A-Fa-f]{3,4}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})")
_MOST_FRAMES: Final = 10  # how many frames away words may stand: they may slide in, not get lost


def layer_faults(document: Document, limits: Limits) -> Iterator[Fault]:
    """Layers that begin before the film, never end, or stand or look like nothing that can be drawn."""
    for kind in ("audio", "text", *LAYERS.names):
        for pointer, layer in layers(document, kind):
            for name in ("startTime", "duration"):
                yield from over(layer, name, pointer, limits.film_seconds)
                yield from _below(layer, name, pointer)
    for pointer, layer in layers(document, "text"):
        yield from _position(child(layer, "position"), f"{pointer}/position", limits)
        yield from _letters(layer, pointer)
        yield from _style(child(layer, "style"), f"{pointer}/style", limits)


def _letters(layer: Object, base: str) -> Iterator[Fault]:
    """Letters that would be empty boxes. Fonts are asked about what is not plain English alone."""
    words = text(layer, "content")
    if words.isascii():
        return
    from jynco.compose.typography import undrawn  # only here: Pillow takes its time to import

    found = undrawn(words, text(child(layer, "style"), "fontFamily") or None)
    if found is None:
        return
    letter, elsewhere = found
    why = (
        "no font has beside the others; give it a layer of its own"
        if elsewhere
        else "no font has; leave it out"
    )
    yield Fault(under(base, "content"), "letter", f"has {shown(letter)} (U+{ord(letter):04X}), which {why}")


def _below(parent: Object, name: str, base: str) -> Iterator[Fault]:
    value = number(parent, name)
    if value is not None and value < 0:
        yield Fault(under(base, name), "range", f"must be 0 or more; it is {shown(value)}")


def _position(position: Object, base: str, limits: Limits) -> Iterator[Fault]:
    most = limits.side * _MOST_FRAMES
    for name in ("x", "y"):
        value = number(position, name)
        if value is not None and abs(value) > most:
            yield Fault(
                under(base, name), "limit", f"must be at most {most} pixels away; it is {shown(value)}"
            )


def _style(style: Object, base: str, limits: Limits) -> Iterator[Fault]:
    size, color, family = number(style, "fontSize"), text(style, "color").strip(), text(style, "fontFamily")
    if size is not None and not 0 < size <= limits.side:
        detail = f"must be above 0 and at most {limits.side} pixels; it is {shown(size)}"
        yield Fault(under(base, "fontSize"), "range", detail)
    if color and not (_HEX.fullmatch(color) or _is_color_name(color)):
        detail = f"must be #RRGGBB or a colour's name in CSS, such as 'white'; it is {shown(color)}"
        yield Fault(under(base, "color"), "color", detail)
    if len(family) > limits.name:
        yield Fault(under(base, "fontFamily"), "limit", f"must be {limits.name} characters or less")


def _is_color_name(text: str) -> bool:
    from PIL.ImageColor import colormap  # only here: Pillow takes its time to import

    return text.lower() in colormap
