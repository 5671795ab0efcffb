"""One film, when every clip below it has ended. It looks at the rows, never at the chord's list."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Final, NoReturn

from celery import Task
from celery.exceptions import Ignore

from jynco.agents.parting import Share, Workers
from jynco.agents.render import Rendered
from jynco.errors import Cancelled, JyncoError, LeaseLost, NotFound, ServiceAway
from jynco.model.ids import JobId, ProjectId
from jynco.model.jobs import Claim, Failure
from workers import base, capacity, dispatch, following, queues
from workers.app import app, countdown
from workers.handing import or_handed_back
from workers.house import house
from workers.tasks.motion import stored

SHARINGS: Final = (
    3  # times that a film's segments are handed out: a segment that kills its workers must not go round
)
SHARES: Final = 2  # leases that a film waits for a first sign of its shares
log = logging.getLogger("jynco.workers")


@app.task(bind=True, name="render.film", max_retries=None, shared=False)
def film(self: Task[Any, Any], job_id: str) -> dict[str, str]:
    """Compose the film of a render job."""
    try:
        return _film(JobId(job_id))
    except base.PutOff as off:
        _again(self, off.seconds)
    except ServiceAway:
        _again(self, base.until_back())


def _again(task: Task[Any, Any], seconds: float) -> NoReturn:
    raise task.retry(countdown=countdown(seconds), queue=base.lane_of(task))


def _film(job_id: JobId) -> dict[str, str]:
    if house().database.jobs.unfinished(job_id):
        raise Ignore  # rung too early: the last clip, or the sweeper, rings again
    base.hold_back(job_id)
    claim = base.claim(job_id)
    if claim is None:
        return stored(job_id)
    try:
        with following.step(claim) as told, base.working(claim) as heart:
            died = base.poisoned(claim)
            if died:
                raise died
            rendered = house().render.film(claim.job, heart, _sharing(claim))
            _show(claim.job.project_id, rendered)
            told.note(shares=len(rendered.shares), **following.film(rendered.receipt, rendered.failure))
    except LeaseLost:
        raise Ignore from None
    except Cancelled:
        return {"jobId": job_id, "status": "cancelled"}
    except ServiceAway as away:
        base.put_off(claim, away)
        return _end(claim, Failure(away.code, away.message, away.retryable))
    except JyncoError as error:
        return _end(claim, Failure(error.code, error.message, error.retryable))
    except Exception:
        log.exception("a render failed", extra={"job_id": job_id})
        return _end(claim, Failure("internal", f"A fault inside Jynco; the log names {job_id}."))
    if rendered.shares:
        return _shared(claim, rendered.shares)
    return _end(claim, rendered.failure, rendered)


def _sharing(claim: Claim) -> Workers | None:
    """What workers that died have left is shared again; at last one makes it, which is counted should it die too."""
    if claim.job.attempts >= SHARINGS:
        return None
    queue = queues.name(claim.job.kind, claim.job.lane)
    return lambda effort: capacity.workers(queue) if effort >= house().settings.fan_out else 1


def _shared(claim: Claim, shares: Sequence[Share]) -> dict[str, str]:
    """Park the film until its segments are there. Should nobody ring, the sweeper does, once no share is at work."""
    try:
        with or_handed_back(claim):
            house().database.jobs.park(claim, SHARES * house().settings.lease, refused=True)
    except LeaseLost:
        raise Ignore from None
    dispatch.gather(claim.job, shares)
    return {"jobId": claim.job.job_id, "status": "shared"}


def _show(project_id: ProjectId, rendered: Rendered) -> None:
    """Who sees that the film is there sees its clips in the document; where that cannot be written, later.

    It may wait for whoever writes the document now, so it needs a heartbeat; and it never costs the film its end.
    """
    if rendered.shares:
        return
    try:
        house().storyboard.refresh(project_id)
    except NotFound:  # deleted meanwhile
        return
    except Exception:
        log.exception("a mirror stays behind", extra={"project_id": project_id})


def _end(claim: Claim, failure: Failure | None, rendered: Rendered | None = None) -> dict[str, str]:
    here = house()
    try:
        with or_handed_back(claim):
            here.database.jobs.finish_render(
                claim,
                output=rendered.output if rendered else None,
                receipt=rendered.receipt if rendered else None,
                failure=failure,
            )
    except LeaseLost:
        raise Ignore from None
    dispatch.announce()
    return {"jobId": claim.job.job_id, "status": "failed" if failure else "completed"}
