"""The one table of queues: kinds and lanes, and which worker serves what, in which order.

No message priorities: Redis counts them from 0 down, RabbitMQ from 9 down, SQS has none. A queue per lane
and a worker that keeps the order mean the same thing on every broker. RabbitMQ and SQS serve a worker's queues
in turn, so there a lane's precedence is the reserved worker alone.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Final

from kombu import Exchange, Queue

from jynco.model.states import JobKind, Lane
from workers.brokers import Broker

RESUME: Final = (
    "motion.resume"  # clips that a vendor works on, or whose turn at one has come: before anything new
)
UPKEEP: Final = "upkeep"
LANES: Final = (Lane.HIGH, Lane.NORMAL, Lane.LOW)


def name(kind: JobKind, lane: Lane) -> str:
    """The queue for a kind of work in a lane."""
    return f"{kind}.{lane}"


NAMES: Final = (RESUME, *(name(kind, lane) for kind in JobKind for lane in LANES), UPKEEP)
PAUSABLE: Final = tuple(name(kind, lane) for kind in JobKind for lane in LANES)  # the rest must go on

# RabbitMQ keeps a waiting message's delay in its routing key, which only topics can carry.
_TOPIC: Final = Exchange("jynco", type="topic")
_DELAY: Final = re.compile(r"^(?:[01]\.)+")
# Replicated where there are several nodes. A step may hold its message for as long as the longest film takes, 6 h here
# (RabbitMQ takes 30 min by default, and heeds this from 3.12 on); should it be exceeded, the rows still make it once.
_QUORUM: Final = {"x-queue-type": "quorum", "x-consumer-timeout": 6 * 3600 * 1000}
_FIRST: Final = {"x-priority": 10}


def table(broker: Broker, *, first: bool = False) -> tuple[Queue, ...]:
    """The queues as a broker has them. ``first``: this process is served before others that serve the same queue."""
    if broker is not Broker.RABBITMQ:
        return tuple(Queue(queue, routing_key=queue) for queue in NAMES)
    # A consumer is sent as much as it has threads, from each queue: without precedence a busy worker would keep
    # previews that the reserved one could begin with.
    return tuple(
        Queue(
            queue,
            _TOPIC,
            routing_key=queue,
            queue_arguments=_QUORUM,
            consumer_arguments=_FIRST if first else None,
        )
        for queue in NAMES
    )


def of_key(routing_key: str) -> str:
    """The queue that a message came by, from its routing key, whose delay RabbitMQ has written before it."""
    return _DELAY.sub("", routing_key)


@dataclass(frozen=True, slots=True)
class Role:
    """One kind of worker process."""

    pool: str
    concurrency: int
    queues: tuple[str, ...]  # in the order they are served
    reserved: bool = False  # served before others, where a broker has to be told

    def hands(self, encoders: int) -> int:
        """How many tasks at a time, where there is room for so many FFmpegs: each process of a pool runs one."""
        return self.concurrency if self.pool == "threads" else min(self.concurrency, encoders)

    @property
    def connections(self) -> int:
        """To the database, from one process: steps and heartbeats of all its threads, and the mirror."""
        return self.concurrency + 4 if self.pool == "threads" else 5


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


# Upkeep comes first wherever it is served: it is a tenth of a second in every 15, and who looks for what was lost must
# not wait behind it. Renders serve it too, for no vendor that says nothing can hold those up.
ROLES: Final[dict[str, Role]] = {
    # Waiting for a vendor costs a thread, not a core: many steps of many clips fit in one process.
    "motion": Role("threads", 16, (UPKEEP, RESUME, *(name(JobKind.MOTION, lane) for lane in LANES))),
    # FFmpeg eats cores and may be killed with its worker, so a process each and no more than there are cores.
    "render": Role("prefork", cores(), (UPKEEP, *(name(JobKind.RENDER, lane) for lane in LANES))),
    # Only a worker that takes nothing else starts a preview at once while long batches fill every other slot. What
    # comes back from vendors is mostly the batch's: here it waits for previews, and elsewhere it is served first.
    "preview": Role(
        "threads",
        4,
        (UPKEEP, name(JobKind.MOTION, Lane.HIGH), name(JobKind.RENDER, Lane.HIGH), RESUME),
        reserved=True,
    ),
    # Strict order alone would starve the low lane behind a steady stream of finals.
    "batch": Role("threads", 2, (name(JobKind.MOTION, Lane.LOW), name(JobKind.RENDER, Lane.LOW))),
}
