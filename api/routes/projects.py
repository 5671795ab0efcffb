"""Projects: created from a storyboard, listed, deleted."""

from __future__ import annotations

from flask import Response
from flask.typing import ResponseReturnValue

from api import bodies, cursors, quotas, recalled
from api.answers import told
from api.reading import reading
from api.routing import Answer, Body, Routes
from api.schemas.asked import Page, PageAsked
from api.schemas.projects import ProjectsTold, ProjectTold
from api.views.projects import project as view
from jynco.adapters.database.desk import Scope
from jynco.model.ids import ProjectId, is_project_id
from jynco.model.storyboard import Json
from workers import dispatch
from workers.house import house

routes = Routes("projects", "A project is one storyboard with its files and films.")
STORYBOARD = {"$ref": "#/components/schemas/Storyboard"}


@routes.route(
    "POST",
    "/v1/projects",
    body=Body({"application/json": STORYBOARD}),
    answer=Answer(ProjectTold, 201, headers=("Location", "ETag")),
    errors=(400, 409, 413, 415, 422),
    idempotent=True,
)
def create_project() -> ResponseReturnValue:
    """Create a project from a storyboard

    The ETag is that of its storyboard.
    """
    document = bodies.storyboard()
    quotas.clips(document)
    quotas.one_more_project()
    keeper = house().storyboard
    project = keeper.create(document, checked=True)
    return recalled.created(project, keeper.first(project))


@routes.route("GET", "/v1/projects", query=PageAsked, answer=Answer(ProjectsTold), errors=(422,))
def list_projects(query: Page) -> ResponseReturnValue:
    """List projects, by id"""
    after = ProjectId(cursors.decode(query.cursor, is_project_id)) if query.cursor else None
    found = reading().projects.page(after, query.limit + 1)
    items: list[Json] = [view(row) for row in found[: query.limit]]
    return told(
        {"items": items, "nextCursor": cursors.behind(found, query.limit, lambda row: row.project_id)}
    )


@routes.route("GET", "/v1/projects/<project:project_id>", answer=Answer(ProjectTold), errors=(404,))
def get_project(project_id: ProjectId) -> ResponseReturnValue:
    """Look at a project"""
    return told(view(house().storyboard.current(project_id)))


@routes.route(
    "DELETE", "/v1/projects/<project:project_id>", answer=Answer(status=204), errors=(404,), scope=Scope.ADMIN
)
def delete_project(project_id: ProjectId) -> ResponseReturnValue:
    """Delete a project with its files, films and jobs

    Its running jobs are cancelled. What was paid stays in the cache and in the ledger.
    """
    house().architect.delete(project_id)
    dispatch.withdraw()
    return Response(status=204)
