"""What was made under an Idempotency-Key by a request that could not be answered any more: it is told now."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask import Response, request

from api import etag, starts
from api.answers import told
from api.views import links
from api.views.projects import project as view
from api.views.webhooks import webhook as shown
from jynco.agents.architect import Started
from jynco.document import codec
from jynco.model.ids import JobId, ProjectId, is_job_id
from jynco.model.jobs import Project
from jynco.model.states import JobKind
from jynco.model.storyboard import Document
from jynco.model.webhooks import WEBHOOK_PATTERN, Webhook
from workers.house import house


def answer(made: Sequence[str]) -> Response:
    """As it would have been told when it was made. NotFound when it has been deleted since."""
    if re.match(WEBHOOK_PATTERN, made[0]):
        webhook = house().database.webhooks.get(made[0])
        return rotated(webhook) if request.path.endswith("/rotate") else subscribed(webhook)
    if not is_job_id(made[0]):
        return created(house().storyboard.current(ProjectId(made[0])))
    jobs = [house().database.jobs.get(JobId(name)) for name in made]
    films = [job for job in jobs if job.kind is JobKind.RENDER]
    clips = tuple(job for job in jobs if job.kind is JobKind.MOTION)
    return starts.ring(Started(films[0] if films else None, clips))


def created(project: Project, document: Document | None = None) -> Response:
    """A project that is new. ``document``: its storyboard, where that is known."""
    tag = etag.tag(project, codec.dumps(document or house().storyboard.shown(project)))
    return told(view(project), 201, {"Location": links.project(project.project_id), "ETag": f'"{tag}"'})


def subscribed(webhook: Webhook) -> Response:
    """A webhook that is new."""
    location = links.webhook(webhook.webhook_id)
    return told(shown(webhook, with_secret=True), 201, {"Location": location})


def rotated(webhook: Webhook) -> Response:
    """A webhook whose secret is new."""
    return told(shown(webhook, with_secret=True))
