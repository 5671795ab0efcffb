"""Admission: who may begin at a vendor now, and why the others wait.

A *gate* is one model of one provider behind one key: what a vendor limits. Nobody passes while people hold the gate
back, while it is paused because it kept failing, or while as many are inside as it allows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from jynco.model.ids import CacheKey, JobId
from jynco.model.jobs import Job
from jynco.model.motion import Shot

PAUSES: Final = 4  # of a gate that keeps failing, through which a job waits before it ends
LATE: Final = 5.0  # seconds that who is next may come late by themselves, before they are called
PROVIDER: Final = "provider:"  # before a provider's name where queues have names too


@dataclass(frozen=True, slots=True)
class Gate:
    """One model of one provider, behind one key (a digest of it; empty where there is none)."""

    provider: str
    model: str
    account: str = ""

    @property
    def name(self) -> str:
        """As people write it."""
        return f"{self.provider}:{self.model}"

    @property
    def pauses(self) -> tuple[str, str]:
        """The names under which people may hold it back."""
        return PROVIDER + self.provider, PROVIDER + self.name


@dataclass(frozen=True, slots=True)
class Limits:
    """How many attempts may live at once, and begin in any minute and in any 24 hours; None: as many as like."""

    concurrent: int | None = None
    per_minute: int | None = None
    per_day: int | None = None

    def __bool__(self) -> bool:
        return any(limit is not None for limit in (self.concurrent, self.per_minute, self.per_day))


@dataclass(frozen=True, slots=True)
class Breaker:
    """When a gate that keeps failing is paused: after how many failures in a row, and for how many seconds.

    The first pause lasts ``pause``; while one probe after the other fails, each is twice as long, up to ``longest``.
    """

    failures: int = 5
    pause: float = 5.0
    longest: float = 60.0

    def lasts(self, trips: int) -> float:
        """Seconds of the pause that follows ``trips`` earlier ones."""
        return min(self.pause * 2.0 ** min(trips, 30), self.longest)

    @property
    def patience(self) -> float:
        """Seconds that a job without another provider waits for one that keeps failing: four pauses.

        That is one more than the retries of a refused order, so waiting here outlives them.
        """
        return sum(self.lasts(trips) for trips in range(PAUSES))


@dataclass(frozen=True, slots=True)
class Rules:
    """How an installation treats its vendors; ``limits`` by "provider" or "provider:model", accounts by provider."""

    limits: Mapping[str, Limits] = field(default_factory=dict)
    accounts: Mapping[str, str] = field(default_factory=dict)
    breaker: Breaker = field(default_factory=Breaker)
    failover_moderated: bool = (
        False  # whether another provider may be asked what the first one's safety refused
    )
    poll: float = 5.0  # seconds between two looks

    def gate(self, shot: Shot) -> Gate:
        """Where a shot has to pass."""
        return self.gate_of(shot.provider, shot.model)

    def gate_of(self, provider: str, model: str) -> Gate:
        """The gate of a model, behind this installation's key."""
        return Gate(provider, model, self.accounts.get(provider, ""))

    def limits_at(self, gate: Gate) -> tuple[Limits, Limits]:
        """Of all the provider's models together, and of this one."""
        return self.limits.get(gate.provider, Limits()), self.limits.get(gate.name, Limits())

    def place(self, job: Job) -> Place | None:
        """Where a job stands from the moment it is accepted; None where as many pass as like."""
        if job.shot is None or not any(self.limits_at(self.gate(job.shot))):
            return None
        return Place(job.job_id, self.gate(job.shot), job.shot.key)


@dataclass(frozen=True, slots=True)
class Place:
    """In a gate's line, before a worker has heard of the job: else who floods the queue would be first at the gate.

    It is kept for ``seconds``; a job whose message takes longer stands in line again when a worker asks for it.
    """

    job_id: JobId
    gate: Gate
    key: CacheKey
    seconds: float = 120.0


@dataclass(frozen=True, slots=True)
class Ask:
    """A job that would begin an attempt now. Times in seconds.

    ``lease``: how long an admission holds its place before the attempt is in the ledger; ``patience``: how long
    who waits keeps a place in the line without asking again.
    """

    gate: Gate
    key: CacheKey
    job: Job
    whole: Limits  # of all the provider's models together
    model: Limits
    lease: float
    patience: float

    @property
    def limited(self) -> bool:
        """Whether there is anything to count."""
        return bool(self.whole) or bool(self.model)


class Why(StrEnum):
    """What the gate says."""

    ADMITTED = "admitted"
    RUNNING = "running"  # an attempt for this very clip is under way: there is nothing to begin
    HELD = "held"  # people have paused it
    FAILING = "failing"  # it kept failing
    PROBED = "probed"  # it kept failing, and another one is trying just now
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The gate's answer; ``seconds``: no use in asking sooner; ``place`` in the line, from 0; ``rate``: how many
    were let in a second, lately (0: nobody was); ``trips``: pauses of a failing gate so far, one after the other."""

    why: Why
    seconds: float = 0.0
    place: int = 0
    reason: str = ""
    trips: int = 0
    rate: float = 0.0


@dataclass(frozen=True, slots=True)
class GateReport:
    """How a gate is doing, for people. Keys are not told apart here."""

    provider: str
    model: str
    running: int = 0
    waiting: int = 0
    failures: int = 0  # in a row
    reason: str | None = None  # of the last one
    open_until: datetime | None = None  # the breaker lets nobody through before


def room(*spaces: tuple[int | None, int]) -> int | None:
    """How many more may pass, of pairs of a limit and what is used of it; None: as many as like."""
    return min((limit - used for limit, used in spaces if limit is not None), default=None)


def tightest(limits: Iterable[Limits]) -> Limits:
    """The narrowest of several."""
    known = list(limits)
    return Limits(
        _least(one.concurrent for one in known),
        _least(one.per_minute for one in known),
        _least(one.per_day for one in known),
    )


def _least(numbers: Iterable[int | None]) -> int | None:
    return min((number for number in numbers if number is not None), default=None)
