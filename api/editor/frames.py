"""One small JPEG out of a picture or a film, within the limits that foreign files are read under."""

from __future__ import annotations

from pathlib import Path

from workers.house import house


def from_picture(path: Path, width: int) -> bytes:
    """The picture, turned as its EXIF says and at most ``width`` pixels wide. AssetRefused."""
    return house().quartermaster.small(path, width)


def from_film(path: Path, width: int) -> bytes:
    """A frame of the film from near its beginning, past a fade. AssetRefused, MediaFailed, MediaTimeout."""
    return house().quartermaster.poster(path, width).read_bytes()
