"""Tallies: each is a row of its own, so that nobody waits for anybody, and the sweeper adds them up."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Double,
    Identity,
    SmallInteger,
    Table,
    delete,
    func,
    insert,
    select,
    true,
)

from jynco.adapters.database.postgres.census import lines
from jynco.adapters.database.postgres.gate import Gate
from jynco.adapters.database.postgres.spending import CHARGE
from jynco.adapters.database.postgres.tables import (
    NAME,
    RESERVING,
    generations,
    jobs,
    metadata,
    projects,
)
from jynco.adapters.database.postgres.webhook_tables import webhook_deliveries
from jynco.adapters.database.text import decode, encode
from jynco.model.metrics import Tally, Total, Vitals
from jynco.model.states import GenerationState, JobKind, JobState
from jynco.model.webhooks import DeliveryState

AT_ONCE: Final = 20_000  # rows of one fold

# No key but the number: what is added up and what is not yet stand side by side, and mean their sum.
tallies = Table(
    "tallies",
    metadata,
    Column("tally_id", BigInteger, Identity(always=True), primary_key=True),
    Column("metric", NAME, nullable=False),
    Column("labels", NAME, nullable=False),  # a list as JSON text: it is compared, and never looked into
    Column("bucket", SmallInteger, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("amount", Double, nullable=False),
)
_COUNT: Final = insert(tallies)
_KIND: Final = (tallies.c.metric, tallies.c.labels, tallies.c.bucket)


def count(connection: Connection, *told: Tally) -> None:
    """Write these down with whatever the transaction is about: neither is ever there alone."""
    if told:
        found = [_row(tally) for tally in told]
        connection.execute(_COUNT, found if len(found) > 1 else found[0])


class PostgresMetrics:
    """The ``tallies`` table, and what the other tables say of this moment."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def count(self, *told: Tally) -> None:
        """Add these."""
        with self._gate.autocommit() if len(told) == 1 else self._gate.transaction() as connection:
            count(connection, *told)

    def totals(self) -> Sequence[Total]:
        """All that was counted, by name."""
        sums = select(*_KIND, func.sum(tallies.c.number), func.sum(tallies.c.amount))
        with self._gate.transaction() as connection:
            found = connection.execute(sums.group_by(*_KIND).order_by(*_KIND)).all()
        return [
            Total(metric, tuple(decode(labels)), bucket, int(number), float(amount))
            for metric, labels, bucket, number, amount in found
        ]

    def vitals(self) -> Vitals:
        """How things stand now."""
        with self._gate.transaction() as connection:
            return Vitals(
                lines(connection, true()),
                _running(connection),
                _reserved(connection),
                _number(connection, select(func.count()).where(projects.c.mirrored < projects.c.changes)),
                _number(
                    connection,
                    select(func.count()).where(webhook_deliveries.c.state == DeliveryState.PENDING),
                ),
            )

    def fold(self) -> int:
        """Make one row of those that mean the same. Safe to run twice at once; nobody who counts waits for it."""
        oldest = select(tallies.c.tally_id).order_by(tallies.c.tally_id).limit(AT_ONCE)
        chosen = oldest.with_for_update(skip_locked=True).cte("chosen")
        taken = delete(tallies).where(tallies.c.tally_id.in_(select(chosen.c.tally_id)))
        gone = taken.returning(tallies).cte("gone")
        kind = (gone.c.metric, gone.c.labels, gone.c.bucket)
        sums = select(*kind, func.sum(gone.c.number), func.sum(gone.c.amount)).group_by(*kind)
        put = insert(tallies).from_select(["metric", "labels", "bucket", "number", "amount"], sums)
        with self._gate.transaction() as connection:
            before = _number(connection, select(func.count()).select_from(tallies))
            kept = connection.execute(put).rowcount
        return max(0, min(before, AT_ONCE) - kept)


def _row(tally: Tally) -> dict[str, object]:
    return {
        "metric": tally.metric,
        "labels": encode(list(tally.labels)),
        "bucket": tally.bucket,
        "number": tally.times,
        "amount": tally.amount,
    }


def _running(connection: Connection) -> dict[JobKind, int]:
    found = select(jobs.c.kind, func.count()).where(jobs.c.state == JobState.RUNNING).group_by(jobs.c.kind)
    return {JobKind(kind): number for kind, number in connection.execute(found)}


def _reserved(connection: Connection) -> dict[tuple[str, str], Decimal]:
    names = (generations.c.provider, generations.c.model)
    told = (generations.c.state == GenerationState.UNKNOWN) & generations.c.actual_usd.is_not(None)
    mine = select(*names, func.sum(CHARGE)).where(generations.c.state.in_(RESERVING), ~told)
    found = connection.execute(mine.group_by(*names))
    return {(provider, model): usd for provider, model, usd in found if usd}


def _number(connection: Connection, asked: object) -> int:
    return int(connection.scalar(asked) or 0)  # type: ignore[call-overload] # any question with one number
