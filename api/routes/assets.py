"""Files people bring: looked at by what they hold, kept under a name made from it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from api import bodies, quotas, receiving
from api.answers import told
from api.errors import MediaTypeWrong, RequestInvalid
from api.routing import Answer, Body, Routes
from api.schemas.projects import AssetTold
from jynco.errors import AddressRefused, Fault
from jynco.model.ids import ProjectId
from jynco.model.storyboard import Json
from workers.house import house

routes = Routes("assets", "Pictures, sounds and footage of a project.")
FORM: Final[Mapping[str, Json]] = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
}
ADDRESS: Final[Mapping[str, Json]] = {
    "type": "object",
    "required": ["url"],
    "additionalProperties": False,
    "properties": {
        "url": {
            "type": "string",
            "maxLength": 2048,
            "description": "A public https address, without a name or password in it.",
            "examples": ["https://pictures.example.com/dawn.jpg"],
        }
    },
}
FETCHED_BYTES: Final = 64 * 1024**2
FETCH_SECONDS: Final = 20.0  # in all, redirects included: somebody waits, and a thread of ours with them


@routes.route(
    "POST",
    "/v1/projects/<project:project_id>/assets",
    body=Body({"multipart/form-data": FORM, "application/json": ADDRESS}),
    answer=Answer(AssetTold, 201),
    errors=(400, 404, 413, 415, 422),
)
def add_asset(project_id: ProjectId) -> ResponseReturnValue:
    """Upload a picture (PNG, JPEG, WebP), a film or a sound, or name its address

    The file is judged by its content, never by its name. The same content is kept once. Where JSON names an address
    instead, Jynco fetches it: at most 64 MiB, within 20 s, from a public https address.
    """
    here = house()
    here.database.projects.get(project_id)
    quotas.room_for(request.content_length or 0)
    with here.quartermaster.scratch() as folder:
        path = _fetched(folder) if request.mimetype == "application/json" else _received(folder)
        quotas.more_bytes(path.stat().st_size)
        asset = receiving.receive(project_id, path)
    return told(receiving.shown(asset), 201)


def _fetched(folder: Path) -> Path:
    asked = bodies.small()
    url = asked.get("url")
    if not isinstance(url, str) or len(asked) > 1:
        raise RequestInvalid(
            [Fault("/url", "required", "the body must have an address in 'url', and nothing else")]
        )
    path = folder / "picture"
    try:
        house().outgoing.fetch(url, path, seconds=FETCH_SECONDS, most_bytes=FETCHED_BYTES)
    except AddressRefused as error:
        raise RequestInvalid([Fault("/url", error.code, error.message)]) from None
    return path


def _received(folder: Path) -> Path:
    if request.mimetype != "multipart/form-data":
        raise MediaTypeWrong(
            f"Send a form (multipart/form-data) with the field 'file', not {request.mimetype!r}."
        )
    request.max_content_length = receiving.FILE_BYTES
    given = request.files.getlist("file")
    if len(given) != 1:
        raise RequestInvalid(
            [Fault("/file", "required", "the form must have exactly one file in the field 'file'")]
        )
    return _saved(given[0], folder)


def _saved(given: FileStorage, folder: Path) -> Path:
    path = folder / receiving.plain(given.filename or "")
    given.save(path)
    return path
