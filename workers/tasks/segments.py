"""A share of a film's segments. It returns an outcome and never raises into the chord: its film looks at the shelf."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Final

from celery import Task
from celery.exceptions import Ignore

from jynco.errors import Busy, Cancelled, JyncoError, LeaseLost, NotFound
from jynco.model.ids import CacheKey, JobId
from jynco.model.jobs import Claim
from workers import base, following
from workers.app import app
from workers.heartbeat import HandedBack, Heartbeat
from workers.house import house

LEASES: Final = 2  # so long a film is not rung for again after the last sign of a share
log = logging.getLogger("jynco.workers")


@app.task(bind=True, name="render.segments", max_retries=None, shared=False)
def segments(self: Task[Any, Any], job_id: str, keys: list[str]) -> dict[str, str]:
    """Encode these segments of a film, those of them that are not there."""
    name = f"segments-{job_id}-{keys[0]}"
    try:
        with house().ground.lock.hold(name, timeout=0.01):
            again = bool((self.request.delivery_info or {}).get("redelivered"))
            return {"jobId": job_id, "status": "left" if again else _made(JobId(job_id), keys)}
    except Busy:
        raise Ignore from None  # the same message came twice: the other one answers
    except HandedBack:
        raise self.retry(countdown=0, queue=base.lane_of(self)) from None


def _made(job_id: JobId, keys: Sequence[str]) -> str:
    """How it went; whatever could not be made is left to the film, which tells it, and counts dead workers."""
    try:
        job = house().database.jobs.get(job_id)
        if job.state.terminal:
            return str(job.state)
        heart = Heartbeat(_Attendance(), Claim(job, "", 0), house().settings.lease)
        with following.share(job, len(keys)), heart.beating():
            house().render.make(job, tuple(CacheKey(key) for key in keys), heart)
    except HandedBack:
        raise
    except (Cancelled, LeaseLost, NotFound):
        return "ended"
    except JyncoError as error:
        log.warning("segments are left to their film: %s", error.message, extra={"job_id": job_id})
        return "left"
    except Exception:
        log.exception("segments are left to their film", extra={"job_id": job_id})
        return "left"
    return "made"


class _Attendance:
    """A share's sign of life, in the place of a lease: several work on one film, and none of them holds it."""

    def beat(self, claim: Claim, seconds: float, progress: float) -> None:
        """The film is not rung for again while this goes on. Cancelled, LeaseLost."""
        house().database.jobs.attend(claim.job.job_id, LEASES * seconds, progress)

    def park(self, claim: Claim, seconds: float) -> None:
        """The film is rung for soon: this share is made no further here. Cancelled, LeaseLost."""
        house().database.jobs.attend(claim.job.job_id, seconds, claim.job.progress)
