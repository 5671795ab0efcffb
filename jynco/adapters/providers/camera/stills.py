"""Opening a picture that people gave: only three formats, within bounds, upright, opaque, in sRGB.

A child of its own decodes it. The caps are checked on the header, before that.
"""

from __future__ import annotations

import struct
import zlib
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from jynco.adapters.providers.yuv import Bytes
from jynco.errors import RequestRejected
from jynco.sandbox import Broken, Told, apart

_FORMATS: Final = ("PNG", "JPEG", "WEBP")
_MOST_PIXELS: Final = 50_000_000
_LONGEST_SIDE: Final = 20_000
_MOST_OBLONG: Final = 20  # long side to short side
_PAPER: Final = (255, 255, 255, 255)  # what shows through transparency: a white page
_BROKEN: Final = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error)
NEEDS: Final = tuple(f"PIL.{name}ImagePlugin" for name in ("Png", "Jpeg", "Mpo", "WebP", "Tiff"))
_BOMB: Final = (Image.DecompressionBombError, Image.DecompressionBombWarning)


def open_still(path: Path) -> Bytes:
    """(rows, columns, 3) sRGB. RequestRejected when it is missing, damaged, foreign or too large."""
    try:
        told = apart(decoded, path)
        return np.frombuffer(told.data, np.uint8).reshape(told.whole("rows"), told.whole("columns"), 3)
    except (Broken, ValueError) as fault:
        raise _damaged(path) from fault


def decoded(path: Path) -> Told:
    """In a child: its pixels, row by row."""
    try:
        with Image.open(path, formats=_FORMATS) as image:
            _measure(image, path)
            image.load()
            seen = _in_srgb(_opaque(_upright(image)))
            return Told({"rows": seen.height, "columns": seen.width}, seen.tobytes())
    except FileNotFoundError as error:
        raise RequestRejected(f"The source image {path.name} is missing; upload it again.") from error
    except _BOMB as error:
        raise RequestRejected(_too_large(path)) from error
    except UnidentifiedImageError as error:
        raise RequestRejected(
            f"The source image {path.name} is not a PNG, JPEG or WebP picture; save it as one of these."
        ) from error
    except _BROKEN as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> RequestRejected:
    return RequestRejected(
        f"The source image {path.name} is damaged or incomplete; save it again and upload that."
    )


def _measure(image: Image.Image, path: Path) -> None:
    short, long = sorted(image.size)
    if short * long > _MOST_PIXELS or long > _LONGEST_SIDE:
        raise RequestRejected(_too_large(path))
    if long > short * _MOST_OBLONG:
        raise RequestRejected(
            f"The source image {path.name} is {image.width}x{image.height}, more than {_MOST_OBLONG} times as"
            " long as it is wide; crop it."
        )


def _too_large(path: Path) -> str:
    return (
        f"The source image {path.name} is too large; scale it to at most {_MOST_PIXELS // 1_000_000} megapixels"
        f" and {_LONGEST_SIDE} pixels a side."
    )


def _upright(image: Image.Image) -> Image.Image:
    """Turned as its EXIF says; EXIF that cannot be read turns nothing."""
    with suppress(*_BROKEN, KeyError, TypeError, Warning):
        return ImageOps.exif_transpose(image)
    return image


def _opaque(image: Image.Image) -> Image.Image:
    """Without transparency, in a mode that a colour profile may speak of: L, RGB or CMYK."""
    if image.mode.startswith("I"):  # 16 bits of grey: Pillow's own conversion would clip, not scale
        return Image.fromarray((np.asarray(image).astype(np.uint32) * 255 // 65535).astype(np.uint8))
    if image.has_transparency_data:
        page = Image.new("RGBA", image.size, _PAPER)
        return Image.alpha_composite(page, image.convert("RGBA")).convert("RGB")
    return image if image.mode in ("L", "RGB", "CMYK") else image.convert("RGB")


def _in_srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if profile:
        with suppress(ImageCms.PyCMSError, *_BROKEN):  # a profile that fits nothing is no profile
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            turned = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
            if turned is not None:
                return turned
    return image.convert("RGB")
