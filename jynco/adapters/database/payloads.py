"""What an event says. Ids and states only: whoever needs more reads the row, which is newer."""

from __future__ import annotations

from jynco.model.jobs import ClipRow
from jynco.model.states import JobState
from jynco.model.storyboard import Json


def of_job(job_id: str, state: JobState) -> dict[str, Json]:
    """A job has come to ``state``."""
    return {"jobId": job_id, "state": str(state)}


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
