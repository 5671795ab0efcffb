"""What was made under an Idempotency-Key by a request that could not be answered any more: it is told now."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response

from api import etag, starts
from api.answers import told
from api.views import links
from api.views.projects import project as view
from jynco.agents.architect import Started
from jynco.document import codec
from jynco.model.ids import JobId, ProjectId, is_job_id
from jynco.model.jobs import Project
from jynco.model.states import JobKind
from workers.house import house


def answer(made: Sequence[str]) -> Response:
    """As it would have been told when it was made. NotFound when it has been deleted since."""
    if not is_job_id(made[0]):
        return created(house().storyboard.current(ProjectId(made[0])))
    jobs = [house().database.jobs.get(JobId(name)) for name in made]
    films = [job for job in jobs if job.kind is JobKind.RENDER]
    clips = tuple(job for job in jobs if job.kind is JobKind.MOTION)
    return starts.ring(Started(films[0] if films else None, clips))


def created(project: Project) -> Response:
    """A project that is new."""
    published = house().storyboard.published(project.project_id)
    tag = etag.tag(project, codec.dumps(published))
    return told(view(project), 201, {"Location": links.project(project.project_id), "ETag": f'"{tag}"'})
