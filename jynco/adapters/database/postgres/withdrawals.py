"""Attempts whose job was cancelled, or went with its project, while a vendor works at them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, exists, func, not_, or_, select, update

from jynco.adapters.database.postgres.tables import LIVE, NOW, OPEN, clips, generations, jobs
from jynco.model.states import JobState

_free = or_(generations.c.lease_until.is_(None), generations.c.lease_until <= NOW)


def take(
    connection: Connection, owner: str, seconds: float, limit: int, grace: float
) -> Iterator[tuple[RowMapping, bool]]:
    """Rows that nobody wants, and whether each was marked so just now."""
    found = select(generations.c.generation_id, generations.c.withdrawn_at.is_(None).label("first"))
    found = found.where(generations.c.state.in_(LIVE), _free)
    found = found.where(or_(generations.c.withdrawn_at.is_not(None), _abandoned(grace)))
    locked = found.order_by(generations.c.generation_id).limit(limit).with_for_update(skip_locked=True)
    first = {row.generation_id: row.first for row in connection.execute(locked)}
    lease = {
        "owner": owner,
        "fence": generations.c.fence + 1,
        "lease_until": NOW + timedelta(seconds=seconds),
    }
    taken = update(generations).where(generations.c.generation_id.in_(list(first)))
    marked = {"withdrawn_at": func.coalesce(generations.c.withdrawn_at, NOW), "updated_at": NOW}
    rows = connection.execute(taken.values(**lease, **marked).returning(generations)).mappings()
    for row in rows:
        yield row, first[row["generation_id"]]


def _abandoned(grace: float) -> ColumnElement[bool]:
    """Its job was cancelled, is gone or ended ``grace`` seconds ago, and no clip with the same key waits for it."""
    late = and_(jobs.c.state != JobState.CANCELLED, jobs.c.finished_at > NOW - timedelta(seconds=grace))
    kept = exists().where(jobs.c.job_id == generations.c.job_id, or_(jobs.c.state.in_(OPEN), late))
    waits = and_(clips.c.cache_key == generations.c.cache_key, clips.c.job_id == jobs.c.job_id)
    return and_(not_(kept), not_(exists().where(waits, jobs.c.state.in_(OPEN))))
