"""Pictures laid over the film: a logo, a frame, a card."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jynco.compose.curves import written
from jynco.compose.effects.base import Values
from jynco.compose.layers.base import Layer, Stage
from jynco.compose.parameters import File, Number

if TYPE_CHECKING:
    from jynco.compose.graph import Stream

MIDDLE: Final = 0.5
FAR: Final = 81_920.0  # pixels; a picture may stand outside, not get lost
LARGE: Final = 8_192.0


def _graph(stream: Stream, values: Values, stage: Stage) -> Stream:
    from jynco.compose.graph import joined, opened

    source, frame = stage.files[values.text("sourceFile")], stage.frame
    picture = opened(source.path, {"format": source.info.format}).part("v:0")
    width, height = (_side(values.number(name), side) for name, side in _sides(frame.width, frame.height))
    sized = picture.filter("scale", w=width, h=height, flags="bicubic").filter("format", pix_fmts="gbrap")
    if values.number("opacity") < 1:
        sized = sized.filter("colorchannelmixer", aa=written(values.number("opacity")))
    coloured = sized.filter("scale", out_color_matrix="bt709", out_range="tv")
    place = {
        "x": _place(values.number("position.x"), "w", frame.width),
        "y": _place(values.number("position.y"), "h", frame.height),
    }
    ready = coloured.filter("format", pix_fmts="yuva420p")
    laid = joined([stream, ready], "overlay", format="yuv420", eval="init", enable=stage.shown, **place)
    return laid.filter("format", pix_fmts="yuv420p")


def _sides(width: int, height: int) -> tuple[tuple[str, int], tuple[str, int]]:
    return ("width", width), ("height", height)


def _side(value: float, length: int) -> int:
    """Pixels; -1 keeps the picture's shape."""
    if value == 0:
        return -1
    return max(1, round(value * length) if value <= 1 else round(value))


def _place(value: float, side: str, length: int) -> str:
    """The left or upper edge. The middle means the picture's own middle."""
    if value == MIDDLE:
        return f"(main_{side}-overlay_{side})/2"
    return str(round(value * length) if -1 <= value <= 1 else round(value))


def _where(title: str, side: str) -> Number:
    says = f"Its upper left corner: a fraction of the frame's {side} when 1 or less, else pixels; 0.5 centres it."
    return Number(title, says, MIDDLE, minimum=-FAR, maximum=FAR)


LAYER = Layer(
    "pictures",
    "Picture layers",
    "Pictures over the film and under its words, the later ones on top.",
    {
        "sourceFile": File(
            "Picture", "A PNG, JPEG or WebP inside the project.", (".png", ".jpg", ".jpeg", ".webp")
        ),
        "position.x": _where("Across", "width"),
        "position.y": _where("Down", "height"),
        "width": Number(
            "Picture width",
            "A fraction of the frame's width when 1 or less, else pixels; 0: by its height.",
            0.25,
            maximum=LARGE,
        ),
        "height": Number(
            "Picture height",
            "A fraction of the frame's height when 1 or less, else pixels; 0: by its width.",
            0.0,
            maximum=LARGE,
        ),
        "opacity": Number("Opacity", "0 is not seen, 1 covers what is behind it.", 1.0),
    },
    _graph,
    lengths=frozenset({"position.x", "position.y", "width", "height"}),
)
