"""What people want, kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from jynco.model.ids import ProjectId
from jynco.model.jobs import ClipRow, Event, Project
from jynco.model.storyboard import Document
from jynco.model.versions import Mark, Version


class Projects(Protocol):
    """Projects and what people want. Raises NotFound, Conflict, StaleRevision; ServiceAway when the database is."""

    def create(self, project_id: ProjectId, document: Document, mark: Mark = ...) -> Project: ...
    def get(self, project_id: ProjectId) -> Project: ...
    def find(self, project_id: ProjectId) -> Project | None: ...
    def page(self, after: ProjectId | None, limit: int) -> Sequence[Project]: ...  # by id
    def ids(
        self, after: ProjectId | None, limit: int
    ) -> Sequence[ProjectId]: ...  # the same, without a document read
    def save(
        self, project_id: ProjectId, document: Document, expected: int | None, mark: Mark = ...
    ) -> Project: ...
    def versions(self, project_id: ProjectId) -> Sequence[Version]: ...  # the last ones, newest first
    def version(self, project_id: ProjectId, revision: int) -> Document: ...
    def delete(self, project_id: ProjectId) -> None: ...
    def mirrored(self, project_id: ProjectId, changes: int) -> None: ...  # never goes back
    def behind(self, limit: int) -> Sequence[ProjectId]: ...  # mirrored < changes
    def clips(self, *project_ids: ProjectId) -> Sequence[ClipRow]: ...  # of one project, or of several
    def events(self, project_id: ProjectId, after: int, limit: int) -> Sequence[Event]: ...
