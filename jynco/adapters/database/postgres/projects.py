"""Projects: what people want, how far the mirror is, and what has happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import BigInteger, ColumnElement, bindparam, delete, func, insert, select, true, update

from jynco.adapters.database import payloads
from jynco.adapters.database.desk import LOCAL
from jynco.adapters.database.postgres import rows, versions
from jynco.adapters.database.postgres.events import missing_project, tell
from jynco.adapters.database.postgres.gate import Gate
from jynco.adapters.database.postgres.replies import note
from jynco.adapters.database.postgres.tables import NOW, clips, events, projects
from jynco.adapters.database.postgres.tenants import own, theirs
from jynco.errors import Conflict, StaleRevision
from jynco.model.ids import ProjectId
from jynco.model.jobs import ClipRow, Event, Project
from jynco.model.storyboard import Document
from jynco.model.versions import NOBODY, Mark, Version


class PostgresProjects:
    """The ``projects`` table, with the clip rows and events that belong to it."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def create(self, project_id: ProjectId, document: Document, mark: Mark = NOBODY) -> Project:
        """A new project at revision 1, its mirror still to be written. Conflict when the id is taken."""
        tenant = self._gate.tenant or LOCAL
        made = {"project_id": project_id, "document": document, "tenant": tenant}
        try:
            with self._gate.transaction() as connection:
                project = rows.to_project(connection.execute(_CREATE, made).mappings().one())
                note(connection, [project_id])
                versions.write(connection, project, mark)
            return project
        except Conflict:
            raise Conflict(
                f"There is a project {project_id} already; choose another id, or edit it."
            ) from None

    def get(self, project_id: ProjectId) -> Project:
        """The project. NotFound."""
        project = self.find(project_id)
        if project is None:
            raise missing_project(project_id)
        return project

    def find(self, project_id: ProjectId) -> Project | None:
        """The project, if there is one."""
        with self._gate.autocommit() as connection:
            found = connection.execute(_FIND[self._whole], self._named(project_id))
            row = found.mappings().one_or_none()
        return None if row is None else rows.to_project(row)

    def page(self, after: ProjectId | None, limit: int) -> Sequence[Project]:
        """Up to ``limit`` projects whose id comes after ``after``, by id."""
        chosen = select(projects).where(self._after(after)).order_by(projects.c.project_id).limit(limit)
        with self._gate.autocommit() as connection:
            return [rows.to_project(row) for row in connection.execute(chosen).mappings()]

    def ids(self, after: ProjectId | None, limit: int) -> Sequence[ProjectId]:
        """As ``page``, the ids alone: thousands of documents are not read for them."""
        named = projects.c.project_id
        chosen = select(named).where(self._after(after)).order_by(named).limit(limit)
        with self._gate.autocommit() as connection:
            return [ProjectId(project_id) for project_id in connection.scalars(chosen)]

    def save(
        self, project_id: ProjectId, document: Document, expected: int | None, mark: Mark = NOBODY
    ) -> Project:
        """People's new document. StaleRevision unless ``expected`` is None or the revision it replaces."""
        with self._gate.transaction() as connection:
            locked = select(projects.c.revision).where(self._own(project_id))
            revision = connection.scalar(locked.with_for_update(key_share=True))
            if revision is None:
                raise missing_project(project_id)
            if expected not in {None, revision}:
                raise StaleRevision(f"{project_id} is at revision {revision}, not {expected}; read it again.")
            tell(connection, project_id, "storyboard", payloads.of_storyboard(revision + 1))
            saved = update(projects).where(projects.c.project_id == project_id).returning(projects)
            changes = {"revision": revision + 1, "changes": projects.c.changes + 1, "updated_at": NOW}
            row = connection.execute(saved.values(document=document, **changes)).mappings().one()
            project = rows.to_project(row)
            versions.write(connection, project, mark)
        return project

    def versions(self, project_id: ProjectId) -> Sequence[Version]:
        """The last states that people wanted, the newest first. NotFound."""
        self.get(project_id)
        with self._gate.autocommit() as connection:
            return versions.listed(connection, project_id)

    def version(self, project_id: ProjectId, revision: int) -> Document:
        """What people wanted then. NotFound where that is not kept."""
        self.get(project_id)
        with self._gate.autocommit() as connection:
            return versions.document(connection, project_id, revision)

    def delete(self, project_id: ProjectId) -> None:
        """The project with its clips, jobs and events; the ledger keeps what was paid. NotFound."""
        with self._gate.transaction() as connection:
            if not connection.execute(delete(projects).where(self._own(project_id))).rowcount:
                raise missing_project(project_id)

    def mirrored(self, project_id: ProjectId, changes: int) -> None:
        """The published document shows the project as of ``changes``; it never goes back. NotFound."""
        with self._gate.autocommit() as connection:
            shown = {"shown": changes, **self._named(project_id)}
            if not connection.execute(_MIRRORED[self._whole], shown).rowcount:
                raise missing_project(project_id)

    def behind(self, limit: int) -> Sequence[ProjectId]:
        """Projects whose published document is older than their rows, the longest waiting first."""
        mine = self._tenants()
        late = select(projects.c.project_id).where(projects.c.mirrored < projects.c.changes, mine)
        with self._gate.autocommit() as connection:
            found = connection.scalars(
                late.order_by(projects.c.updated_at, projects.c.project_id).limit(limit)
            )
            return [ProjectId(project_id) for project_id in found]

    def clips(self, *project_ids: ProjectId) -> Sequence[ClipRow]:
        """All clip rows, by id, those of clips that people have taken out included."""
        with self._gate.autocommit() as connection:
            found = connection.execute(_CLIPS[self._whole], {"several": project_ids, **self._whose})
            return [rows.to_clip(row) for row in found.mappings()]

    def events(self, project_id: ProjectId, after: int, limit: int) -> Sequence[Event]:
        """Up to ``limit`` events with ids above ``after``, oldest first."""
        later = (events.c.project_id == project_id) & (events.c.event_id > after)
        chosen = select(events).where(later, own(self._gate, events.c.project_id))
        with self._gate.autocommit() as connection:
            found = connection.execute(chosen.order_by(events.c.event_id).limit(limit))
            return [rows.to_event(row) for row in found.mappings()]

    @property
    def _whole(self) -> bool:
        return self._gate.tenant is None

    def _named(self, project_id: ProjectId) -> dict[str, object]:
        """The parameters of a statement that was made once."""
        return {"named": project_id, **self._whose}

    @property
    def _whose(self) -> dict[str, str]:
        return {} if self._gate.tenant is None else {"whose": self._gate.tenant}

    def _own(self, project_id: ProjectId) -> ColumnElement[bool]:
        return (projects.c.project_id == project_id) & self._tenants()

    def _after(self, last: ProjectId | None) -> ColumnElement[bool]:
        return self._tenants() if last is None else self._tenants() & (projects.c.project_id > last)

    def _tenants(self) -> ColumnElement[bool]:
        return true() if self._gate.tenant is None else projects.c.tenant == self._gate.tenant


# Made once: to put a statement together anew takes as long as to ask it. By whether everything may be seen.
_NAMED: Final = {
    True: projects.c.project_id == bindparam("named"),
    False: (projects.c.project_id == bindparam("named")) & (projects.c.tenant == bindparam("whose")),
}
_CREATE: Final = insert(projects).returning(projects)
_FIND: Final = {whole: select(projects).where(named) for whole, named in _NAMED.items()}
_MIRRORED: Final = {
    whole: update(projects)
    .where(named)
    .values(mirrored=func.greatest(projects.c.mirrored, bindparam("shown", type_=BigInteger)))
    for whole, named in _NAMED.items()
}
_CLIPS: Final = {
    whole: select(clips)
    .where(
        clips.c.project_id.in_(bindparam("several", expanding=True)), theirs(clips.c.project_id, whole=whole)
    )
    .order_by(clips.c.clip_id)
    for whole in (True, False)
}
