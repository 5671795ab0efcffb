"""Whether a message is lost or only waits: asked of the broker before anything is sent once more.

A job that nobody has heard of for a while may stand in a long queue. Ringing for it every half minute would make the
queue longer and longer, so it is not done where plenty of messages wait already.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from jynco.model.jobs import Job
from workers import queues
from workers.app import app
from workers.brokers import away, depth

PLENTY: Final = 2  # messages for each job that waits: where there are more, none need be added
log = logging.getLogger("jynco.upkeep")


def unheard(stranded: Sequence[Job]) -> list[Job]:
    """Those that may have lost their message; none while the broker cannot be asked, for then nobody can ring."""
    lanes: defaultdict[str, list[Job]] = defaultdict(list)
    for job in stranded:
        lanes[queues.name(job.kind, job.lane)].append(job)
    try:
        with app.connection_for_read() as connection:
            thin = [lane for lane, jobs in lanes.items() if depth(connection, lane) <= PLENTY * len(jobs)]
    except away() as fault:
        log.warning("the broker is away, the sweeper will ring later: %s", fault)
        return []
    return [job for lane in thin for job in lanes[lane]]
