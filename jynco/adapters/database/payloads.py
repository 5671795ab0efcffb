"""What an event says. Ids, states and progress only: whoever needs more reads the row, which is newer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from jynco.model.jobs import ClipRow, Job
from jynco.model.states import ClipStatus, JobState
from jynco.model.storyboard import Json
from jynco.model.webhooks import News, Topic

STEPS: Final = 20  # events, at most, in which one film's progress is told


def of_job(job_id: str, state: JobState) -> dict[str, Json]:
    """A job has come to ``state``."""
    return {"jobId": job_id, "state": str(state)}


def of_progress(job_id: str, progress: float) -> dict[str, Json]:
    """A film has come so far, 0..1."""
    return {**of_job(job_id, JobState.RUNNING), "progress": round(progress, 4)}


def told(before: float, after: float) -> bool:
    """Whether a step of progress is worth an event."""
    return int(before * STEPS) < int(after * STEPS)


def of_clip(clip: ClipRow) -> dict[str, Json]:
    """A clip's row has changed."""
    return {
        "clipId": clip.clip_id,
        "status": str(clip.status),
        "jobId": clip.job_id,
        "errorMessage": clip.error_message,
    }


def of_storyboard(revision: int) -> dict[str, Json]:
    """People have changed the document."""
    return {"revision": revision}


# --- what webhooks say: enough to go on without asking again ------------------------------------------


def clip_end(before: ClipRow | None, after: ClipRow, subject: str) -> News | None:
    """That a clip has come to its end, unless it was there already."""
    topic = {ClipStatus.COMPLETED: Topic.CLIP_COMPLETED, ClipStatus.FAILED: Topic.CLIP_FAILED}.get(
        after.status
    )
    old = before is not None and (before.status, before.cache_key) == (after.status, after.cache_key)
    if topic is None or old:
        return None
    failed = after.status is ClipStatus.FAILED
    error: Json = {"code": after.error_code, "message": after.error_message} if failed else None
    return News(
        topic,
        f"{subject}/{after.clip_id}",
        {
            "projectId": after.project_id,
            "clipId": after.clip_id,
            "jobId": after.job_id,
            "status": str(after.status),
            "cacheHit": after.cache_hit,
            "attempts": after.attempts,
            "costUsd": f"{after.cost_usd.normalize():f}",
            "provider": after.provider,
            "model": after.model,
            "error": error,
        },
    )


def job_end(job: Job) -> News:
    """That a job has ended."""
    failure, receipt = job.failure, job.receipt
    error: Json = None
    if failure is not None:
        error = {"code": failure.code, "message": failure.message, "retryable": failure.retryable}
    return News(
        Topic(f"job.{job.state}"),
        job.job_id,
        {
            "jobId": job.job_id,
            "projectId": job.project_id,
            "kind": str(job.purpose),
            "priority": str(job.lane),
            "clipId": job.clip_id,
            "state": str(job.state),
            "complete": None if receipt is None else receipt.complete,  # whether every clip is the real one
            "costUsd": None if receipt is None else f"{receipt.cost_usd.normalize():f}",
            "error": error,
            "createdAt": None if job.created_at is None else moment(job.created_at),
            "finishedAt": None if job.finished_at is None else moment(job.finished_at),
        },
    )


def of_news(news: News, when: datetime) -> dict[str, Json]:
    """The message as Standard Webhooks shapes it."""
    return {"type": str(news.topic), "timestamp": moment(when), "data": dict(news.data)}


def moment(when: datetime) -> str:
    """A time in UTC as RFC 3339 writes it."""
    return when.astimezone(UTC).isoformat().replace("+00:00", "Z")
