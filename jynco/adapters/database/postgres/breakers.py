"""Breakers: a gate that keeps failing is paused for longer and longer, and tried by one at a time."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, case, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from jynco.adapters.database import sentences
from jynco.adapters.database.postgres.admission_tables import breakers
from jynco.adapters.database.postgres.tables import NOW
from jynco.model.admission import Ask, Breaker, Gate, Verdict, Why


def look(connection: Connection, ask: Ask) -> Verdict | None:
    """FAILING while the gate is paused, PROBED while somebody else tries it; None when this job may."""
    rest = func.extract("epoch", breakers.c.open_until - NOW)
    known = select(rest, _may_probe(ask), breakers.c.failures, breakers.c.reason, breakers.c.trips)
    row = connection.execute(known.where(_of(ask.gate), breakers.c.trips > 0)).one_or_none()
    if row is None:
        return None
    seconds, may, failures, reason, trips = row
    if seconds > 0:
        words = sentences.failing(ask.gate, failures, reason or "")
        return Verdict(Why.FAILING, float(seconds), reason=words, trips=trips)
    return None if may else Verdict(Why.PROBED, reason=sentences.probed(ask.gate))


def is_open(connection: Connection, gate: Gate) -> bool:
    """Whether the gate is paused, or tried by one at a time."""
    return connection.scalar(select(breakers.c.trips).where(_of(gate), breakers.c.trips > 0)) is not None


def probe(connection: Connection, ask: Ask) -> bool:
    """Whether this job is the one that tries a gate that was paused; True where it was not."""
    if not is_open(connection, ask.gate):
        return True
    tried = update(breakers).where(_of(ask.gate), _may_probe(ask))
    until = NOW + timedelta(seconds=ask.lease)
    return connection.execute(tried.values(probe_job=ask.job.job_id, probe_until=until)).rowcount > 0


def _may_probe(ask: Ask) -> ColumnElement[bool]:
    mine = func.coalesce(breakers.c.probe_job == ask.job.job_id, False)
    return or_(breakers.c.probe_until.is_(None), breakers.c.probe_until <= NOW, mine)


def close(connection: Connection, gate: Gate) -> None:
    """The vendor answers again: nothing is held against it."""
    connection.execute(delete(breakers).where(_of(gate)))


def count(connection: Connection, gate: Gate, fault: str, breaker: Breaker) -> None:
    """One more failure in a row. It pauses the gate when there were enough, or when it was a probe's."""
    key = {"provider": gate.provider, "model": gate.model, "account": gate.account}
    connection.execute(insert(breakers).values(**key).on_conflict_do_nothing())
    more = breakers.c.failures + 1
    # Orders that were under way when the gate was paused say nothing new.
    shut = breakers.c.open_until > NOW
    trips = and_(func.coalesce(~shut, True), or_(breakers.c.trips > 0, more >= breaker.failures))
    growing = func.least(breaker.pause * func.power(2.0, func.least(breakers.c.trips, 30)), breaker.longest)
    values = {
        "failures": more,
        "reason": fault,
        "open_until": case((trips, NOW + growing * timedelta(seconds=1)), else_=breakers.c.open_until),
        "trips": breakers.c.trips + case((trips, 1), else_=0),
        "probe_job": None,
        "probe_until": None,
        "updated_at": NOW,
    }
    connection.execute(update(breakers).where(_of(gate)).values(values))


def failing(connection: Connection) -> dict[tuple[str, str], tuple[int, str | None, datetime | None]]:
    """What is held against which model: failures in a row, the last one's words, the end of its pause."""
    until = case((breakers.c.open_until > NOW, breakers.c.open_until))
    asked = select(breakers.c.provider, breakers.c.model, breakers.c.failures, breakers.c.reason, until)
    rows = connection.execute(asked.order_by(breakers.c.failures))
    return {(provider, model): (failures, reason, end) for provider, model, failures, reason, end in rows}


def _of(gate: Gate) -> ColumnElement[bool]:
    return and_(
        breakers.c.provider == gate.provider,
        breakers.c.model == gate.model,
        breakers.c.account == gate.account,
    )
