"""Jobs are handed back by who cannot go on, also while the database is away: then as soon as it is back.

A lease that runs out stands for a worker that died, and three of those end a job. So an outage, however long and
however often it comes, must leave no lease behind whose worker lives.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from jynco.errors import LeaseLost, ServiceAway
from jynco.model.jobs import Claim, Failure
from workers.heartbeat import STOPPING
from workers.house import house

PAUSE: Final = 0.2  # seconds between two tries; before anybody else has heard that the database is back
log = logging.getLogger("jynco.workers")


def hand_back(claim: Claim, seconds: float, *, waits: Failure | None = None) -> None:
    """Its next step is due in ``seconds``. Comes back at once, whether the database is there or not."""
    if not _parked(claim, seconds, waits):
        late = threading.Thread(target=_later, args=(claim, seconds, waits), name="hand back", daemon=True)
        late.start()


@contextmanager
def or_handed_back(claim: Claim) -> Iterator[None]:
    """Hand the job back should the database be away when the block writes down what became of it."""
    try:
        yield
    except ServiceAway:
        hand_back(claim, 0.0)
        raise


def _later(claim: Claim, seconds: float, waits: Failure | None) -> None:
    pause = threading.Event()
    while not STOPPING.is_set():
        pause.wait(PAUSE)
        if _parked(claim, seconds, waits):
            log.info("handed back late", extra={"job_id": claim.job.job_id})
            return


def _parked(claim: Claim, seconds: float, waits: Failure | None) -> bool:
    try:
        house().database.jobs.park(claim, seconds, waits=waits)
    except LeaseLost:  # somebody has taken it over, or ended it
        return True
    except ServiceAway:
        return False
    return True
