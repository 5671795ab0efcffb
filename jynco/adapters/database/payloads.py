"""What an event says. Ids, states and progress only: whoever needs more reads the row, which is newer."""

from __future__ import annotations

from typing import Final

from jynco.model.jobs import ClipRow
from jynco.model.states import JobState
from jynco.model.storyboard import Json

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
