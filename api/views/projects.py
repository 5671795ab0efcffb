"""Projects as people see them, without their documents."""

from __future__ import annotations

from api.answers import moment
from api.views import links
from jynco.model.jobs import Project
from jynco.model.storyboard import Json


def project(row: Project) -> dict[str, Json]:
    """A project as its row tells."""
    metadata, timeline = row.document.get("metadata"), row.document.get("timeline")
    title = metadata.get("title") if isinstance(metadata, dict) else None
    return {
        "projectId": row.project_id,
        "title": title,
        "revision": row.revision,
        "clipCount": len(timeline) if isinstance(timeline, list) else 0,
        "createdAt": moment(row.created_at),
        "updatedAt": moment(row.updated_at),
        "links": {**links.around_project(row.project_id)},
    }
