"""What traces and logs are told of a worker's steps. The place in a trace comes from the job's row: a message that is
sent once more, and a worker that goes on where another one died, stay in the trace of the request.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from jynco.agents.steps import Finished, Refused, Step
from jynco.errors import JyncoError
from jynco.model.ids import JobId
from jynco.model.jobs import Claim, Failure, Job, Outcome, Receipt
from jynco.model.storyboard import Json
from jynco.model.webhooks import Parcel
from jynco.ports.tracing import Fact, Span, listened, note, span
from workers.house import house

NAMES = {"motion": "motion.step", "render": "render.film"}


@contextmanager
def step(claim: Claim) -> Iterator[Span]:
    """A step of a job that is ours now. The log tells of it under the agent's name, with the ids to find it by."""
    job = claim.job
    facts: dict[str, Fact | None] = {
        "worker": claim.owner,
        "fence": claim.fence,
        "crashes": job.crashes,
        "refusals": job.attempts,
    }
    log, ids = logging.getLogger(f"jynco.{job.kind}"), _ids(job)
    log.info("a step begins", extra={**ids, **facts})
    with span(NAMES[job.kind], job.trace, **_whose(job), queue_wait_s=_waited(job), **facts) as told:
        yield told
    log.info("a step has ended", extra=ids)


def _ids(job: Job) -> dict[str, str]:
    ids = {"project_id": job.project_id, "job_id": job.job_id, "trace_id": job.trace.split("-")[1]}
    return {**ids, "clip_id": job.clip_id} if job.clip_id else ids


def share(job: Job, parts: int) -> AbstractContextManager[Span]:
    """A share of a film's segments."""
    return span("render.segments", job.trace, **_whose(job), parts=parts)


def delivery(parcel: Parcel) -> AbstractContextManager[Span]:
    """An attempt at a webhook, in the trace of the job whose end it tells of."""
    delivery = parcel.delivery
    return span(
        "webhook.deliver",
        _place(delivery.payload) if listened() else None,
        delivery_id=delivery.delivery_id,
        webhook_id=delivery.webhook_id,
        topic=str(delivery.topic),
        attempt=delivery.attempts + 1,
    )


def _place(payload: Mapping[str, Json]) -> str | None:
    data = payload.get("data")
    job_id = data.get("jobId") if isinstance(data, dict) else None
    try:
        return house().database.jobs.get(JobId(str(job_id))).trace
    except JyncoError:  # it is gone, or cannot be asked now: then the attempt has a trace of its own
        return None


def told(step: Step) -> Step:
    """The step, once the trace was told of it."""
    if isinstance(step, Finished):
        note(**_outcome(step.outcome))
    elif isinstance(step, Refused):
        note(outcome="refused", code=step.error.code)
    else:
        note(outcome="waiting", wait_s=step.seconds)
    return step


def film(receipt: Receipt | None, failure: Failure | None) -> dict[str, Fact | None]:
    """What became of a film."""
    facts: dict[str, Fact | None] = {"code": failure.code if failure else None}
    if receipt is not None:
        facts |= {"frames": receipt.frames, "complete": receipt.complete, "cost_usd": float(receipt.cost_usd)}
    return facts


def _outcome(outcome: Outcome) -> dict[str, Fact | None]:
    return {
        "outcome": str(outcome.status),
        "cache": "hit" if outcome.cache_hit else "miss",
        "cost_usd": float(outcome.cost_usd),
        "code": outcome.failure.code if outcome.failure else None,
    }


def _whose(job: Job) -> dict[str, Fact | None]:
    return {
        "job_id": job.job_id,
        "project_id": job.project_id,
        "clip_id": job.clip_id,
        "purpose": str(job.purpose),
        "priority": str(job.lane),
    }


def _waited(job: Job) -> float | None:
    """Seconds from the order until somebody began with it."""
    if job.created_at is None or job.started_at is None:
        return None
    return max(0.0, (job.started_at - job.created_at).total_seconds())
