"""Whose row it is. Every question of a tenant carries this; the workers' own ask without."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, bindparam, select, true

from jynco.adapters.database.postgres.events import missing_project
from jynco.adapters.database.postgres.gate import Gate
from jynco.adapters.database.postgres.tables import projects
from jynco.model.ids import ProjectId


def own(gate: Gate, project_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a row with this project id belongs to the tenant."""
    if gate.tenant is None:
        return true()
    return project_id.in_(select(projects.c.project_id).where(projects.c.tenant == gate.tenant))


def theirs(project_id: ColumnElement[str], *, whole: bool) -> ColumnElement[bool]:
    """As ``own`` for a statement that is made once: ``whole`` sees everything, else ``whose`` is a parameter."""
    if whole:
        return true()
    return project_id.in_(select(projects.c.project_id).where(projects.c.tenant == bindparam("whose")))


def refuse_foreign(gate: Gate, connection: Connection, project_ids: Iterable[ProjectId]) -> None:
    """NotFound for the first project that is not the tenant's."""
    if gate.tenant is None:
        return
    wanted = sorted(project_ids)
    mine = select(projects.c.project_id).where(projects.c.project_id.in_(wanted))
    found = set(connection.scalars(mine.where(projects.c.tenant == gate.tenant)))
    for project_id in wanted:
        if project_id not in found:
            raise missing_project(project_id)
