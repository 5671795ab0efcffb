"""What is counted, under which names. What happened is told as a Tally; who reads gets it added up, as a Total.

Names and units follow Prometheus. Nothing here is a number of one process: tallies are rows, so they survive
restarts, never go down when a project is deleted, and mean the same whoever asks.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from jynco.model.census import Line
from jynco.model.states import JobKind


@dataclass(frozen=True, slots=True)
class Tally:
    """Something that happened, once or several times, to be counted with its like."""

    metric: str
    labels: tuple[str, ...]
    bucket: int = 0  # of a distribution: which of its bounds the amount lies below
    amount: float = 1.0  # of all times together
    times: int = 1


@dataclass(frozen=True, slots=True)
class Total:
    """All that happened of one kind: how often, and the sum of the amounts."""

    metric: str
    labels: tuple[str, ...]
    bucket: int
    count: int
    amount: float


@dataclass(frozen=True, slots=True)
class Metric:
    """A name, what it means, and what it is told apart by; with ``bounds`` it is a distribution, else a counter."""

    name: str
    meaning: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()

    def tally(self, *labels: str, amount: float = 1.0) -> Tally:
        """Something to count. ValueError unless there is a word for each label."""
        if len(labels) != len(self.labels):
            raise ValueError(f"{self.name} is told apart by {', '.join(self.labels)}.")
        return Tally(self.name, labels, bisect_left(self.bounds, amount), amount)


_MOMENTS: Final = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0)  # seconds

AGENT_RUNS: Final = Metric(
    "jynco_agent_runs", "What an agent was asked to do, by how it ended.", ("agent", "outcome", "code")
)
CACHE_LOOKUPS: Final = Metric(
    "jynco_cache_lookups",
    "Clips and segments that were wanted, by whether they were there.",
    ("kind", "result"),
)
GENERATION: Final = Metric(
    "jynco_generation_seconds",
    "From an attempt's intent until its clip lay verified in the cache.",
    ("provider", "model"),
    _MOMENTS,
)
ATTEMPTS: Final = Metric(
    "jynco_provider_attempts",
    "Attempts at providers that have ended, by how.",
    ("provider", "model", "state"),
)
QUEUE_WAIT: Final = Metric(
    "jynco_queue_wait_seconds", "From a clip's order until a worker began with it.", ("priority",), _MOMENTS
)
RENDER_SECONDS: Final = Metric(
    "jynco_render_seconds", "Time that finished films took to compose and encode.", ("purpose",)
)
FILM_SECONDS: Final = Metric("jynco_film_seconds", "Playing time of finished films.", ("purpose",))
SPEND: Final = Metric("jynco_spend_usd", "US dollars that settled attempts have cost.", ("provider", "model"))
LEASES_LOST: Final = Metric(
    "jynco_leases_lost", "Jobs taken over from a worker that did not hold its lease.", ("kind",)
)
SWEEPER: Final = Metric("jynco_sweeper_actions", "What the sweeper found to do.", ("action",))

NEARBY: Final = Metric(
    "jynco_nearby_files",
    "Files in a bucket that a machine wanted as files, by whether a copy was at hand there.",
    ("result",),
)
FETCHED: Final = Metric("jynco_fetched_bytes", "Bytes that machines have fetched from a bucket.")

HTTP_REQUESTS: Final = Metric(
    "jynco_http_requests", "Requests that were answered, by route and status.", ("method", "route", "status")
)
HTTP_SECONDS: Final = Metric(
    "jynco_http_request_seconds",
    "From a request's arrival until its answer began.",
    ("method", "route"),
    (0.005, 0.02, 0.1, 0.3, 1.0, 3.0, 10.0),
)

ALL: Final = (
    AGENT_RUNS,
    CACHE_LOOKUPS,
    GENERATION,
    ATTEMPTS,
    QUEUE_WAIT,
    RENDER_SECONDS,
    FILM_SECONDS,
    SPEND,
    LEASES_LOST,
    SWEEPER,
    NEARBY,
    FETCHED,
    HTTP_REQUESTS,
    HTTP_SECONDS,
)


@dataclass(frozen=True, slots=True)
class Vitals:
    """How things stand at this moment, over all tenants."""

    lines: tuple[Line, ...] = ()  # queues in which something waits
    running: Mapping[JobKind, int] = field(default_factory=dict)
    reserved: Mapping[tuple[str, str], Decimal] = field(
        default_factory=dict
    )  # US dollars by provider and model
    mirrors_behind: int = 0
    webhooks_owed: int = 0
