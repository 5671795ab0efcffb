"""How a motion job ends, as a value."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from jynco.errors import JyncoError, RequestRejected
from jynco.model.ids import ClipId
from jynco.model.jobs import Failure, Generation, Job, Outcome, Remark
from jynco.model.motion import Shot
from jynco.model.states import ClipStatus


def completed(job: Job, source: str, cost: Decimal | None) -> Outcome:
    """The clip is the project's own now; ``cost`` None: it was there, and nothing was made for this job."""
    return Outcome(
        job.job_id,
        clip_of(job),
        ClipStatus.COMPLETED,
        shot_of(job).key,
        source,
        cache_hit=cost is None,
        cost_usd=cost or Decimal(0),
    )


def failed(job: Job, error: JyncoError | Failure) -> Outcome:
    """The outcome of a motion job that ended in ``error``, with what those said who were asked before."""
    why = error if isinstance(error, Failure) else failure(error)
    if job.said and job.shot is not None:
        last = Remark(job.shot.provider, job.shot.model, why.code, why.message)
        why = replace(why, message=" ".join(remark.words for remark in (*job.said, last)))
    return Outcome(job.job_id, clip_of(job), ClipStatus.FAILED, shot_of(job).key, failure=why)


def failure(error: JyncoError) -> Failure:
    """An error as rows and documents keep it."""
    return Failure(error.code, error.message, error.retryable)


def cost_of(row: Generation) -> Decimal:
    """What an attempt cost in US dollars: the vendor's own figure, else its estimate."""
    return next((usd for usd in (row.actual_usd, row.estimated_usd) if usd is not None), Decimal(0))


def shot_of(job: Job) -> Shot:
    """The shot of a motion job."""
    if job.shot is None:
        raise RequestRejected(f"Job {job.job_id} asks for no shot.")
    return job.shot


def clip_of(job: Job) -> ClipId:
    """The clip of a motion job."""
    if job.clip_id is None:
        raise RequestRejected(f"Job {job.job_id} names no clip.")
    return job.clip_id
