"""The storyboard keeper: the only writer of storyboard state.

Rows are the truth; ``storyboard.json`` is their mirror. Publishing is coalesced: whoever holds the mirror's
lock writes the newest state, and everybody who waited finds nothing left to do.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from jynco.agents import layout
from jynco.document import checks, codec, made, upgrades
from jynco.document.merge import merge
from jynco.errors import DocumentInvalid, Fault, JyncoError, NotFound
from jynco.model.ids import ClipId, ProjectId
from jynco.model.jobs import ClipRow, Project
from jynco.model.keys import of_bytes
from jynco.model.storyboard import Document, Json
from jynco.ports import Clock, Database, Lock, Storage

log = logging.getLogger("jynco.storyboard")


class StoryboardKeeper:
    """Reads and writes storyboards, and keeps document and rows in agreement."""

    def __init__(self, database: Database, storage: Storage, lock: Lock, clock: Clock) -> None:
        self._projects = database.projects
        self._storage = storage
        self._lock = lock
        self._clock = clock

    # --- people's side -------------------------------------------------------------------------------

    def create(self, document: Document) -> Project:
        """A new project. DocumentInvalid, Conflict."""
        document = self._valid(document)
        project_id = _project_id(document)
        project = self._projects.create(project_id, made.strip(document, {}))
        self.publish(project_id)
        return project

    def store(self, document: Document) -> Project:
        """Create the project, or bring an existing one up to this document."""
        document = self._valid(document)
        project_id = _project_id(document)
        if self._projects.find(project_id) is None:
            return self.create(document)
        return self.replace(project_id, document, None)

    def replace(self, project_id: ProjectId, document: Document, expected: int | None) -> Project:
        """Put another document in its place; ``expected`` is the revision it was made from. StaleRevision."""
        document = self._valid(document)
        if _project_id(document) != project_id:
            raise DocumentInvalid([Fault("/projectId", "project_id", f"must stay '{project_id}'.")])
        wanted = made.strip(document, self.rows(project_id))
        project = self._projects.get(project_id)
        if wanted != project.document or expected is not None:
            project = self._projects.save(project_id, wanted, expected)
        self.publish(project_id)
        return project

    def edit_clip(self, project_id: ProjectId, clip_id: ClipId, fields: Mapping[str, Json]) -> Project:
        """Change some fields of one clip, such as its ``motionPrompt``; None takes one out. NotFound."""
        project = self.current(project_id)
        timeline = _clips(project.document)
        for clip in timeline:
            if clip.get("clipId") == clip_id:
                changed = [merge(each, dict(fields)) if each is clip else each for each in timeline]
                document: Document = {**project.document, "timeline": [*changed]}
                return self.replace(project_id, document, project.revision)
        raise NotFound(f"There is no clip '{clip_id}' in '{project_id}'.")

    def current(self, project_id: ProjectId) -> Project:
        """The project, after hand edits of its storyboard.json were taken in. NotFound."""
        project = self._projects.get(project_id)
        if not self._edited_by_hand(project_id):
            return project
        self.publish(project_id, force=True)
        return self._projects.get(project_id)

    def rows(self, project_id: ProjectId) -> dict[ClipId, ClipRow]:
        """What has been made of each clip."""
        return {row.clip_id: row for row in self._projects.clips(project_id)}

    def published(self, project_id: ProjectId) -> Document:
        """People's fields and made fields in one document, as of now."""
        return self._joined(self.current(project_id))

    # --- the mirror ----------------------------------------------------------------------------------

    def publish(self, project_id: ProjectId, *, force: bool = False) -> None:
        """Bring storyboard.json up to the rows, after taking in what people wrote into it by hand."""
        with self._lock.hold(f"mirror-{project_id}"):
            taken = self._take_in(project_id)
            project = self._projects.get(project_id)
            if force or taken or project.mirrored < project.changes or not self._exists(project_id):
                self._write(project_id, codec.dumps(self._joined(project)))
                self._projects.mirrored(project_id, project.changes)

    def publish_behind(self, limit: int = 100) -> int:
        """Publish every mirror that is behind; returns how many."""
        late: Sequence[ProjectId] = self._projects.behind(limit)
        for project_id in late:
            self.publish(project_id)
        return len(late)

    def _take_in(self, project_id: ProjectId) -> bool:
        if not self._edited_by_hand(project_id):
            return False
        data = self._storage.read(layout.mirror(project_id))
        try:
            document = self._valid(upgrades.upgrade(codec.loads(data)))
            if _project_id(document) != project_id:
                raise DocumentInvalid([Fault("/projectId", "project_id", f"must stay '{project_id}'.")])
        except JyncoError as fault:
            self._set_aside(project_id, data, fault)
            return True
        wanted = made.strip(document, self.rows(project_id))
        if wanted != self._projects.get(project_id).document:
            self._projects.save(project_id, wanted, None)
            log.info("a hand edit was taken in", extra={"project_id": project_id})
        return True

    def _set_aside(self, project_id: ProjectId, data: bytes, fault: JyncoError) -> None:
        name = f"{layout.project(project_id)}/storyboard.unreadable-{self._clock.token()[:8]}.json"
        self._storage.put_bytes(name, data)
        log.warning(
            "storyboard.json cannot be used and was set aside: %s", fault.message, extra={"kept_as": name}
        )

    def _edited_by_hand(self, project_id: ProjectId) -> bool:
        """Whether the file is not what was last published. A deleted file is no edit."""
        try:
            seen = of_bytes([self._storage.read(layout.mirror(project_id))])
            return seen.encode() != self._storage.read(_seal(project_id))
        except NotFound:
            return False

    def _write(self, project_id: ProjectId, data: bytes) -> None:
        # The seal goes first: should we die between the two, the old file counts as edited, and is merely read again.
        self._storage.put_bytes(_seal(project_id), of_bytes([data]).encode())
        self._storage.put_bytes(layout.mirror(project_id), data)

    def _exists(self, project_id: ProjectId) -> bool:
        return self._storage.exists(layout.mirror(project_id))

    def _joined(self, project: Project) -> Document:
        return made.join(project.document, self.rows(project.project_id), updated_at=project.updated_at)

    def _valid(self, document: Document) -> Document:
        document = upgrades.upgrade(document)
        checks.validate(document)
        return document


def _seal(project_id: ProjectId) -> str:
    return f"{layout.project(project_id)}/.storyboard.sha256"


def _project_id(document: Document) -> ProjectId:
    return ProjectId(str(document["projectId"]))


def _clips(document: Document) -> list[dict[str, Json]]:
    timeline = document["timeline"]
    assert isinstance(timeline, list)
    return [clip for clip in timeline if isinstance(clip, dict)]
