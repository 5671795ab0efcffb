"""Versions of a storyboard: one step back, one forth, or straight to one of them. Nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Sequence

from jynco.agents.storyboard.keeper import StoryboardKeeper
from jynco.errors import Conflict
from jynco.model.ids import ProjectId
from jynco.model.jobs import Project
from jynco.model.versions import Mark, Steps, Version, steps
from jynco.ports import Projects


class History:
    """Reads versions, and brings them back as new ones."""

    def __init__(self, keeper: StoryboardKeeper, projects: Projects) -> None:
        self._keeper = keeper
        self._projects = projects

    def of(self, project_id: ProjectId) -> Sequence[Version]:
        """The last versions, the newest first, hand edits taken in. NotFound."""
        self._keeper.current(project_id)
        return self._projects.versions(project_id)

    def steps(self, project_id: ProjectId) -> Steps:
        """Where one step back and one forth would lead. NotFound."""
        return steps(self._projects.versions(project_id))

    def undo(self, project_id: ProjectId, expected: int | None, author: str = "") -> Project:
        """One step back. Conflict where there is none; StaleRevision when it is not ``expected`` any more."""
        return self._step(project_id, self._at(project_id).undo, expected, author)

    def redo(self, project_id: ProjectId, expected: int | None, author: str = "") -> Project:
        """One step forth again. As ``undo``."""
        return self._step(project_id, self._at(project_id).redo, expected, author)

    def restore(
        self, project_id: ProjectId, revision: int, expected: int | None, author: str = ""
    ) -> Project:
        """Bring a version back as a change of its own, which can be undone. NotFound, StaleRevision."""
        wanted = self._projects.version(project_id, revision)
        return self._keeper.replace(project_id, wanted, expected, Mark(author))

    def _at(self, project_id: ProjectId) -> Steps:
        self._keeper.current(project_id)
        return self.steps(project_id)

    def _step(self, project_id: ProjectId, to: int | None, expected: int | None, author: str) -> Project:
        if to is None:
            raise Conflict("There is nothing to step to: no version is kept on that side.")
        wanted = self._projects.version(project_id, to)
        return self._keeper.replace(project_id, wanted, expected, Mark(author, to))
