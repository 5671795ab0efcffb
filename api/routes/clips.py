"""One clip: its prompt edited, made again, looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Final

from flask.typing import ResponseReturnValue

from api import bodies, media, quotas, starts
from api.callers import mark
from api.errors import RequestInvalid
from api.routing import Answer, Body, Routes
from api.schemas.asked import Retry, RetryAsked
from api.schemas.jobs import AcceptedTold
from jynco.agents import layout
from jynco.document.clips import is_footage
from jynco.document.merge import merge
from jynco.errors import AssetRefused, Conflict, Fault, NotFound, StaleRevision, UsageWrong
from jynco.model.ids import ClipId, ProjectId
from jynco.model.storyboard import Document, Json
from workers.house import house

routes = Routes("clips", "One clip of a storyboard.")
PATH = "/v1/projects/<project:project_id>/clips/<clip:clip_id>"
MADE: Final = ("status", "jobId", "cacheKey", "errorMessage")
TRIES: Final = 5
ACCEPTED = Answer(AcceptedTold, 202, headers=("Location", "Retry-After"))
FILM = {"type": "string", "contentMediaType": "video/mp4"}
FIELDS: Final[Mapping[str, Json]] = {
    "type": "object",
    "minProperties": 1,
    "properties": {"motionPrompt": {"type": "string"}},
    "description": "People's fields of the clip, as a JSON Merge Patch: null takes out.",
}


@routes.route(
    "PATCH",
    PATH,
    body=Body(dict.fromkeys(bodies.MERGE_PATCH, FIELDS)),
    answer=ACCEPTED,
    errors=(400, 404, 409, 413, 415, 422),
    idempotent=True,
)
def edit_clip(project_id: ProjectId, clip_id: ClipId) -> ResponseReturnValue:
    """Edit a clip's prompt, or other fields of it, and make it

    The edit stays when the clip cannot be started then: the problem says what is missing.
    """
    fields = bodies.merge_patch(bodies.REQUEST_BYTES)
    _peoples(fields, clip_id)
    if is_footage(merge(_clip(house().storyboard.current(project_id).document, clip_id), fields)):
        raise UsageWrong(f"Clip '{clip_id}' is footage and is never made: edit it through the storyboard.")
    quotas.one_more_job()
    _edit(project_id, clip_id, fields)
    return starts.ring(house().architect.retry(project_id, clip_id))


@routes.route(
    "POST",
    f"{PATH}/retry",
    body=RetryAsked,
    answer=ACCEPTED,
    errors=(400, 404, 409, 413, 415, 422),
    idempotent=True,
)
def retry_clip(project_id: ProjectId, clip_id: ClipId, body: Retry) -> ResponseReturnValue:
    """Make a clip again

    ``payAgain`` is the consent that is needed after an unknown outcome; ``failoverModerated`` lets the next provider
    of a list be asked for what the safety of the one before refused.
    """
    quotas.one_more_job()
    return starts.ring(house().architect.retry(project_id, clip_id, **asdict(body)))


@routes.route(
    "GET",
    f"{PATH}/video",
    answer=Answer(FILM, content_type="video/mp4", headers=("ETag", "Accept-Ranges", "Content-Disposition")),
    takes=("Range", "If-None-Match"),
    errors=(404, 416),
)
def get_video(project_id: ProjectId, clip_id: ClipId) -> ResponseReturnValue:
    """Watch a clip: the one that was made, or the footage people gave

    302 to an address in the bucket where clips lie in one.
    """
    here = house()
    relative = _source(_clip(here.storyboard.published(project_id), clip_id))
    try:
        kind = media.film_type(here.quartermaster.film(here.quartermaster.file(project_id, relative)))
    except AssetRefused as gone:
        raise NotFound(gone.message) from None
    key = layout.inside(project_id, relative)
    return media.hand_out(here.quartermaster, key, kind or "application/octet-stream", clip_id)


def _peoples(fields: Document, clip_id: ClipId) -> None:
    faults = [
        Fault(f"/{name}", "made", f"{name} is Jynco's to write: leave it out")
        for name in MADE
        if name in fields
    ]
    if fields.get("clipId", clip_id) != clip_id:
        faults.append(Fault("/clipId", "clip_id", f"must stay '{clip_id}'"))
    if not fields:
        faults.append(Fault("", "empty", "names no field to change, such as motionPrompt"))
    if faults:
        raise RequestInvalid(faults)


def _edit(project_id: ProjectId, clip_id: ClipId, fields: Document) -> None:
    """Edits of one clip do not mind edits of the others: one that came between is no reason to refuse this."""
    for _ in range(TRIES):
        try:
            house().storyboard.edit_clip(project_id, clip_id, fields, mark())
            return
        except StaleRevision:
            continue
    raise Conflict(f"'{project_id}' is being changed all the time: try this edit again.")


def _clip(document: Document, clip_id: ClipId) -> dict[str, Json]:
    timeline = document["timeline"]
    for clip in timeline if isinstance(timeline, list) else []:
        if isinstance(clip, dict) and clip.get("clipId") == clip_id:
            return clip
    raise NotFound(f"There is no clip '{clip_id}' in '{document['projectId']}'.")


def _source(clip: dict[str, Json]) -> str:
    source = clip.get("sourceFile")
    if isinstance(source, str) and source:
        return source
    raise NotFound(f"Clip '{clip['clipId']}' has no film yet: it is {clip.get('status')}.")
