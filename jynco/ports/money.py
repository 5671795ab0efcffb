"""What it costs, kept: attempts, books, and the gates before vendors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, Protocol

from jynco.model.admission import Ask, Breaker, Gate, GateReport, Limits, Verdict
from jynco.model.findings import Finding
from jynco.model.ids import CacheKey, ProjectId
from jynco.model.jobs import Failure, Generation, Job
from jynco.model.money import Budget, Grain, Loss, Room, Span, Spend
from jynco.model.motion import Ticket
from jynco.model.states import GenerationState

GRACE: Final = 900.0  # seconds for which what a job had ordered when it failed is left to whoever retries it


class Ledger(Protocol):
    """Generations: at most one live attempt per cache key, one owner at a time."""

    def take(
        self, key: CacheKey, job: Job, owner: str, seconds: float, *, price: Decimal | None = ...
    ) -> (
        Generation | None
    ): ...  # made (its price reserved, or BudgetExceeded) or resumed; None: somebody else's
    def advance(
        self,
        generation: Generation,
        state: GenerationState,
        *,
        ticket: Ticket | None = None,
        actual_usd: Decimal | None = None,
        failure: Failure | None = None,
    ) -> Generation: ...
    def beat(self, generation: Generation, seconds: float) -> None: ...
    def sending(
        self, generation: Generation, seconds: float
    ) -> Generation: ...  # from now on the vendor may have heard of it; LeaseLost: then nothing may be sent
    def release(
        self, generation: Generation, *, details: Mapping[str, str] | None = ...
    ) -> None: ...  # the lease, not the attempt; other details with it, where given
    def unknown(
        self, key: CacheKey
    ) -> Generation | None: ...  # the latest that a vendor may have taken, when nobody knows its outcome
    def latest(self, key: CacheKey) -> Generation | None: ...  # whatever became of it
    def knows(self, provider: str, task_id: str) -> bool: ...  # whether some attempt, whosever, is this order
    def history(self, project_id: ProjectId) -> Sequence[Generation]: ...
    def withdraw(
        self, owner: str, seconds: float, limit: int, *, grace: float = GRACE
    ) -> Sequence[Generation]: ...  # wanted by nobody; what a job that failed had ordered, after the grace


class Books(Protocol):
    """What was spent, on what and for nothing; and budgets. ``project_id`` None: the tenant's own, of this month."""

    def total(self, span: Span) -> Spend: ...
    def by(
        self, grains: Sequence[Grain], span: Span, after: Sequence[str] | None, limit: int
    ) -> Sequence[Spend]: ...  # by their words, rising
    def lost(self, span: Span) -> Spend: ...  # for nothing, in all
    def losses(self, span: Span, after: int | None, limit: int) -> Sequence[Loss]: ...  # the newest first
    def settle(self, attempt_id: int, finding: Finding) -> Generation: ...  # NotFound, Conflict, UsageWrong
    def rooms(self, project_id: ProjectId | None) -> Sequence[Room]: ...  # every budget that holds
    def budget(self, project_id: ProjectId | None) -> Budget | None: ...  # NotFound (project)
    def set_budget(self, project_id: ProjectId | None, budget: Budget | None) -> None: ...  # NotFound


class Admission(Protocol):
    """The vendors' gates: limits and pauses hold for all workers together, by the database's clock."""

    def ask(
        self, ask: Ask
    ) -> Verdict: ...  # right before an attempt begins; who is not let in stands in line
    def call(
        self, gate: Gate, whole: Limits, model: Limits
    ) -> Sequence[Job]: ...  # whose turn it is and who would come late; due now, told of once
    def heard(self, gate: Gate, fault: str | None, breaker: Breaker) -> None: ...  # None: the vendor answered
    def running(self, keys: Sequence[CacheKey]) -> frozenset[CacheKey]: ...  # those with a live attempt
    def pause(self, name: str) -> None: ...  # a queue, or "provider:name[:model]"; twice is once
    def resume(self, name: str) -> None: ...
    def paused(self) -> Mapping[str, datetime]: ...  # since when, by name
    def report(self) -> Sequence[GateReport]: ...
    def sweep(self) -> int: ...  # forgets what no limit counts any more
