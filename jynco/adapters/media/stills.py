"""Still pictures from foreign hands, looked at by Pillow under tight limits."""

from __future__ import annotations

import warnings
from fractions import Fraction
from pathlib import Path

from jynco.errors import AssetRefused
from jynco.model.media import MediaInfo

FORMATS = ("PNG", "JPEG", "WEBP")
PIXELS = 50_000_000
ASPECT = 20  # a strip of 1 x 2,000,000 would pass a cap on pixels alone


class Stills:
    """Implements ``ports.Pictures``."""

    def inspect(self, path: Path) -> MediaInfo:
        """Format and size as shown (EXIF turned). AssetRefused with the reason and the mend."""
        from PIL import Image, UnidentifiedImageError

        if path.stat().st_size == 0:
            raise AssetRefused(f"'{path.name}' is empty: put the picture there again.")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                with Image.open(path, formats=FORMATS) as picture:
                    kind, (width, height) = picture.format or "", picture.size
                    _within(path, width, height)
                    turned = picture.getexif().get(0x0112, 1) in {5, 6, 7, 8}
                    picture.load()  # a truncated file opens well and fails here
        except UnidentifiedImageError:
            raise AssetRefused(f"'{path.name}' is not a picture: use PNG, JPEG or WebP.") from None
        except (OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError) as fault:
            raise AssetRefused(f"'{path.name}' is damaged or cut short: save the picture again.") from fault
        size = (height, width) if turned else (width, height)
        return MediaInfo(kind.lower(), Fraction(0), *size)


def _within(path: Path, width: int, height: int) -> None:
    if width * height > PIXELS:
        raise AssetRefused(
            f"'{path.name}' has {width}x{height} pixels; 50 megapixels is the limit: make it smaller."
        )
    if max(width, height) > ASPECT * min(width, height):
        raise AssetRefused(f"'{path.name}' is {width}x{height}, too narrow a strip: crop it.")
