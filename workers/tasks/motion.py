"""One clip, step by step until its row is terminal. It returns an outcome and never raises into the chord."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Any, NoReturn

from celery import Task
from celery.exceptions import Ignore

from jynco.agents.motion import failed, failure
from jynco.agents.steps import Finished, Refused, Step, Waiting
from jynco.errors import Cancelled, JyncoError, LeaseLost, NotFound, ServiceAway
from jynco.model.ids import JobId
from jynco.model.jobs import Claim, Job, Outcome
from jynco.ports import Heart
from workers import base, dispatch, following, queues
from workers.app import app, countdown
from workers.courier import courier
from workers.handing import or_handed_back
from workers.house import house
from workers.mirror import mirror

log = logging.getLogger("jynco.workers")


@app.task(bind=True, name="motion.make", max_retries=None, shared=False)
def make(self: Task[Any, Any], job_id: str) -> dict[str, str]:
    """Go on with one clip as far as it goes now."""
    try:
        return _make(JobId(job_id))
    except base.PutOff as off:
        again(self, off.seconds, off.queue or base.lane_of(self))
    except LeaseLost:
        raise Ignore from None
    except ServiceAway:
        again(self, base.until_back())


def _make(job_id: JobId) -> dict[str, str]:
    base.hold_back(job_id)
    claim = base.claim(job_id)
    if claim is None:
        return stored(job_id)
    mirror.changed(claim.job.project_id, claim.job.trace)
    try:
        with following.step(claim), base.quarantined(claim) as may_go_on, base.working(claim) as heart:
            step = following.told(_step(claim, heart)) if may_go_on else Waiting()
    except LeaseLost:
        raise Ignore from None
    except Cancelled:
        dispatch.withdraw()  # what was ordered for it is free now
        return {"jobId": job_id, "status": "cancelled"}
    except ServiceAway as away:
        base.put_off(claim, away)
        step = Finished(failed(claim.job, away))
    except JyncoError as error:
        step = Finished(failed(claim.job, error))
    except Exception:
        log.exception("a motion step failed", extra={"job_id": job_id})
        step = Finished(
            failed(claim.job, base.InternalFault(f"A fault inside Jynco; the log names {job_id}."))
        )
    with or_handed_back(claim):
        return _follow(claim, step)


def _step(claim: Claim, heart: Heart) -> Step:
    died = base.poisoned(claim)
    return Finished(failed(claim.job, died)) if died else house().motion.advance(claim, heart)


def _follow(claim: Claim, step: Step) -> dict[str, str]:
    jobs = house().database.jobs
    if isinstance(step, Refused):
        wait = base.wait_after_refusal(claim.job.refusals, step.error)
        if wait is not None:
            jobs.park(claim, wait, refused=True)
            _call_next(claim.job)
            raise base.PutOff(wait)
        step = house().motion.ended(claim, failure(step.error))
    if isinstance(step, Finished):
        return _finish(claim, step.outcome)
    wait = house().settings.poll if step.seconds is None else step.seconds
    jobs.park(claim, wait, waits=step.why)
    raise base.PutOff(wait, queues.RESUME if step.begun else queues.name(claim.job.kind, claim.job.lane))


def _finish(claim: Claim, outcome: Outcome) -> dict[str, str]:
    try:
        house().database.jobs.finish_motion(claim, outcome)
    except LeaseLost:
        raise Ignore from None
    mirror.changed(claim.job.project_id, claim.job.trace)
    courier.ring()
    _call_next(claim.job)
    return {"jobId": outcome.job_id, "status": str(outcome.status)}


def _call_next(job: Job) -> None:
    """A place may be free at its vendor; whoever is next need not find out by themselves. Else the sweeper calls."""
    with suppress(JyncoError):
        dispatch.call(house().motion.next(job.shot))


def again(task: Task[Any, Any], seconds: float, queue: str = queues.RESUME) -> NoReturn:
    """The same task id and place in the chord, after ``seconds``, before anything new."""
    raise task.retry(countdown=countdown(seconds), queue=queue)


def stored(job_id: JobId) -> dict[str, str]:
    """What a job that has ended answers when its message comes once more; Ignore while somebody works on it."""
    try:
        job = house().database.jobs.get(job_id)
    except NotFound:  # deleted with its project: there is nobody left to answer
        return {"jobId": job_id, "status": "deleted"}
    if not job.state.terminal:
        raise Ignore
    return {"jobId": job_id, "status": str(job.state)}
