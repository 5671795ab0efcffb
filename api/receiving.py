"""Files from foreign hands: looked at by what they hold, and kept once, under a name made from it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from werkzeug.utils import secure_filename

from api import media
from jynco.errors import AssetRefused
from jynco.model.ids import ProjectId
from jynco.model.keys import of_file
from jynco.model.media import MediaInfo
from jynco.model.storyboard import Json
from jynco.model.uploads import Asset, Upload
from workers.house import house

FILE_BYTES: Final = 2 * 1024**3


def receive(project_id: ProjectId, path: Path, announced: str | None = None) -> Asset:
    """Take a file into the project. AssetRefused for what cannot be used, or is of another kind than announced."""
    here = house()
    info, media_type = _look(path)
    if announced not in {None, media_type}:
        raise AssetRefused(f"'{path.name}' is {media_type}; {announced} was announced.")
    relative = here.quartermaster.receive(project_id, f"file{media.SUFFIXES[media_type]}", path)
    length = float(info.duration) if info.duration else None
    size = path.stat().st_size
    asset = Asset(project_id, of_file(path), relative, media_type, size, info.width, info.height, length)
    here.database.uploads.keep(asset)
    return asset


@contextmanager
def pinned(upload: Upload) -> Iterator[Path]:
    """What was sent, in a place where sending once more changes nothing. Conflict when that was nothing yet."""
    here = house()
    with here.quartermaster.scratch() as folder:
        copy = folder / plain(upload.name)
        sent = here.quartermaster.incoming.file(upload)
        try:
            os.link(sent, copy)
        except OSError:  # another device, or no hard links there
            shutil.copyfile(sent, copy)
        yield copy


def agree(upload: Upload, path: Path) -> None:
    """AssetRefused unless the file is the one that was announced."""
    size = path.stat().st_size
    if size != upload.size:
        raise AssetRefused(f"'{path.name}' has {size} bytes; {upload.size} were announced.")
    if upload.sha256 is not None and of_file(path) != upload.sha256:
        raise AssetRefused(f"'{path.name}' has another SHA-256 than was announced: send it again.")


def plain(name: str) -> str:
    """A name for the words of a refusal: nothing is decided by it, and nothing is kept under it."""
    return secure_filename(name)[-80:].lstrip(".") or "upload"


def shown(asset: Asset) -> dict[str, Json]:
    """The asset as it is told."""
    return {
        "assetId": f"asset_{asset.sha256[:32]}",
        "path": asset.path,
        "sha256": asset.sha256,
        "mediaType": asset.media_type,
        "width": asset.width,
        "height": asset.height,
        "duration": asset.duration,
    }


def _look(path: Path) -> tuple[MediaInfo, str]:
    quartermaster = house().quartermaster
    still = media.still_type(path)
    if still is not None:
        return quartermaster.picture(path), still
    info = quartermaster.film(path)
    kind = media.film_type(info)
    if kind is None:
        raise AssetRefused(f"'{path.name}' is no picture that can be used: save it as PNG, JPEG or WebP.")
    return info, kind
