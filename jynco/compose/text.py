"""Text layers. Words go in as files and are drawn as they are: nothing in them can mean anything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from jynco.compose.colors import Color, parsed
from jynco.compose.graph import Stream
from jynco.compose.normalise import Frame
from jynco.compose.sources import Slate
from jynco.compose.spans import Words
from jynco.compose.typography import SMALLEST, Block, set_in
from jynco.errors import DocumentInvalid, Fault
from jynco.model.storyboard import TextLayer

DEFAULT_SIZE: Final = 1 / 12  # of the frame's height
MARGIN: Final = 1 / 20  # of the frame, kept free on each side
WHITE: Final = Color(255, 255, 255)
QUIET: Final = Color(176, 184, 196)  # the second line of a card
MIDDLE: Final = 0.5

Keep = Callable[[str], Path]  # puts a text into a file beside the graph, and says where


def lettered(stream: Stream, words: Words, frame: Frame, keep: Keep) -> Stream:
    """A picture with a text layer over it, on the frames where it is shown."""
    layer = words.layer
    color = _color(layer)
    block = _block(layer, frame)
    place = {"x": _position(layer.x, "w", frame.width), "y": _position(layer.y, "h", frame.height)}
    shown = f"between(n,{words.first},{words.end - 1})"
    align = "left" if _start(layer.x) else "center"
    return _drawn(stream, block, color, keep, text_align=align, enable=shown, **place)


def carded(stream: Stream, slate: Slate, frame: Frame, keep: Keep) -> Stream:
    """A card that stands in for a clip: its name, and below it the reason in small."""
    width, height = round(frame.width * 0.9), round(frame.height / 3)
    name = set_in(str(slate.clip_id), "lato bold", _at_least(frame.height / 10), width, height)
    why = set_in(slate.reason or "this clip is missing", None, _at_least(frame.height / 20), width, height)
    upper = _drawn(stream, name, WHITE, keep, text_align="center", x="(w-text_w)/2", y="h*0.46-text_h")
    return _drawn(upper, why, QUIET, keep, text_align="center", x="(w-text_w)/2", y="h*0.54")


def _drawn(stream: Stream, block: Block, color: Color, keep: Keep, **options: str) -> Stream:
    contrast = (
        Color(0, 0, 0, 150 * color.alpha // 255)
        if color.light
        else Color(255, 255, 255, 110 * color.alpha // 255)
    )
    return stream.filter(
        "drawtext",
        textfile=keep(block.text),
        expansion="none",
        fontfile=block.font,
        fontsize=block.size,
        fontcolor=color,
        borderw=max(1, block.size // 28),
        bordercolor=contrast,
        line_spacing=0,
        **options,
    )


def _block(layer: TextLayer, frame: Frame) -> Block:
    size = _at_least(layer.font_size or frame.height * DEFAULT_SIZE)
    width = round(frame.width * (1 - 2 * MARGIN))
    left = _start(layer.x) * frame.width if _start(layer.x) <= 1 else _start(layer.x)
    room = frame.width * (1 - MARGIN) - left
    height = round(frame.height * (1 - 2 * MARGIN))
    return set_in(
        layer.content, layer.font_family, size, max(round(room), width // 3) if left else width, height
    )


def _start(x: float | None) -> float:
    """Where a text begins; 0 for one that is centred."""
    return 0 if x is None or x == MIDDLE else x


def _position(value: float | None, side: str, length: int) -> str:
    """The left or upper end of a text, kept inside the frame. The middle means the text's own middle."""
    if value is None or value == MIDDLE:
        return f"({side}-text_{side})/2"
    pixels = round(value * length) if value <= 1 else round(value)
    return f"max(0,min({pixels},{side}-text_{side}))"


def _at_least(size: float) -> int:
    return max(SMALLEST, round(size))


def _color(layer: TextLayer) -> Color:
    if layer.color is None:
        return WHITE
    color = parsed(layer.color)
    if color is None:
        detail = f"{layer.color!r} is not a colour; write #rrggbb or a CSS name"
        raise DocumentInvalid([Fault(f"{layer.pointer}/style/color", "color", detail)])
    return color
