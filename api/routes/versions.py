"""Versions of a storyboard: what people wanted before, and the way back to it."""

from __future__ import annotations

from typing import Final

from flask import Response
from flask.typing import ResponseReturnValue

from api import etag
from api.answers import moment, told
from api.callers import caller
from api.routes.storyboard import STORYBOARD, shown
from api.routing import Answer, Routes
from api.schemas.versions import VersionsTold
from jynco.model.ids import ProjectId
from jynco.model.storyboard import Json
from jynco.model.versions import Version, steps
from workers.house import house

routes = Routes("versions", "Versions of a storyboard: the last hundred are kept.")
PATH: Final = "/v1/projects/<project:project_id>/versions"
RESTORED: Final = Answer(STORYBOARD, headers=("ETag",))
ERRORS: Final = (404, 409, 412, 422, 428)


@routes.route("GET", PATH, answer=Answer(VersionsTold), errors=(404,))
def list_versions(project_id: ProjectId) -> ResponseReturnValue:
    """List the last versions, the newest first"""
    versions = house().history.of(project_id)
    there = steps(versions)
    items: list[Json] = [_told(version) for version in versions]
    return told({"projectId": project_id, "items": items, "undo": there.undo, "redo": there.redo})


@routes.route("POST", f"{PATH}/undo", answer=RESTORED, takes=("If-Match",), errors=ERRORS)
def undo_version(project_id: ProjectId) -> Response:
    """Take the last change back, whoever made it

    409 where there is nothing to take back.
    """
    return shown(house().history.undo(project_id, _seen(project_id), caller().name))


@routes.route("POST", f"{PATH}/redo", answer=RESTORED, takes=("If-Match",), errors=ERRORS)
def redo_version(project_id: ProjectId) -> Response:
    """Make the change again that was taken back last

    409 where there is none.
    """
    return shown(house().history.redo(project_id, _seen(project_id), caller().name))


@routes.route("POST", f"{PATH}/<int:revision>/restore", answer=RESTORED, takes=("If-Match",), errors=ERRORS)
def restore_version(project_id: ProjectId, revision: int) -> Response:
    """Bring a version back, as a change that can be undone"""
    return shown(house().history.restore(project_id, revision, _seen(project_id), caller().name))


def _seen(project_id: ProjectId) -> int:
    return etag.expected(house().storyboard.current(project_id))


def _told(version: Version) -> dict[str, Json]:
    again = version.origin != version.revision
    return {
        "revision": version.revision,
        "bringsBack": version.origin if again else None,
        "author": version.author,
        "createdAt": moment(version.created_at),
    }
