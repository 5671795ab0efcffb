"""The vendors' gates. What counts is what the rows say now: live attempts, so that nothing leaks with a dead worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from jynco.adapters.database import sentences
from jynco.adapters.database.postgres import breakers, calling, queueing
from jynco.adapters.database.postgres.admission_tables import admissions, pauses
from jynco.adapters.database.postgres.gate import Gate as Way
from jynco.adapters.database.postgres.tables import LIVE, NOW, generations
from jynco.model.admission import Ask, Breaker, Gate, GateReport, Limits, Verdict, Why
from jynco.model.ids import CacheKey
from jynco.model.jobs import Job

KEPT: Final = timedelta(days=1, minutes=5)  # daily limits look a day back


class PostgresAdmission:
    """The tables ``admissions``, ``breakers`` and ``pauses``, read with the ledger."""

    def __init__(self, way: Way) -> None:
        self._way = way

    def ask(self, ask: Ask) -> Verdict:
        """Whether the attempt may begin. One transaction; those of one limited gate take turns."""
        with self._way.transaction() as connection:
            if ask.limited:
                queueing.take_turns(connection, ask.gate)
            return _verdict(connection, ask)

    def call(self, gate: Gate, whole: Limits, model: Limits) -> Sequence[Job]:
        """Whose turn it is and who would come late; each is told of once."""
        with self._way.transaction() as connection:
            return calling.call(connection, gate, whole, model)

    def heard(self, gate: Gate, fault: str | None, breaker: Breaker) -> None:
        """The vendor took or refused an order on its merits (None), or failed."""
        with self._way.transaction() as connection:
            if fault is None:
                breakers.close(connection, gate)
            else:
                breakers.count(connection, gate, fault, breaker)

    def running(self, keys: Sequence[CacheKey]) -> frozenset[CacheKey]:
        """Those of the keys that have a live attempt."""
        with self._way.transaction() as connection:
            return _running(connection, keys)

    def pause(self, name: str) -> None:
        """Hold a queue or a provider back until it is resumed, whatever restarts meanwhile."""
        with self._way.transaction() as connection:
            connection.execute(insert(pauses).values(name=name).on_conflict_do_nothing())

    def resume(self, name: str) -> None:
        """Let it go on."""
        with self._way.transaction() as connection:
            connection.execute(delete(pauses).where(pauses.c.name == name))

    def paused(self) -> Mapping[str, datetime]:
        """What is held back, and since when."""
        with self._way.transaction() as connection:
            return {row.name: row.since for row in connection.execute(select(pauses).order_by(pauses.c.name))}

    def report(self) -> Sequence[GateReport]:
        """How the gates are doing at which something runs, waits or fails; by name."""
        with self._way.transaction() as connection:
            running, waiting = _live(connection), queueing.lengths(connection)
            failing = breakers.failing(connection)
        names = sorted({*running, *waiting, *failing})
        return [
            _report(name, running.get(name, 0), waiting.get(name, 0), failing.get(name)) for name in names
        ]

    def sweep(self) -> int:
        """Forget admissions that no limit counts any more, and who has not come back for a day."""
        past = NOW - KEPT
        old = or_(
            admissions.c.admitted_at < past, admissions.c.admitted_at.is_(None) & (admissions.c.until < past)
        )
        with self._way.transaction() as connection:
            return connection.execute(delete(admissions).where(old)).rowcount


def _verdict(connection: Connection, ask: Ask) -> Verdict:
    if _running(connection, [ask.key]):
        queueing.leave(connection, ask.job.job_id)
        return Verdict(Why.RUNNING)
    held = _held(connection, ask)
    if held is not None:
        return Verdict(Why.HELD, reason=held)
    failing = breakers.look(connection, ask)
    if failing is not None:
        return failing
    stands = queueing.ask(connection, ask) if ask.limited else Verdict(Why.ADMITTED)
    if stands.why is Why.ADMITTED and not breakers.probe(connection, ask):
        return Verdict(Why.PROBED, reason=sentences.probed(ask.gate))
    return stands


def _held(connection: Connection, ask: Ask) -> str | None:
    """What people hold back that this job would need."""
    names = (*ask.gate.pauses, f"{ask.job.kind}.{ask.job.lane}")
    return connection.scalar(select(pauses.c.name).where(pauses.c.name.in_(names)).limit(1))


def _running(connection: Connection, keys: Sequence[CacheKey]) -> frozenset[CacheKey]:
    live = select(generations.c.cache_key).where(
        generations.c.cache_key.in_(keys), generations.c.state.in_(LIVE)
    )
    return frozenset(map(CacheKey, connection.scalars(live)))


def _live(connection: Connection) -> dict[tuple[str, str], int]:
    who = (generations.c.provider, generations.c.model)
    counted = select(*who, func.count()).where(generations.c.state.in_(LIVE)).group_by(*who)
    return {(provider, model): number for provider, model, number in connection.execute(counted)}


def _report(
    name: tuple[str, str], running: int, waiting: int, failing: tuple[int, str | None, datetime | None] | None
) -> GateReport:
    failures, reason, until = failing or (0, None, None)
    return GateReport(*name, running, waiting, failures, reason, until)
