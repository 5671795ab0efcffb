"""Projects for other editors, and back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from flask import Response, request
from flask.typing import ResponseReturnValue

from api import bodies, etag
from api.routes.storyboard import SHOWN, shown
from api.routing import Answer, Body, Routes
from api.schemas.asked import ExportAsked
from api.views import links
from config.guard import asks_for_names
from jynco.agents.interchange import Address, Exported, by_path
from jynco.document.interchange.forms import Form
from jynco.model.ids import ClipId, JobId, ProjectId
from jynco.model.storyboard import Json
from workers.house import house

routes = Routes("interchange", "Films for other editors: timelines, edit lists and captions.")
TEXT: Final[Mapping[str, Json]] = {"type": "string"}
OTIO: Final[Mapping[str, Json]] = {"type": "object", "description": "OpenTimelineIO."}
FILES: Final = {form.media_type.partition(";")[0]: TEXT for form in Form if form is not Form.OTIO}
CAPTIONS: Final = Answer(TEXT, content_type="text/vtt")


@routes.route(
    "GET",
    "/v1/projects/<project:project_id>/export",
    query=ExportAsked,
    answer=Answer(OTIO, headers=("Content-Disposition",), content=FILES),
    errors=(404, 422),
)
def export_project(project_id: ProjectId, query: Form) -> ResponseReturnValue:
    """Export the timeline

    To OpenTimelineIO, Final Cut Pro 7 XML (Premiere, Resolve), a CMX 3600 edit list, SRT or WebVTT. Media are named by
    their paths where the server asks nobody for a name and is this machine, else by their addresses here.
    """
    return _file(house().interchange.export(project_id, query, _address(project_id)))


@routes.route(
    "POST",
    "/v1/projects/<project:project_id>/import",
    body=Body({"application/json": {"type": "object", "description": "An edited export to otio."}}),
    answer=SHOWN,
    takes=("If-Match",),
    errors=(400, 404, 412, 413, 415, 422),
)
def import_edit(project_id: ProjectId) -> ResponseReturnValue:
    """Import an edited timeline

    An OpenTimelineIO export, edited elsewhere, becomes the next revision: lengths, order, gaps and transitions. What a
    storyboard cannot say is refused with its place in the file, and changes nothing. If-Match is optional here.
    """
    here = house()
    # Before the body is looked at: another tenant's project is not there at all.
    current = here.storyboard.current(project_id)
    expected = etag.expected(current) if "If-Match" in request.headers else None
    return shown(here.interchange.revise(project_id, bodies.edit(), expected))


@routes.route("GET", "/v1/projects/<project:project_id>/captions.vtt", answer=CAPTIONS, errors=(404, 422))
def get_project_captions(project_id: ProjectId) -> ResponseReturnValue:
    """Captions of the storyboard as it is now"""
    here = house()
    return _captions(here.interchange.captions(project_id, here.storyboard.current(project_id).document))


@routes.route("GET", "/v1/jobs/<job:job_id>/captions.vtt", answer=CAPTIONS, errors=(404, 422))
def get_captions(job_id: JobId) -> ResponseReturnValue:
    """Captions of a film

    WebVTT out of the text layers, as they were when the film was begun.
    """
    here = house()
    job = here.database.jobs.get(job_id)
    document = job.document or here.storyboard.current(job.project_id).document
    return _captions(here.interchange.captions(job.project_id, document))


def _address(project_id: ProjectId) -> Address:
    """Nobody far away is told where files lie on this machine."""
    if not asks_for_names(house().settings):
        return by_path
    root = request.url_root.rstrip("/")

    def link(clip_id: ClipId | None, _: Path) -> str | None:
        return None if clip_id is None else root + links.video(project_id, clip_id)

    return link


def _file(made: Exported) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{made.name}"', "Cache-Control": "no-store"}
    return Response(made.content, content_type=made.media_type, headers=headers)


def _captions(text: bytes) -> Response:
    return Response(text, content_type="text/vtt; charset=utf-8", headers={"Cache-Control": "no-cache"})
