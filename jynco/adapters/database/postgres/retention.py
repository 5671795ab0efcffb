"""What the rows say to those who clear away, and which of the rows themselves may go."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, tuple_, union, update

from jynco.adapters.database.postgres.gate import Gate
from jynco.adapters.database.postgres.tables import OPEN, clips, events, generations, jobs, projects
from jynco.model.ids import CacheKey, JobId, ProjectId
from jynco.model.retention import Ended
from jynco.model.states import JobKind, JobState

COUNTED: Final = 1_000_000  # events, at most, for those who only want to know
_newer, _child, _shown = jobs.alias("newer"), jobs.alias("child"), clips.alias("shown")


class PostgresRetention:
    """Looks into the rows of all tenants."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def used(self, keys: Collection[CacheKey]) -> frozenset[CacheKey]:
        """Those that a clip of a project shows, or that were ordered for a project that is there still."""
        wanted = list(keys)
        shown = select(clips.c.cache_key).where(clips.c.cache_key.in_(wanted))
        ordered = select(generations.c.cache_key).join(
            projects, projects.c.project_id == generations.c.project_id
        )
        ordered = ordered.where(generations.c.cache_key.in_(wanted))
        with self._gate.autocommit() as connection:
            return frozenset(CacheKey(key) for key in connection.scalars(union(shown, ordered)))

    def busy_since(self) -> datetime | None:
        """When the oldest job that has not ended was accepted; None when there is none."""
        oldest = select(func.min(jobs.c.created_at)).where(jobs.c.state.in_(OPEN))
        with self._gate.autocommit() as connection:
            found: datetime | None = connection.scalar(oldest)
        return found

    def ended(
        self, before: datetime, films: datetime | None, after: Ended | None, limit: int
    ) -> Sequence[Ended]:
        """Up to ``limit`` jobs that may be forgotten, by their end; with a film only those from before ``films``."""
        place = (jobs.c.finished_at, jobs.c.job_id)
        filmed = jobs.c.output.is_(None)
        wanted = [_spent(before), filmed if films is None else or_(filmed, jobs.c.finished_at < films)]
        wanted += [tuple_(*place) > (after.finished_at, after.job_id)] if after is not None else []
        size = func.coalesce(func.pg_column_size(jobs.c.document), 0)
        chosen = select(jobs.c.job_id, jobs.c.project_id, jobs.c.finished_at, jobs.c.output, size)
        with self._gate.autocommit() as connection:
            found = connection.execute(chosen.where(*wanted).order_by(*place).limit(limit))
            return [Ended(JobId(job), ProjectId(project), *rest) for job, project, *rest in found]

    def forget_jobs(self, before: datetime, job_ids: Collection[JobId]) -> int:
        """Forget those that still may be; takes of clips, and what clips show, come out from below them."""
        named = jobs.c.job_id.in_(list(job_ids))
        take = and_(jobs.c.kind == JobKind.MOTION, jobs.c.state == JobState.COMPLETED)
        shown = exists().where(_shown.c.project_id == jobs.c.project_id, _shown.c.job_id == jobs.c.job_id)
        with self._gate.transaction() as connection:
            mine = list(connection.scalars(select(jobs.c.job_id).where(named, _spent(before))))
            kept = update(jobs).where(jobs.c.parent_id.in_(mine), or_(take, shown))
            connection.execute(kept.values(parent_id=None))
            return connection.execute(delete(jobs).where(jobs.c.job_id.in_(mine))).rowcount

    def told(self, before: datetime) -> int:
        """How many events are from before then; a million, where there are more."""
        some = select(events.c.event_id).where(events.c.created_at < before).limit(COUNTED)
        with self._gate.autocommit() as connection:
            return int(connection.scalar(select(func.count()).select_from(some.subquery())) or 0)

    def forget_events(self, before: datetime, limit: int) -> int:
        """Forget up to ``limit`` of the oldest, as far as they are from before then; returns how many went."""
        oldest = select(events.c.event_id, events.c.created_at).order_by(events.c.event_id).limit(limit)
        some = oldest.subquery()  # ids rise with time, so nobody has to look through all of them
        gone = delete(events).where(
            events.c.event_id.in_(select(some.c.event_id).where(some.c.created_at < before))
        )
        with self._gate.transaction() as connection:
            return connection.execute(gone).rowcount


def _spent(before: datetime) -> ColumnElement[bool]:
    """The job has ended, nobody shows it, nothing below it goes on, and its project has a newer one like it."""
    newer = exists().where(
        _newer.c.project_id == jobs.c.project_id,
        _newer.c.ordinal > jobs.c.ordinal,
        _newer.c.parent_id.is_(None),
        _newer.c.kind == jobs.c.kind,
        _newer.c.purpose == jobs.c.purpose,
    )
    busy = exists().where(_child.c.parent_id == jobs.c.job_id, _child.c.state.in_(OPEN))
    shown = exists().where(_shown.c.project_id == jobs.c.project_id, _shown.c.job_id == jobs.c.job_id)
    # As the index says it, which has only these.
    top = (jobs.c.finished_at.is_not(None), jobs.c.parent_id.is_(None))
    barren = or_(jobs.c.kind != JobKind.MOTION, jobs.c.state != JobState.COMPLETED)
    return and_(*top, barren, jobs.c.finished_at < before, newer, ~busy, ~shown)
