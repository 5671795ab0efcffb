"""Whether a message is lost or only waits: asked of the broker before anything is sent once more.

A job that nobody has heard of for a while may stand in a long queue. Ringing for it every half minute would make the
queue longer and longer, so it is not done where plenty of messages wait already. Those may all be others', though, that
come in a steady stream: who was sought in vain for long is rung for all the same, more and more seldom.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from typing import Final

from kombu import Connection

from jynco.model.jobs import Job
from workers import queues
from workers.app import app
from workers.brokers import away, depth

PLENTY: Final = 2  # messages for each job that waits: where there are more, none need be added
BEGUN: Final = 2  # rounds in vain until a job that had begun is rung for, whatever waits
NEW: Final = 8  # the same for one that nobody has taken yet: it may well stand in a long queue
log = logging.getLogger("jynco.upkeep")


class Round:
    """One round of the sweeper, in which jobs come page by page.

    Messages are counted when a lane is met for the first time, for those that come later may be the round's own. A lane
    that holds at least as many as jobs were found has lost none of them, as far as anybody can tell.
    """

    def __init__(self) -> None:
        self.silent = False  # the broker cannot be asked, so nobody can ring
        self._messages: dict[str, int] = {}
        self._jobs: Counter[str] = Counter()
        self._thin: set[str] = set()

    def unheard(self, page: Sequence[Job]) -> list[Job]:
        """Those that may have lost their message; none while the broker cannot be asked."""
        found = Counter(map(_lane, page))
        try:
            with app.connection_for_read() as connection:
                self._count(connection, found)
        except away() as fault:
            log.warning("the broker is away, the sweeper will ring later: %s", fault)
            self.silent = True
            return []
        return [job for job in page if _lane(job) in self._thin or overdue(job)]

    def _count(self, connection: Connection, found: Counter[str]) -> None:
        for lane, jobs in found.items():
            if lane not in self._messages:
                self._messages[lane] = depth(connection, lane)
                self._thin |= {lane} if self._messages[lane] <= PLENTY * jobs else set()
            self._jobs[lane] += jobs
            self._thin |= {lane} if self._messages[lane] < self._jobs[lane] else set()


def overdue(job: Job) -> bool:
    """Whether it is time to ring for it, however much waits: each time after twice as many rounds in vain."""
    rounds = job.resends
    return rounds >= (NEW if job.started_at is None else BEGUN) and rounds & (rounds - 1) == 0


def _lane(job: Job) -> str:
    return queues.name(job.kind, job.lane)
