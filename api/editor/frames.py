"""One small JPEG out of a picture or a film, within the limits that foreign files are read under."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

from jynco.adapters.media.stills import ASPECT, FORMATS, PIXELS
from jynco.errors import AssetRefused
from jynco.model.media import Command
from workers.house import house

QUALITY: Final = 80
SECONDS: Final = 20.0  # for one frame


class _Unwatched:
    """A step that is short enough to need no leash but its deadline."""

    def check(self) -> None:
        """Nothing can end it early."""

    def progress(self, fraction: float) -> None:
        """Nobody waits for news of it."""


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
    from jynco.adapters.media.ffmpeg import FFmpeg

    media = FFmpeg()
    info = media.probe(path)
    if not info.width:
        raise AssetRefused(f"'{path.name}' has no picture.")
    with house().quartermaster.scratch() as folder:
        still = folder / "poster.jpg"
        at = min(float(info.duration) / 3, 1.0)
        media.run(_one_frame(path, info.format, at, width, still), _Unwatched(), timeout=SECONDS)
        return still.read_bytes()


def _one_frame(path: Path, kind: str, at: float, width: int, still: Path) -> Command:
    # The demuxer is named: a file that pretends to be another kind could make FFmpeg open others.
    source = ("-protocol_whitelist", "file", "-f", kind, "-ss", f"{at:.3f}", "-i", f"file:{path}")
    sink = (
        "-map",
        "0:V:0",
        "-frames:v",
        "1",
        "-vf",
        f"scale='min({width},iw)':-2",
        "-q:v",
        "4",
        f"file:{still}",
    )
    return Command((*source, *sink), frames=1)
