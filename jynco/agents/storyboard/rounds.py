"""Which documents may have been changed by hand while all was at rest: only what moved on the disk is read."""

from __future__ import annotations

from collections.abc import Sequence

from jynco.agents.storyboard.mirror import Stamp
from jynco.model.ids import ProjectId
from jynco.ports import Projects


class Rounds:
    """Goes from project to project, and remembers the stamps of documents that were found as we left them.

    Two at once do no harm: what one of them forgets is read once more.
    """

    def __init__(self, projects: Projects) -> None:
        self._projects = projects
        self._last: ProjectId | None = None
        self._seen: dict[ProjectId, Stamp] = {}
        self._before: dict[
            ProjectId, Stamp
        ] = {}  # the turn before this one; what is gone is forgotten with it

    def some(self, limit: int) -> Sequence[ProjectId]:
        """The next of them, by id, at most ``limit``; all have their turn before the first comes again."""
        found = self._projects.ids(self._last, limit)
        if self._last is None:
            self._before, self._seen = self._seen, {}
        self._last = found[-1] if len(found) == limit else None
        return found

    def unmoved(self, project_id: ProjectId, stamp: Stamp | None) -> bool:
        """Whether a document with this stamp was found as we left it already."""
        if stamp is None or self._before.get(project_id) != stamp:
            return False
        self._seen[project_id] = stamp
        return True

    def rests(self, project_id: ProjectId, stamp: Stamp | None) -> None:
        """It was read, and is as we left it. ``stamp``: from before it was read."""
        if stamp is not None:
            self._seen[project_id] = stamp
