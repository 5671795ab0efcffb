"""Large files: announced, sent straight to the storage by whoever knows the address, then looked at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from flask import Response, request
from flask.typing import ResponseReturnValue

from api import installation, quotas, receiving
from api.answers import moment, told
from api.errors import RequestInvalid
from api.routing import Answer, Body, Routes
from api.schemas.projects import AssetTold
from api.schemas.uploads import Announced, Signed, SignedAsked, UploadAsked, UploadTold
from api.views import links
from jynco.errors import AssetRefused, Fault, LimitExceeded, NotFound
from jynco.model.ids import ProjectId
from jynco.model.storyboard import Json
from jynco.model.uploads import Presigned, Upload
from workers import house as houses
from workers.house import house

routes = Routes(
    "uploads", "Files that are sent straight to where they are kept, and looked at when they are there."
)
SENT_BY: Final = 900  # seconds that an address takes a file for
COMPLETE_BY: Final = 3600.0  # seconds after which nobody waits for it any more
PIECE: Final = 1 << 20
BYTES: Final[dict[str, Json]] = {"type": "string", "contentMediaType": "application/octet-stream"}


@routes.route(
    "POST",
    "/v1/projects/<project:project_id>/uploads",
    body=UploadAsked,
    answer=Answer(UploadTold, 201),
    errors=(400, 404, 413, 415, 422),
)
def begin_upload(project_id: ProjectId, body: Announced) -> ResponseReturnValue:
    """Announce a file, and be told where to send it

    The address takes exactly this many bytes for 15 minutes. Say then that the upload is complete, within the hour.
    """
    here = house()
    if body.size > receiving.FILE_BYTES:
        raise LimitExceeded(f"A file may have {receiving.FILE_BYTES} bytes; {body.size} were announced.")
    quotas.more_bytes(body.size)
    upload = Upload(
        f"up_{here.clock.token()}", project_id, body.name, body.size, body.sha256, body.media_type
    )
    upload = here.database.uploads.begin(upload, COMPLETE_BY)
    there = body.sha256 and here.database.uploads.asset(project_id, body.sha256)
    if there:
        here.database.uploads.finish(upload.upload_id, there)
    return told({**_address(upload), "asset": receiving.shown(there) if there else None}, 201)


@routes.route(
    "PUT",
    "/v1/uploads/<upload:upload_id>",
    query=SignedAsked,
    body=Body({"application/octet-stream": BYTES}),
    answer=Answer(status=204),
    errors=(404, 413, 422),
    scope=None,
)
def send_upload(upload_id: str, query: Signed) -> ResponseReturnValue:
    """Send the file, to an address that was signed

    Whoever knows the address may: it wants no key. A file may be sent again until it is complete.
    """
    here = house()
    words = (query.tenant, upload_id, str(query.expires))
    over = here.clock.now() > datetime.fromtimestamp(min(query.expires, 2**32), UTC)
    if over or not installation.signed(here.settings, query.signature, *words):
        raise NotFound("There is no upload at this address, or its time is over: begin another.")
    houses.enter(query.tenant)
    upload = house().database.uploads.get(upload_id)
    if upload.asset is None:
        here.quartermaster.incoming.take(upload, lambda path: _pour(path, upload.size))
    return Response(status=204)


@routes.route(
    "POST",
    "/v1/projects/<project:project_id>/uploads/<upload:upload_id>/complete",
    answer=Answer(AssetTold, 201),
    errors=(404, 409, 422),
)
def complete_upload(project_id: ProjectId, upload_id: str) -> ResponseReturnValue:
    """Have the file looked at and taken into the project

    It is judged by its content, as any asset. Asked again, it is answered again.
    """
    uploads = house().database.uploads
    upload = uploads.get(upload_id)
    if upload.project_id != project_id:
        raise NotFound(f"There is no upload {upload_id} in {project_id}.")
    if upload.asset is not None:
        return told(receiving.shown(upload.asset), 201)
    return told(_completed(upload), 201)


def _completed(upload: Upload) -> dict[str, Json]:
    here = house()
    with receiving.pinned(upload) as path:
        try:
            receiving.agree(upload, path)
            asset = receiving.receive(upload.project_id, path, upload.media_type)
        except AssetRefused:
            here.quartermaster.incoming.drop(upload)
            raise
    here.database.uploads.finish(upload.upload_id, asset)
    here.quartermaster.incoming.drop(upload)
    return receiving.shown(asset)


def _address(upload: Upload) -> dict[str, Json]:
    here = house()
    until = here.clock.now() + timedelta(seconds=SENT_BY)
    given = here.quartermaster.incoming.address(upload, SENT_BY) or _own(upload, until)
    own = links.upload(upload.project_id, upload.upload_id)
    return {
        "uploadId": upload.upload_id,
        "method": given.method,
        "url": given.url,
        "headers": {**given.headers},
        "fields": {**given.fields},
        "expiresAt": moment(until),
        "links": {"complete": f"{own}/complete", "project": links.project(upload.project_id)},
    }


def _own(upload: Upload, until: datetime) -> Presigned:
    """An address of this very server, for a storage that has none."""
    here = house()
    tenant, expires = here.database.projects.get(upload.project_id).tenant, str(int(until.timestamp()))
    signature = installation.signature(here.settings, tenant, upload.upload_id, expires)
    base = (here.settings.public_url or request.url_root).rstrip("/")
    query = urlencode({"tenant": tenant, "expires": expires, "signature": signature})
    return Presigned(
        "PUT", f"{base}/v1/uploads/{upload.upload_id}?{query}", {"Content-Type": "application/octet-stream"}
    )


def _pour(path: Path, size: int) -> None:
    request.max_content_length = (
        size + 1
    )  # Werkzeug refuses who asks for more once the last byte that may be was read
    if (request.content_length or 0) > size:
        raise LimitExceeded(f"The file has {request.content_length} bytes; {size} were announced.")
    poured = 0
    with path.open("wb") as file:
        while piece := request.stream.read(PIECE):
            poured += len(piece)
            file.write(piece)
    if poured != size:
        raise RequestInvalid([Fault("", "size", f"the file has {poured} bytes; {size} were announced")])
