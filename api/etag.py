"""Versions of a storyboard as ETags.

A tag is ``"<people's version>-<hash of the bytes>"``: strong, for it names the very bytes. A write is compared by
people's version alone: what Jynco has made meanwhile is no reason to refuse an edit that does not touch it.
"""

from __future__ import annotations

from flask import request

from api.errors import PreconditionMissing
from jynco.errors import StaleRevision
from jynco.model.jobs import Project
from jynco.model.keys import of_bytes


def tag(project: Project, body: bytes) -> str:
    """The tag (without quotes) of a project's storyboard as it is served."""
    return f"{_version(project)}-{of_bytes([body])[:16]}"


def expected(project: Project) -> int:
    """The revision that this request may replace. PreconditionMissing without If-Match, StaleRevision past it."""
    if "If-Match" not in request.headers:
        raise PreconditionMissing("Say which version you have changed: send its ETag as If-Match.")
    given = request.if_match
    versions = {entry.rpartition("-")[0] for entry in given.as_set(include_weak=False) if entry}
    if not given.star_tag and _version(project) not in versions:
        raise StaleRevision(
            f"{project.project_id} was changed by somebody else: read it again, then repeat the change."
        )
    return project.revision


def _version(project: Project) -> str:
    # With its birth in it, a tag of a deleted project never fits the next one of that name.
    return f"{int(project.created_at.timestamp() * 1_000_000):x}.{project.revision}"
