"""Jobs are handed back by who cannot go on, also while the database is away: then as soon as it is back.

A lease that runs out stands for a worker that died, and three of those end a job. So an outage, however long and
however often it comes, must leave no lease behind whose worker lives.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final

from jynco.errors import LeaseLost, ServiceAway
from jynco.model.ids import JobId
from jynco.model.jobs import Claim, Failure
from workers.heartbeat import STOPPING
from workers.house import house

PAUSE: Final = 0.2  # seconds between two tries; before anybody else has heard that the database is back
log = logging.getLogger("jynco.workers")


def hand_back(claim: Claim, seconds: float, *, waits: Failure | None = None) -> None:
    """Its next step is due in ``seconds``. Comes back at once, whether the database is there or not."""
    _surely(partial(house().database.jobs.park, claim, seconds, waits=waits), claim.job.job_id)


def let_go(job_id: JobId, owner: str) -> None:
    """Hand back what a claim gave whose answer was lost: a lease that nobody knows of would look like a crash."""
    _surely(partial(house().database.jobs.disown, job_id, owner), job_id)


@contextmanager
def or_handed_back(claim: Claim) -> Iterator[None]:
    """Hand the job back should the database be away when the block writes down what became of it."""
    try:
        yield
    except ServiceAway:
        hand_back(claim, 0.0)
        raise


def _surely(write: Callable[[], None], job_id: JobId) -> None:
    """Now, or as soon as the database answers."""
    if not _written(write):
        threading.Thread(target=_later, args=(write, job_id), name="hand back", daemon=True).start()


def _later(write: Callable[[], None], job_id: JobId) -> None:
    pause = threading.Event()
    while not STOPPING.is_set():
        pause.wait(PAUSE)
        if _written(write):
            log.info("handed back late", extra={"job_id": job_id})
            return


def _written(write: Callable[[], None]) -> bool:
    try:
        write()
    except LeaseLost:  # somebody has taken it over, or ended it
        return True
    except ServiceAway:
        return False
    return True
