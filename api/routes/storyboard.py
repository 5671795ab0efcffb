"""The document: read, replaced, patched. Whoever writes says which version they have seen."""

from __future__ import annotations

from flask import Response, request
from flask.typing import ResponseReturnValue

from api import bodies, etag, quotas
from api.callers import mark
from api.routing import Answer, Body, Routes
from jynco.document import codec
from jynco.document.merge import merge
from jynco.model.ids import ProjectId
from jynco.model.jobs import Project
from jynco.model.storyboard import Document
from workers.house import house

routes = Routes("storyboard", "The document of a project: what people want, joined with what was made.")
PATH = "/v1/projects/<project:project_id>/storyboard"
STORYBOARD = {"$ref": "#/components/schemas/Storyboard"}
PATCH = {
    "type": "object",
    "description": "JSON Merge Patch (RFC 7396): null takes out, lists are replaced whole.",
}
SHOWN = Answer(STORYBOARD, headers=("ETag",))


@routes.route("GET", PATH, answer=SHOWN, takes=("If-None-Match",), errors=(404,))
def get_storyboard(project_id: ProjectId) -> ResponseReturnValue:
    """Read the storyboard"""
    return shown(house().storyboard.current(project_id))


@routes.route(
    "PUT",
    PATH,
    body=Body({"application/json": STORYBOARD}),
    answer=SHOWN,
    takes=("If-Match",),
    errors=(400, 404, 412, 413, 415, 422, 428),
)
def put_storyboard(project_id: ProjectId) -> ResponseReturnValue:
    """Replace the storyboard

    Fields that Jynco makes (status, jobId, cacheKey, errorMessage, a made sourceFile) may come along; they are
    taken from the rows all the same.
    """
    keeper = house().storyboard
    expected = etag.expected(keeper.current(project_id))
    return _replaced(project_id, bodies.storyboard(), expected)


@routes.route(
    "PATCH",
    PATH,
    body=Body(dict.fromkeys(bodies.MERGE_PATCH, PATCH)),
    answer=SHOWN,
    takes=("If-Match",),
    errors=(400, 404, 412, 413, 415, 422, 428),
)
def patch_storyboard(project_id: ProjectId) -> ResponseReturnValue:
    """Change parts of the storyboard"""
    keeper = house().storyboard
    project = keeper.current(project_id)
    expected = etag.expected(project)
    return _replaced(project_id, merge(project.document, bodies.merge_patch()), expected)


def _replaced(project_id: ProjectId, document: Document, expected: int | None) -> Response:
    quotas.clips(document)
    return shown(house().storyboard.replace(project_id, document, expected, mark()))


def shown(project: Project) -> Response:
    """The document as it is published, with its ETag."""
    body = codec.dumps(house().storyboard.shown(project))
    answer = Response(body, content_type="application/json")
    answer.set_etag(etag.tag(project, body))
    answer.make_conditional(request)
    return answer
