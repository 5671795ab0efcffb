"""The twin of the versions."""

from __future__ import annotations

from collections.abc import Sequence

from jynco.adapters.database.memory.store import Store
from jynco.adapters.database.sentences import missing_version
from jynco.adapters.database.text import copied
from jynco.model.ids import ProjectId
from jynco.model.jobs import Project
from jynco.model.storyboard import Document
from jynco.model.versions import KEPT, Mark, Version


def write(store: Store, project: Project, mark: Mark) -> None:
    """Note the project's newest state, and forget the oldest that are too many."""
    kept = store.versions.setdefault(project.project_id, [])
    before = kept[-1][0] if kept else None
    version = Version(
        project.revision,
        project.revision if mark.origin is None else mark.origin,
        before.origin if before else None,
        mark.author,
        store.now(),
    )
    kept.append((version, copied(project.document)))
    del kept[:-KEPT]


def listed(store: Store, project_id: ProjectId) -> Sequence[Version]:
    """All that are kept, the newest first."""
    return [version for version, _ in reversed(store.versions.get(project_id, []))]


def document(store: Store, project_id: ProjectId, revision: int) -> Document:
    """What people wanted then. NotFound."""
    for version, wanted in store.versions.get(project_id, []):
        if version.revision == revision:
            found: Document = copied(wanted)
            return found
    raise missing_version(project_id, revision)
