"""The versions of storyboards. Written in the transaction of the change itself, so none is ever missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import BigInteger, Column, Connection, ForeignKey, Table, delete, insert, select, text

from jynco.adapters.database.postgres.tables import DOCUMENT, LARGEST, MOMENT, NAME, Words, metadata
from jynco.adapters.database.sentences import missing_version
from jynco.model.ids import ProjectId
from jynco.model.jobs import Project
from jynco.model.storyboard import Document
from jynco.model.versions import KEPT, Mark, Version

versions = Table(
    "versions",
    metadata,
    Column("project_id", NAME, ForeignKey("projects.project_id", ondelete="CASCADE"), primary_key=True),
    Column("revision", BigInteger, primary_key=True, autoincrement=False),
    Column("origin", BigInteger, nullable=False),
    Column("parent", BigInteger),
    Column("author", Words, nullable=False, server_default=text("''")),
    Column("document", DOCUMENT, nullable=False),
    Column("created_at", MOMENT, nullable=False, server_default=text("statement_timestamp()")),
)
SHOWN = (
    versions.c.revision,
    versions.c.origin,
    versions.c.parent,
    versions.c.author,
    versions.c.created_at,
)

_WRITE: Final = insert(versions)


def write(connection: Connection, project: Project, mark: Mark) -> None:
    """Note the project's newest state, and forget the oldest that are too many."""
    made = {
        "project_id": project.project_id,
        "revision": project.revision,
        "origin": project.revision if mark.origin is None else mark.origin,
        "parent": None if project.revision == 1 else _origin(connection, project),
        "author": mark.author,
        "document": project.document,
    }
    connection.execute(_WRITE, made)
    if project.revision > KEPT:
        old = versions.c.revision <= project.revision - KEPT
        connection.execute(delete(versions).where(versions.c.project_id == project.project_id, old))


def _origin(connection: Connection, project: Project) -> int | None:
    """Where the state before this one came from."""
    before = (versions.c.project_id == project.project_id) & (versions.c.revision == project.revision - 1)
    return connection.scalar(select(versions.c.origin).where(before))


def listed(connection: Connection, project_id: ProjectId) -> Sequence[Version]:
    """All that are kept, the newest first."""
    chosen = select(*SHOWN).where(versions.c.project_id == project_id)
    return [Version(*row) for row in connection.execute(chosen.order_by(versions.c.revision.desc()))]


def document(connection: Connection, project_id: ProjectId, revision: int) -> Document:
    """What people wanted then. NotFound."""
    chosen = select(versions.c.document).where(versions.c.project_id == project_id)
    wanted = chosen.where(versions.c.revision == revision)
    found = connection.scalar(wanted) if revision <= LARGEST else None
    if not isinstance(found, dict):
        raise missing_version(project_id, revision)
    return found
