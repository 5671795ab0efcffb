"""The storyboard keeper: the only writer of storyboard state.

Rows are the truth; ``storyboard.json`` is their mirror. Publishing is coalesced: whoever holds the project's
lock writes the newest state, and everybody who waited finds nothing left to do.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Final

from jynco.agents.counting import counted, failures
from jynco.agents.storyboard.edits import edited
from jynco.agents.storyboard.mirror import Mirror
from jynco.agents.storyboard.rounds import Rounds
from jynco.document import checks, codec, made, upgrades
from jynco.errors import (
    Busy,
    Conflict,
    DocumentInvalid,
    Fault,
    JyncoError,
    NotFound,
    ServiceAway,
    StaleRevision,
)
from jynco.model.ids import ClipId, ProjectId
from jynco.model.jobs import ClipRow, Project
from jynco.model.metrics import AGENT_RUNS
from jynco.model.states import JobState
from jynco.model.storyboard import Document, Json
from jynco.model.versions import NOBODY, Mark
from jynco.ports import Clock, Database, Lock, Storage

log: Final = logging.getLogger("jynco.storyboard")
BY_HAND: Final = "storyboard.json"  # who changed it, where people edit the file
LOOKS: Final = 2000  # documents that a sweep looks at; what did not move costs a few microseconds
PATIENCE: Final = 30.0  # seconds that people, and films, wait for whoever writes the document now
TRIES: Final = 5  # people who save more often than that while we write once are not typing


class StoryboardKeeper:
    """Reads and writes storyboards, and keeps document and rows in agreement."""

    def __init__(
        self,
        database: Database,
        storage: Storage,
        lock: Lock,
        clock: Clock,
        later: Callable[[ProjectId], None] | None = None,
    ) -> None:
        """``later``: who publishes a project in a moment, where somebody waits for an answer meanwhile."""
        self._projects = database.projects
        self._metrics = database.metrics
        self._mirror = Mirror(storage, clock)
        self._lock = lock
        self._later = later
        self._rounds = Rounds(database.projects)

    # --- people's side -------------------------------------------------------------------------------

    def create(self, document: Document, mark: Mark = NOBODY, *, checked: bool = False) -> Project:
        """A new project. DocumentInvalid, Conflict. ``checked``: all its faults were looked for already."""
        document = document if checked else _valid(document)
        project_id = _project_id(document)
        with self._alone(project_id):
            project = self._projects.create(project_id, made.strip(document, {}), mark)
            self._mirror.clear(project_id)
            self._show_first(project)
        return project

    def store(self, document: Document) -> Project:
        """Create the project, or bring an existing one up to this document."""
        try:
            return self.create(document)
        except Conflict:
            return self.replace(_project_id(document), document, None)

    def replace(
        self, project_id: ProjectId, document: Document, expected: int | None, mark: Mark = NOBODY
    ) -> Project:
        """Put another document in its place; ``expected`` is the revision it was made from. StaleRevision."""
        document = _valid(document, project_id)
        return self._change(project_id, lambda _: document, expected, mark)

    def edit_clip(
        self, project_id: ProjectId, clip_id: ClipId, fields: Mapping[str, Json], mark: Mark = NOBODY
    ) -> Project:
        """Change some fields of one clip, such as its ``motionPrompt``; None takes one out. NotFound."""
        return self._change(
            project_id, lambda document: _valid(edited(document, clip_id, fields), project_id), None, mark
        )

    def current(self, project_id: ProjectId) -> Project:
        """The project, after hand edits of its storyboard.json were taken in. NotFound."""
        project = self._projects.get(project_id)
        if self._as_we_left_it(project_id):
            return project
        self.refresh(project_id)
        return self._projects.get(project_id)

    def rows(self, project_id: ProjectId) -> dict[ClipId, ClipRow]:
        """What has been made of each clip."""
        return {row.clip_id: row for row in self._projects.clips(project_id)}

    def published(self, project_id: ProjectId) -> Document:
        """People's fields and made fields in one document, as of now."""
        return self.shown(self.current(project_id))

    def shown(self, project: Project) -> Document:
        """People's fields of this project as it was read, and made fields as of now."""
        return made.join(project.document, self.rows(project.project_id), updated_at=project.updated_at)

    def first(self, project: Project) -> Document:
        """As ``shown``, of a project that was just created: nothing of it was made yet."""
        return made.join(project.document, {}, updated_at=project.updated_at)

    def _show_first(self, project: Project) -> None:
        """As ``_bring_up``, for a project in which nothing was made yet and that nobody can have edited."""
        document = codec.dumps(self.first(project))
        try:
            if self._mirror.write(project.project_id, document, None):
                self._projects.mirrored(project.project_id, project.changes)
        except JyncoError as fault:
            log.warning("a mirror is behind: %s", fault.message, extra={"project_id": project.project_id})

    def delete(self, project_id: ProjectId, forget: Callable[[], None]) -> None:
        """Remove the project's rows, then its files by ``forget``, while nobody publishes it. NotFound."""
        with self._alone(project_id):
            self._projects.delete(project_id)
            forget()

    def bury(self, project_id: ProjectId, forget: Callable[[], None], pardon: Callable[[], None]) -> bool:
        """Finish what a deleter began: ``forget`` a project that has no row, ``pardon`` one that has. Busy."""
        with self._alone(project_id, 0.0):
            gone = self._projects.find(project_id) is None
            forget() if gone else pardon()
        return gone

    # --- the mirror ----------------------------------------------------------------------------------

    def publish(self, project_id: ProjectId, patience: float = PATIENCE) -> None:
        """Bring storyboard.json up to the rows, after taking in what people wrote into it by hand.

        Busy where somebody else writes it for longer than ``patience`` seconds.
        """
        with self._alone(project_id, patience):
            self._publish(project_id)

    def soon(self, project_id: ProjectId) -> None:
        """Publish in a moment, where somebody does that, and otherwise as ``refresh``."""
        (self._later or self.refresh)(project_id)

    def refresh(self, project_id: ProjectId) -> None:
        """Publish if it can be done now; if not, the truth is safe all the same, and the sweeper tries again."""
        try:
            self.publish(project_id)
        except NotFound:
            raise
        except JyncoError as fault:
            log.warning("a mirror is behind: %s", fault.message, extra={"project_id": project_id})

    def publish_behind(self, limit: int = 100) -> int:
        """Publish every mirror that is behind; returns how many could be. One that cannot holds up no other."""
        return sum(self._published(project_id) for project_id in self._projects.behind(limit))

    def look_round(self, limit: int = LOOKS) -> int:
        """Take in what people wrote while all was at rest, and write anew what is gone; in how many documents.

        Some projects each time, all of them in turn. In a bucket a look costs money: there it waits for who asks.
        """
        if not self._mirror.near:
            return 0
        return sum(map(self._looked_at, self._rounds.some(limit)))

    def _looked_at(self, project_id: ProjectId) -> bool:
        stamp = self._mirror.stamp(project_id)
        if self._rounds.unmoved(project_id, stamp):
            return False
        try:
            if not self._as_we_left_it(project_id):
                return self._published(project_id)
            self._rounds.rests(project_id, stamp)
            return False
        except JyncoError as fault:
            log.warning("a mirror cannot be read: %s", fault.message, extra={"project_id": project_id})
            return False

    def _as_we_left_it(self, project_id: ProjectId) -> bool:
        seen = self._mirror.read(project_id)
        return seen is not None and self._mirror.ours(project_id, seen)

    def _published(self, project_id: ProjectId) -> bool:
        try:
            self.publish(
                project_id, 0.0
            )  # else sweeps behind a writer that is stopped would take every worker
        except (NotFound, Busy):  # deleted meanwhile, or being written; the next sweep looks again
            return False
        except Exception:
            log.exception("a mirror stays behind", extra={"project_id": project_id})
            return False
        return True

    def _bring_up(self, project_id: ProjectId) -> None:
        """As ``refresh``, by who holds the lock already."""
        try:
            self._publish(project_id)
        except NotFound:
            raise
        except JyncoError as fault:
            log.warning("a mirror is behind: %s", fault.message, extra={"project_id": project_id})

    def _publish(self, project_id: ProjectId) -> None:
        with failures(self._metrics, "storyboard"):
            if self._written(project_id):
                counted(self._metrics, AGENT_RUNS.tally("storyboard", JobState.COMPLETED, ""))

    def _written(self, project_id: ProjectId) -> bool:
        """Whether the document had to be written."""
        for _ in range(TRIES):
            seen = self._take_in(project_id)
            project = self._projects.get(project_id)
            if (
                seen is not None
                and project.mirrored >= project.changes
                and self._mirror.ours(project_id, seen)
            ):
                return False
            if self._mirror.write(project_id, codec.dumps(self.shown(project)), seen):
                self._projects.mirrored(project_id, project.changes)
                return True
        raise ServiceAway("storyboard.json is written to all the time: leave it alone for a moment.")

    def _take_in(self, project_id: ProjectId) -> bytes | None:
        """The file as it is; what people wrote into it is in the rows afterwards, or kept aside."""
        seen = self._mirror.read(project_id)
        if seen is None or self._mirror.ours(project_id, seen) or self._mirror.taken(project_id, seen):
            return seen
        try:
            document = _valid(codec.loads(seen), project_id)
        except JyncoError as fault:
            self._projects.get(project_id)  # a deleted project has nobody to keep a file for
            self._mirror.set_aside(project_id, seen, fault)
            return seen
        project = self._projects.get(project_id)
        if self._save(project, document, Mark(BY_HAND)).revision != project.revision:
            log.info("a hand edit was taken in", extra={"project_id": project_id})
        self._mirror.mark_taken(project_id, seen)
        return seen

    # --- changes -------------------------------------------------------------------------------------

    def _change(
        self,
        project_id: ProjectId,
        wish: Callable[[Document], Document],
        expected: int | None,
        mark: Mark,
    ) -> Project:
        with self._alone(project_id):
            self._take_in(project_id)
            project = self._projects.get(project_id)
            if expected not in {None, project.revision}:
                raise StaleRevision(
                    f"{project_id} is at revision {project.revision}, not {expected}; read it again."
                )
            saved = self._save(project, wish(project.document), mark)
            self._bring_up(project_id)
        return saved

    def _save(self, project: Project, document: Document, mark: Mark) -> Project:
        """Keep people's fields, if they are others than before. Text is compared: to Python 1 equals true."""
        rows = self.rows(project.project_id)
        wanted = made.strip(document, rows)
        if codec.dumps(wanted) == codec.dumps(made.strip(project.document, rows)):
            return project
        return self._projects.save(project.project_id, wanted, project.revision, mark)

    def _alone(self, project_id: ProjectId, patience: float = PATIENCE) -> AbstractContextManager[None]:
        return self._lock.hold(f"mirror-{project_id}", patience)


def _valid(document: Document, project_id: ProjectId | None = None) -> Document:
    document = upgrades.upgrade(document)
    checks.validate(document)
    if project_id is not None and _project_id(document) != project_id:
        raise DocumentInvalid([Fault("/projectId", "project_id", f"must stay '{project_id}'.")])
    return document


def _project_id(document: Document) -> ProjectId:
    return ProjectId(str(document["projectId"]))
