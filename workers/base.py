"""When something is tried again. Whether it may be is said by the error itself (``jynco.errors``).

=========================  =================================================================
what happened              what is done
=========================  =================================================================
taken by another worker    ``Ignore``: not counted by the chord, the other one answers
ended already              the stored outcome is returned again
the provider works         the next look after ``JYNCO_POLL_SECONDS``, first in line
no room at the provider    asked again later, the further back in its line the later, with new ones; not counted
people paused its queue    the message comes back in its own lane; what has begun goes on
the provider refused       three more tries after 1, 2, 4 times ``JYNCO_RETRY_BASE_SECONDS``, at least its Retry-After
this worker ends           handed back at once, first in line
the disk is full           tried again, every 5 s at last, and shown as waiting; ends after ``JYNCO_GIVE_UP_SECONDS``
the database is away       the message is tried again every 5 s, and the job handed back as soon as it can be
the worker died            such jobs go on one at a time in each process: it may be one of them that kills
the worker died 3 times    the job ends as failed: it is what kills them
=========================  =================================================================
"""

from __future__ import annotations

import logging
import os
import random
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from celery import Task

from jynco.errors import JyncoError, NotAccepted, ServiceAway
from jynco.model.ids import JobId
from jynco.model.jobs import Claim, Failure, Job
from workers import queues
from workers.handing import hand_back, let_go
from workers.heartbeat import HandedBack, Heartbeat
from workers.house import house

log = logging.getLogger("jynco.workers")
RETRIES: Final = 3  # after the first try, for submits that were refused

CRASHES: Final = 3
LONGEST_WAIT: Final = 60.0  # seconds that anybody who is away or busy may ask for
HELD_BACK: Final = 15.0  # seconds, at most, until what was resumed goes on
AWAY: Final = 5.0  # seconds between two tries while something is away
_quarantine: Final = threading.Lock()


class WorkerDied(JyncoError):
    """The job was being worked on each time a worker died."""

    code = "worker_died"


class InternalFault(JyncoError):
    """A fault of ours; the log has the trace."""

    code = "internal"


class PutOff(Exception):
    """The step goes on in ``seconds``, with the same message, by ``queue``; None: by that which it came by."""

    def __init__(self, seconds: float, queue: str | None = queues.RESUME) -> None:
        super().__init__(seconds)
        self.seconds = seconds
        self.queue = queue


def hold_back(job_id: JobId) -> None:
    """PutOff for a job that has not begun, while people hold its queue back."""
    here = house()
    wait = min(3 * here.settings.poll, HELD_BACK) * random.uniform(0.9, 1.1)
    if here.database.jobs.held_back(job_id, wait):
        raise PutOff(wait, None)


def lane_of(task: Task[Any, Any]) -> str:
    """The queue this message came by."""
    return queues.of_key(str((task.request.delivery_info or {}).get("routing_key") or queues.UPKEEP))


def claim(job_id: JobId) -> Claim | None:
    """Take the job for this step, or None when it is somebody else's, or over."""
    here, owner = house(), f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:12]}"
    try:
        return here.database.jobs.claim(job_id, owner, here.settings.lease)
    except ServiceAway:
        let_go(job_id, owner)
        raise


@contextmanager
def quarantined(claim: Claim) -> Iterator[bool]:
    """Whether the job may go on now. What crashed with a worker goes on alone, lest its neighbours crash again."""
    suspect = claim.job.crashes > 0
    alone = not suspect or _quarantine.acquire(blocking=False)
    try:
        yield alone
    finally:
        if suspect and alone:
            _quarantine.release()


@contextmanager
def working(claim: Claim) -> Iterator[Heartbeat]:
    """Hold the lease for the length of the block."""
    here = house()
    with Heartbeat(here.database.jobs, claim, here.settings.lease).beating() as heart:
        yield heart


def poisoned(claim: Claim) -> WorkerDied | None:
    """Whether this job has been there each time when workers died."""
    if claim.job.crashes < CRASHES:
        return None
    return WorkerDied(f"The worker died {claim.job.crashes} times at this job: see its log, then retry.")


def put_off(claim: Claim, away: ServiceAway) -> None:
    """Hand the job back until what is away may be there again (PutOff); returns when that has lasted for too long.

    Nobody refused anything, so this spends none of the job's tries.
    """
    if isinstance(away, HandedBack):
        hand_back(claim, 0.0)
        raise PutOff(0.0)
    waited = _waited(claim.job, away)
    if waited < house().settings.give_up:
        wait = min(max(waited, house().settings.retry_base), until_back()) * random.uniform(1.0, 1.1)
        hand_back(claim, wait, waits=Failure(away.code, away.message, away.retryable))
        raise PutOff(wait)


def _waited(job: Job, away: ServiceAway) -> float:
    """Seconds since the same first kept the job from going on."""
    if job.waits is None or job.waits.code != away.code or job.waits_since is None:
        return 0.0
    return (house().clock.now() - job.waits_since).total_seconds()


def until_back() -> float:
    """Seconds until it is worth looking again whether what is away has come back."""
    return min(AWAY, house().settings.lease)


def wait_after_refusal(attempts: int, error: JyncoError) -> float | None:
    """Seconds until the next try, or None when the tries are used up. ``attempts``: refusals so far."""
    if not isinstance(error, NotAccepted) or attempts >= RETRIES:
        return None
    base = house().settings.retry_base * 2.0**attempts
    least = max(base, min(error.retry_after or 0.0, LONGEST_WAIT))
    return least + random.uniform(0, base / 10)
