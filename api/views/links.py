"""Addresses of things, relative to the server. The one place that spells them out."""

from __future__ import annotations

from jynco.model.ids import ClipId, JobId, ProjectId


def project(project_id: ProjectId) -> str:
    """A project."""
    return f"/v1/projects/{project_id}"


def storyboard(project_id: ProjectId) -> str:
    """A project's document."""
    return f"{project(project_id)}/storyboard"


def video(project_id: ProjectId, clip_id: ClipId) -> str:
    """A clip's film."""
    return f"{project(project_id)}/clips/{clip_id}/video"


def job(job_id: JobId) -> str:
    """A job."""
    return f"/v1/jobs/{job_id}"


def output(job_id: JobId) -> str:
    """What a job has made."""
    return f"{job(job_id)}/output"


def stream(job_id: JobId) -> dict[str, str]:
    """A film while it is being made: as one file that grows, and as HLS."""
    return {"stream": f"{job(job_id)}/stream.mp4", "playlist": f"{job(job_id)}/stream.m3u8"}


def upload(project_id: ProjectId, upload_id: str) -> str:
    """A file on its way."""
    return f"{project(project_id)}/uploads/{upload_id}"


def webhook(webhook_id: str) -> str:
    """A receiver of events."""
    return f"/v1/webhooks/{webhook_id}"


def around_project(project_id: ProjectId) -> dict[str, str]:
    """Where to go from a project."""
    own = project(project_id)
    names = ("storyboard", "plan", "jobs", "assets", "uploads", "events")
    return {"self": own, **{name: f"{own}/{name}" for name in names}}


def around_job(job_id: JobId, project_id: ProjectId, parent_id: JobId | None = None) -> dict[str, str]:
    """Where to go from a job; ``parent_id`` is the film it is for."""
    found = {"self": job(job_id), "project": project(project_id), "output": output(job_id)}
    return {**found, "film": job(parent_id)} if parent_id else found
