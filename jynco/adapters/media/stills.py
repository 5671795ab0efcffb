"""Still pictures from foreign hands, looked at by Pillow under tight limits, and in a child of its own."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from jynco.errors import AssetRefused
from jynco.model.media import MediaInfo
from jynco.sandbox import Broken, Told, apart

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

FORMATS: Final = ("PNG", "JPEG", "WEBP")
SAME: Final = {"mpo": "jpeg"}  # what phones write: a JPEG with another, smaller one behind it
PIXELS: Final = 50_000_000
ASPECT: Final = 20  # a strip of 1 x 2,000,000 would pass a cap on pixels alone
ORIENTATION: Final = 0x0112
SIDEWAYS: Final = {5, 6, 7, 8}
QUALITY: Final = 80  # of small pictures
NEEDS: Final = (
    "PIL.Image",
    "PIL.ImageOps",
    *(f"PIL.{name}ImagePlugin" for name in ("Png", "Jpeg", "Mpo", "WebP", "Tiff")),
)

Seen = TypeVar("Seen")


class Stills:
    """Implements ``ports.Pictures``."""

    def inspect(self, path: Path) -> MediaInfo:
        """Format and size as shown (EXIF turned). AssetRefused with the reason and the mend."""
        _there(path)
        return _asked(path, facts, _info)

    def small(self, path: Path, width: int) -> bytes:
        """A JPEG of it, the right way up and at most ``width`` pixels wide. As ``inspect``."""
        _there(path)
        return _asked(path, reduced, lambda told: bytes(told.data), width)


def _info(told: Told) -> MediaInfo:
    return MediaInfo(told.text("format"), Fraction(0), told.whole("width"), told.whole("height"))


def _asked(path: Path, work: Callable[..., Told], reading: Callable[[Told], Seen], *arguments: int) -> Seen:
    try:
        return reading(apart(work, path, *arguments))
    except Broken as fault:
        raise AssetRefused(f"'{path.name}' is damaged or cut short: save the picture again.") from fault


def facts(path: Path) -> Told:
    """In a child: its format, width and height."""
    with _opened(path) as picture:
        kind, (width, height) = (picture.format or "").lower(), picture.size
        picture.load()  # a truncated file opens well and fails here
        turned = _orientation(picture) in SIDEWAYS
    width, height = (height, width) if turned else (width, height)
    return Told({"format": SAME.get(kind, kind), "width": width, "height": height})


def reduced(path: Path, width: int) -> Told:
    """In a child: the small picture."""
    from PIL import ImageOps

    with _opened(path) as picture:
        picture.draft("RGB", (width, width))  # JPEG decodes straight to about this size
        small = ImageOps.exif_transpose(picture).convert("RGB")
        small.thumbnail((width, width * 2))
        out = io.BytesIO()
        small.save(out, "JPEG", quality=QUALITY, progressive=True)
    return Told({}, out.getvalue())


@contextmanager
def _opened(path: Path) -> Iterator[ImageFile]:
    from PIL import Image

    # Warnings are left alone: cameras write sloppy EXIF into good pictures.
    try:
        with Image.open(path, formats=FORMATS) as picture:
            _within(path, *picture.size)
            yield picture
    except AssetRefused:
        raise
    except Exception as fault:  # decoders stumble over foreign bytes in more ways than can be listed
        raise _refusal(path, fault) from fault


def _orientation(picture: ImageFile) -> object:
    try:
        return picture.getexif().get(ORIENTATION, 1)
    except Exception:  # notes about the picture that cannot be read do not make it a bad picture
        return 1


def _there(path: Path) -> None:
    try:
        if path.stat().st_size == 0:
            raise AssetRefused(f"'{path.name}' is empty: put the picture there again.")
    except OSError as fault:
        raise AssetRefused(f"'{path.name}' cannot be read ({fault.strerror}): put it there again.") from fault


def _refusal(path: Path, fault: Exception) -> AssetRefused:
    from PIL import Image, UnidentifiedImageError

    if isinstance(fault, UnidentifiedImageError):
        return AssetRefused(f"'{path.name}' is not a picture: use PNG, JPEG or WebP.")
    if isinstance(fault, Image.DecompressionBombError | Image.DecompressionBombWarning):
        return AssetRefused(
            f"'{path.name}' has more than 50 megapixels, which is the limit: make it smaller."
        )
    if isinstance(fault, OSError) and fault.errno is not None:
        return AssetRefused(f"'{path.name}' cannot be read ({fault.strerror}): let Jynco read it.")
    return AssetRefused(f"'{path.name}' is damaged or cut short: save the picture again.")


def _within(path: Path, width: int, height: int) -> None:
    if width * height > PIXELS:
        raise AssetRefused(
            f"'{path.name}' has {width}x{height} pixels; 50 megapixels is the limit: make it smaller."
        )
    if max(width, height) > ASPECT * min(width, height):
        raise AssetRefused(f"'{path.name}' is {width}x{height}, too narrow a strip: crop it.")
