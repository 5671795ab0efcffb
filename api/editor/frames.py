"""One small JPEG out of a picture or a film, within the limits that foreign files are read under."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

from jynco.adapters.media.stills import ASPECT, FORMATS, PIXELS
from jynco.errors import AssetRefused
from workers.house import house

QUALITY: Final = 80


def from_picture(path: Path, width: int) -> bytes:
    """The picture, turned as its EXIF says and at most ``width`` pixels wide. AssetRefused."""
    from PIL import Image, ImageOps

    with Image.open(path, formats=FORMATS) as picture:
        _within(path, *picture.size)
        picture.draft("RGB", (width, width))  # JPEG decodes straight to about this size
        small = ImageOps.exif_transpose(picture).convert("RGB")
        small.thumbnail((width, width * 2))
        out = io.BytesIO()
        small.save(out, "JPEG", quality=QUALITY, progressive=True)
    return out.getvalue()


def _within(path: Path, width: int, height: int) -> None:
    if width * height > PIXELS or max(width, height) > ASPECT * min(width, height):
        raise AssetRefused(f"'{path.name}' is {width}x{height}, which is no size for a picture.")


def from_film(path: Path, width: int) -> bytes:
    """A frame of the film from near its beginning, past a fade. AssetRefused, MediaFailed, MediaTimeout."""
    return house().quartermaster.poster(path, width).read_bytes()
