"""A source picture in the form that vendors take: a small enough JPEG, PNG or WebP, the right way up."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jynco.errors import RequestRejected
from jynco.sandbox import Broken, Told, apart

if TYPE_CHECKING:
    from PIL import Image

_TAKEN: Final = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_ORIENTATION: Final = 0x0112  # the EXIF tag; cameras write it, not every model reads it
NEEDS: Final = (
    "PIL.ImageOps",
    *(f"PIL.{name}ImagePlugin" for name in ("Png", "Jpeg", "Mpo", "WebP", "Tiff")),
)
_SIDES: Final = (3072, 2048, 1536, 1024, 512)  # pixels of the longer side, tried in turn; no model sees more


@dataclass(frozen=True, slots=True)
class Still:
    """A picture as it is sent."""

    media_type: str
    data: str  # base64

    @property
    def uri(self) -> str:
        """The picture as a data URI."""
        return f"data:{self.media_type};base64,{self.data}"


def still(path: Path, most: int) -> Still:
    """The file itself where it will do, else a JPEG of it on white. ``most``: characters of base64.

    The same file gives the same text, by which a lost order can be found again. RequestRejected for what is no picture.
    """
    try:
        told = apart(encoded, path, most)
        return Still(told.text("type"), told.data.decode("ascii"))
    except (Broken, ValueError) as error:
        raise _unreadable() from error


def encoded(path: Path, most: int) -> Told:
    """In a child: the media type, and the text."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path, formats=tuple(_TAKEN)) as image:
            form, turned = image.format or "", image.getexif().get(_ORIENTATION, 1) != 1
            if form in _TAKEN and not turned and path.stat().st_size * 4 // 3 + 4 <= most:
                return Told({"type": _TAKEN[form]}, base64.b64encode(path.read_bytes()))
            return Told({"type": "image/jpeg"}, _fitting(image, most).encode())
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        raise _unreadable() from error


def _unreadable() -> RequestRejected:
    return RequestRejected("The clip's picture cannot be read: save it anew as PNG or JPEG.")


def _fitting(image: Image.Image, most: int) -> str:
    flat = _flat(image)
    for side in _SIDES:
        if max(flat.size) > side:
            flat.thumbnail((side, side))
        text = _jpeg(flat)
        if len(text) <= most:
            return text
    raise RequestRejected("The clip's picture is too large to send: make it smaller.")


def _flat(image: Image.Image) -> Image.Image:
    from PIL import Image, ImageOps

    upright = ImageOps.exif_transpose(image).convert("RGBA")
    page = Image.new("RGBA", upright.size, "white")
    return Image.alpha_composite(page, upright).convert("RGB")


def _jpeg(image: Image.Image) -> str:
    data = BytesIO()
    image.save(data, "JPEG", quality=92, subsampling=0)
    return base64.b64encode(data.getvalue()).decode()
