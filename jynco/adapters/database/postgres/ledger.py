"""The ledger: one row per cache key and attempt, written before and after everything that may cost money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    and_,
    case,
    exists,
    func,
    not_,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from jynco.adapters.database import tallies
from jynco.adapters.database.postgres import rows, spending, withdrawals
from jynco.adapters.database.postgres.gate import Gate
from jynco.adapters.database.postgres.metrics import count
from jynco.adapters.database.postgres.tables import LIVE, NOW, generations
from jynco.adapters.database.steps import lost, refuse_step, shot_of
from jynco.errors import ServiceAway
from jynco.model.findings import NOT_BILLED
from jynco.model.ids import CacheKey, ProjectId
from jynco.model.jobs import Failure, Generation, Job
from jynco.model.money import FREE, Budget
from jynco.model.motion import Ticket
from jynco.model.states import GenerationState
from jynco.ports.money import GRACE

TRIES: Final = 5  # a race that is lost five times running is not a race any more

_live = generations.c.state.in_(LIVE)
# As ``steps.never_taken`` says.
_never_taken = and_(
    generations.c.state == GenerationState.FAILED,
    generations.c.task_id.is_(None),
    generations.c.error_code.is_distinct_from(NOT_BILLED),
)


class PostgresLedger:
    """The ``generations`` table."""

    def __init__(self, gate: Gate, ceiling: Budget | None = None) -> None:
        """``ceiling``: what every tenant may spend in a month, whatever its own budget says."""
        self._gate = gate
        self._ceiling = ceiling

    def take(
        self, key: CacheKey, job: Job, owner: str, seconds: float, *, price: Decimal | None = FREE
    ) -> Generation | None:
        """The live attempt for ``key``, or a fresh one that reserves its price; None while somebody else holds it.

        BudgetExceeded where a fresh one has no room; ``price`` None: nobody publishes it.
        """
        for _ in range(TRIES):
            with self._gate.transaction() as connection:
                row = _resume(connection, key, job, owner, seconds)
                if row is not None:
                    return rows.to_generation(row)
                if _exists(connection, key):
                    return None
                spending.reserve(connection, job, price, self._ceiling)
                row = _begin(connection, key, job, owner, seconds, price)
                if row is not None:
                    return rows.to_generation(row, fresh=True)
                if _exists(connection, key):
                    return None
        raise ServiceAway(
            f"The ledger is too busy to begin {key[:12]}; try again in a moment.", retry_after=1.0
        )

    def advance(
        self,
        generation: Generation,
        state: GenerationState,
        *,
        ticket: Ticket | None = None,
        actual_usd: Decimal | None = None,
        failure: Failure | None = None,
    ) -> Generation:
        """One arrow further. LeaseLost when somebody was faster, Conflict when there is no such arrow."""
        refuse_step(generation, state)
        values = {"state": state, **_learned(ticket, actual_usd, failure)}
        if not state.live:
            values["lease_until"] = None
        elif generation.state is GenerationState.UNKNOWN:
            values["withdrawn_at"] = None  # somebody wants it again
        # The state, beside owner and fence, keeps a second advance of the same value out.
        same = generations.c.state == generation.state
        return self._change(_held(generation) & same, generation, values, counted=True)

    def beat(self, generation: Generation, seconds: float) -> None:
        """Hold the attempt for ``seconds`` more, whatever state it has come to meanwhile. LeaseLost."""
        until = case((_live, NOW + timedelta(seconds=seconds)))
        self._change(_held(generation), generation, {"lease_until": until})

    def sending(self, generation: Generation, seconds: float) -> Generation:
        """Hold the intent for ``seconds`` more, and say that its request goes out now. LeaseLost: it must not."""
        intent = generations.c.state == GenerationState.INTENT
        asked: dict[str, object] = {
            "asked_at": func.coalesce(generations.c.asked_at, NOW),
            "lease_until": NOW + timedelta(seconds=seconds),
        }
        return self._change(_held(generation) & intent, generation, asked)

    def release(self, generation: Generation, *, details: Mapping[str, str] | None = None) -> None:
        """Let somebody else go on with this attempt, with other ``details``. LeaseLost when somebody does already."""
        learned = {} if details is None else {"details": dict(details)}
        self._change(_held(generation), generation, {"lease_until": None, **learned})

    def latest(self, key: CacheKey) -> Generation | None:
        """The newest attempt for ``key``, whatever became of it."""
        return self._newest(generations.c.cache_key == key)

    def knows(self, provider: str, task_id: str) -> bool:
        """Whether some attempt is this order of ``provider``, whatever its key and whosever it is."""
        same = (generations.c.provider == provider) & (generations.c.task_id == task_id)
        with self._gate.whole.autocommit() as connection:
            return bool(connection.scalar(select(exists().where(same))))

    def unknown(self, key: CacheKey) -> Generation | None:
        """The latest attempt for ``key`` that its vendor may have taken, when nobody knows whether it was billed."""
        row = self._newest((generations.c.cache_key == key) & not_(_never_taken))
        return row if row is not None and row.state is GenerationState.UNKNOWN else None

    def history(self, project_id: ProjectId) -> Sequence[Generation]:
        """Every attempt ever made for the project, deleted or not, the newest first."""
        chosen = select(generations).where(generations.c.project_id == project_id, self._own())
        with self._gate.autocommit() as connection:
            found = connection.execute(chosen.order_by(generations.c.generation_id.desc()))
            return [rows.to_generation(row) for row in found.mappings()]

    def withdraw(
        self, owner: str, seconds: float, limit: int, *, grace: float = GRACE
    ) -> Sequence[Generation]:
        """Up to ``limit`` live attempts that nobody wants any more, taken for ``seconds``.

        What a job that failed had ordered is left to whoever retries it for ``grace`` seconds. ``fresh`` for those
        that this very call has marked as withdrawn: their vendor does not know it yet.
        """
        with self._gate.transaction() as connection:
            found = withdrawals.take(connection, owner, seconds, limit, grace)
            return [rows.to_generation(row, fresh=first) for row, first in found]

    def _newest(self, which: ColumnElement[bool]) -> Generation | None:
        mine = select(generations).where(which, self._own())
        with self._gate.autocommit() as connection:
            found = connection.execute(mine.order_by(generations.c.attempt.desc()).limit(1))
            row = found.mappings().one_or_none()
        return None if row is None else rows.to_generation(row)

    def _own(self) -> ColumnElement[bool]:
        return true() if self._gate.tenant is None else generations.c.tenant == self._gate.tenant

    def _change(
        self,
        held: ColumnElement[bool],
        generation: Generation,
        values: dict[str, object],
        *,
        counted: bool = False,
    ) -> Generation:
        """``counted``: ``generation`` is how the row stands just now, so that what is new in it can be told."""
        ours = update(generations).where(held).values(**values, updated_at=NOW)
        with self._gate.transaction() as connection:
            row = connection.execute(ours.returning(generations)).mappings().one_or_none()
            if row is None:
                raise lost(generation)
            changed = rows.to_generation(row)
            if counted:
                count(connection, *tallies.of_attempt(generation, changed))
        return changed


def _held(generation: Generation) -> ColumnElement[bool]:
    same = generations.c.generation_id == generation.generation_id
    return same & (generations.c.owner == generation.owner) & (generations.c.fence == generation.fence)


def _resume(connection: Connection, key: CacheKey, job: Job, owner: str, seconds: float) -> RowMapping | None:
    """The live attempt, if free or this very job's own; another job of the same worker is a stranger too."""
    until = generations.c.lease_until
    own = (generations.c.owner == owner) & (generations.c.job_id == job.job_id)
    wanted = _live & generations.c.withdrawn_at.is_(None)
    taken = update(generations).where(
        generations.c.cache_key == key, wanted, or_(until.is_(None), until <= NOW, own)
    )
    lease = {"owner": owner, "job_id": job.job_id, "lease_until": NOW + timedelta(seconds=seconds)}
    resumed = taken.values(**lease, fence=generations.c.fence + 1, updated_at=NOW).returning(generations)
    return connection.execute(resumed).mappings().one_or_none()


def _exists(connection: Connection, key: CacheKey) -> bool:
    found = connection.scalar(select(generations.c.state).where(generations.c.cache_key == key, _live))
    return found is not None


def _begin(
    connection: Connection, key: CacheKey, job: Job, owner: str, seconds: float, price: Decimal | None
) -> RowMapping | None:
    """A new attempt; the unique index on live attempts lets only one of many through."""
    clip_id, shot = shot_of(job)
    last = select(func.coalesce(func.max(generations.c.attempt), 0)).where(generations.c.cache_key == key)
    asked = {"project_id": job.project_id, "clip_id": clip_id, "job_id": job.job_id}
    maker = {"provider": shot.provider, "model": shot.model, "owner": owner}
    payer = {"tenant": spending.tenant_of(connection, job), "correlation_id": job.correlation_id}
    begun = insert(generations).values(
        cache_key=key,
        attempt=last.scalar_subquery() + 1,
        lease_until=NOW + timedelta(seconds=seconds),
        shot=shot.to_json(),
        estimated_usd=price,
        asked_at=None,
        **asked,
        **maker,
        **payer,
    )
    once = begun.on_conflict_do_nothing().returning(generations)
    return connection.execute(once).mappings().one_or_none()


def _learned(ticket: Ticket | None, actual_usd: Decimal | None, failure: Failure | None) -> dict[str, object]:
    """Only what is new; what is known already stays."""
    values: dict[str, object] = {}
    if ticket is not None:
        values |= {"task_id": ticket.task_id, "details": dict(ticket.details)}
        if ticket.estimated_usd is not None:
            values["estimated_usd"] = ticket.estimated_usd
    if actual_usd is not None:
        values["actual_usd"] = actual_usd
    if failure is not None:
        values |= {"error_code": failure.code, "error_message": failure.message}
    return values
