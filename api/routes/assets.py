"""Files people bring: looked at by what they hold, kept under a name made from it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage
from werkzeug.utils import secure_filename

from api import media
from api.answers import told
from api.errors import MediaTypeWrong, RequestInvalid
from api.routing import Answer, Body, Routes
from api.schemas.told import AssetTold
from jynco.errors import AssetRefused, Fault
from jynco.model.ids import ProjectId
from jynco.model.keys import of_file
from jynco.model.media import MediaInfo
from jynco.model.storyboard import Json
from workers.house import house

routes = Routes("assets", "Pictures, sounds and footage of a project.")
FILE_BYTES: Final = 2 * 1024**3
FORM: Final[Mapping[str, Json]] = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
}


@routes.route(
    "POST",
    "/v1/projects/<project:project_id>/assets",
    body=Body({"multipart/form-data": FORM}),
    answer=Answer(AssetTold, 201),
    errors=(400, 404, 413, 415, 422),
)
def add_asset(project_id: ProjectId) -> ResponseReturnValue:
    """Upload a picture (PNG, JPEG, WebP), a film or a sound

    The file is judged by its content, never by its name. The same content is kept once.
    """
    here = house()
    here.database.projects.get(project_id)
    with here.quartermaster.scratch() as folder:
        path = _received(folder)
        info, media_type = _look(path)
        sha256 = of_file(path)
        relative = here.quartermaster.receive(project_id, f"file{media.SUFFIXES[media_type]}", path)
    asset: dict[str, Json] = {
        "assetId": f"asset_{sha256[:32]}",
        "path": relative,
        "sha256": sha256,
        "mediaType": media_type,
        "width": info.width,
        "height": info.height,
        "duration": float(info.duration) if info.duration else None,
    }
    return told(asset, 201)


def _received(folder: Path) -> Path:
    if request.mimetype != "multipart/form-data":
        raise MediaTypeWrong(
            f"Send a form (multipart/form-data) with the field 'file', not {request.mimetype!r}."
        )
    request.max_content_length = FILE_BYTES
    given = request.files.getlist("file")
    if len(given) != 1:
        raise RequestInvalid(
            [Fault("/file", "required", "the form must have exactly one file in the field 'file'")]
        )
    return _saved(given[0], folder)


def _saved(given: FileStorage, folder: Path) -> Path:
    # The name is only for the words of a refusal; nothing is decided by it, and nothing is kept under it.
    path = folder / (secure_filename(given.filename or "")[-80:].lstrip(".") or "upload")
    given.save(path)
    return path


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
