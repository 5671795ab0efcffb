"""Still pictures from foreign hands, looked at by Pillow under tight limits."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jynco.errors import AssetRefused
from jynco.model.media import MediaInfo

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

FORMATS: Final = ("PNG", "JPEG", "WEBP")
SAME: Final = {"mpo": "jpeg"}  # what phones write: a JPEG with another, smaller one behind it
PIXELS: Final = 50_000_000
ASPECT: Final = 20  # a strip of 1 x 2,000,000 would pass a cap on pixels alone
ORIENTATION: Final = 0x0112
SIDEWAYS: Final = {5, 6, 7, 8}


class Stills:
    """Implements ``ports.Pictures``."""

    def inspect(self, path: Path) -> MediaInfo:
        """Format and size as shown (EXIF turned). AssetRefused with the reason and the mend."""
        _there(path)
        try:
            return _looked_at(path)
        except AssetRefused:
            raise
        except Exception as fault:  # decoders stumble over foreign bytes in more ways than can be listed
            raise _refusal(path, fault) from fault


def _looked_at(path: Path) -> MediaInfo:
    from PIL import Image

    # Warnings are left alone: cameras write sloppy EXIF into good pictures, and the filters are not the threads' own.
    with Image.open(path, formats=FORMATS) as picture:
        kind, (width, height) = (picture.format or "").lower(), picture.size
        _within(path, width, height)
        picture.load()  # a truncated file opens well and fails here
        turned = _orientation(picture) in SIDEWAYS
    size = (height, width) if turned else (width, height)
    return MediaInfo(SAME.get(kind, kind), Fraction(0), *size)


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
