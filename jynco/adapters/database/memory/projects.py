"""Projects: what people want, how far the mirror is, and what has happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from jynco.adapters.database import payloads
from jynco.adapters.database.desk import LOCAL
from jynco.adapters.database.memory import versions
from jynco.adapters.database.memory.store import Store, alone, shown_project
from jynco.adapters.database.text import copied
from jynco.errors import Conflict, StaleRevision
from jynco.model.ids import ProjectId
from jynco.model.jobs import ClipRow, Event, Project
from jynco.model.storyboard import Document
from jynco.model.versions import NOBODY, Mark, Version


class MemoryProjects:
    """The twin of the ``projects`` table."""

    def __init__(self, store: Store, tenant: str | None = None) -> None:
        self.store = store
        self._tenant = tenant

    @alone
    def create(self, project_id: ProjectId, document: Document, mark: Mark = NOBODY) -> Project:
        """A new project at revision 1, its mirror still to be written. Conflict when the id is taken."""
        if project_id in self.store.projects:
            raise Conflict(f"There is a project {project_id} already; choose another id, or edit it.")
        now, errand = self.store.now(), self.store.errand()
        self.store.projects[project_id] = Project(
            project_id, copied(document), 1, 1, 0, now, now, self._tenant or LOCAL
        )
        if errand is not None:
            errand.made = (project_id,)
        versions.write(self.store, self.store.project(project_id), mark)
        return self.get(project_id)

    @alone
    def get(self, project_id: ProjectId) -> Project:
        """The project. NotFound."""
        self._own(project_id)
        return shown_project(self.store.project(project_id))

    @alone
    def find(self, project_id: ProjectId) -> Project | None:
        """The project, if there is one."""
        return self.get(project_id) if self.store.owns(self._tenant, project_id) else None

    @alone
    def page(self, after: ProjectId | None, limit: int) -> Sequence[Project]:
        """Up to ``limit`` projects whose id comes after ``after``, by id."""
        return [self.get(project_id) for project_id in self.ids(after, limit)]

    @alone
    def ids(self, after: ProjectId | None, limit: int) -> Sequence[ProjectId]:
        """As ``page``, the ids alone."""
        later = sorted(name for name in self.store.projects if after is None or name > after)
        return [project_id for project_id in later if self.store.owns(self._tenant, project_id)][:limit]

    @alone
    def save(
        self, project_id: ProjectId, document: Document, expected: int | None, mark: Mark = NOBODY
    ) -> Project:
        """People's new document. StaleRevision unless ``expected`` is None or the revision it replaces."""
        self._own(project_id)
        revision = self.store.project(project_id).revision
        if expected not in {None, revision}:
            raise StaleRevision(f"{project_id} is at revision {revision}, not {expected}; read it again.")
        document = copied(document)
        self.store.touch(project_id)
        touched = self.store.project(project_id)
        self.store.projects[project_id] = replace(touched, document=document, revision=revision + 1)
        self.store.tell(project_id, "storyboard", payloads.of_storyboard(revision + 1))
        versions.write(self.store, self.store.project(project_id), mark)
        return self.get(project_id)

    @alone
    def versions(self, project_id: ProjectId) -> Sequence[Version]:
        """The last states that people wanted, the newest first. NotFound."""
        self._own(project_id)
        return versions.listed(self.store, project_id)

    @alone
    def version(self, project_id: ProjectId, revision: int) -> Document:
        """What people wanted then. NotFound where that is not kept."""
        self._own(project_id)
        return versions.document(self.store, project_id, revision)

    @alone
    def delete(self, project_id: ProjectId) -> None:
        """The project with its clips, jobs and events; the ledger keeps what was paid. NotFound."""
        store = self.store
        self._own(project_id)
        del store.projects[project_id]
        store.project_budgets.pop(project_id, None)
        store.versions.pop(project_id, None)
        store.assets = {key: each for key, each in store.assets.items() if key[0] != project_id}
        store.uploads = {key: each for key, each in store.uploads.items() if each.project_id != project_id}
        store.clips = {key: clip for key, clip in store.clips.items() if clip.project_id != project_id}
        store.jobs = {key: row for key, row in store.jobs.items() if row.job.project_id != project_id}
        store.events = [event for event in store.events if event.project_id != project_id]

    @alone
    def mirrored(self, project_id: ProjectId, changes: int) -> None:
        """The published document shows the project as of ``changes``; it never goes back. NotFound."""
        self._own(project_id)
        project = self.store.project(project_id)
        self.store.projects[project_id] = replace(project, mirrored=max(project.mirrored, changes))

    @alone
    def behind(self, limit: int) -> Sequence[ProjectId]:
        """Projects whose published document is older than their rows, the longest waiting first."""
        late = [project for project in self.store.projects.values() if project.mirrored < project.changes]
        late.sort(key=lambda project: (project.updated_at, project.project_id))
        mine = [project.project_id for project in late if self._tenant in {None, project.tenant}]
        return mine[:limit]

    @alone
    def clips(self, *project_ids: ProjectId) -> Sequence[ClipRow]:
        """All clip rows, by id, those of clips that people have taken out included."""
        mine = {name for name in project_ids if self.store.owns(self._tenant, name)}
        clips = (clip for clip in self.store.clips.values() if clip.project_id in mine)
        return sorted(clips, key=lambda clip: clip.clip_id)

    @alone
    def events(self, project_id: ProjectId, after: int, limit: int) -> Sequence[Event]:
        """Up to ``limit`` events with ids above ``after``, oldest first."""
        if not self.store.owns(self._tenant, project_id):
            return []
        later = (event for event in self.store.events if event.event_id > after)
        return [event for event in later if event.project_id == project_id][:limit]

    def _own(self, project_id: ProjectId) -> None:
        self.store.refuse_foreign(self._tenant, project_id)
