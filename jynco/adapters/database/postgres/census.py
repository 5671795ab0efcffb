"""Counting what waits and what was there already, in two statements."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, case, exists, func, not_, or_, select

from jynco.adapters.database.postgres.gate import Gate
from jynco.adapters.database.postgres.tables import OPEN, clips, jobs
from jynco.adapters.database.postgres.tenants import own
from jynco.model.census import Census, Line
from jynco.model.states import ClipStatus, JobKind, JobState, Lane


def census(gate: Gate, connection: Connection) -> Census:
    """The tenant's queues and clips as of now."""
    ready = select(func.count(), func.count(case((clips.c.cache_hit, 1))))
    done = ready.where(clips.c.status == ClipStatus.COMPLETED, own(gate, clips.c.project_id))
    return Census(lines(connection, own(gate, jobs.c.project_id)), *connection.execute(done).one())


def lines(connection: Connection, mine: ColumnElement[bool]) -> tuple[Line, ...]:
    """Every queue in which some of these jobs wait."""
    oldest, count = func.min(jobs.c.created_at), func.count()
    queued = select(jobs.c.kind, jobs.c.lane, count, oldest).group_by(jobs.c.kind, jobs.c.lane)
    found = connection.execute(queued.where(_waits(), mine))
    told = [Line(JobKind(kind), Lane(lane), waiting, since) for kind, lane, waiting, since in found]
    return tuple(sorted(told, key=lambda line: (line.kind, line.lane)))


def _waits() -> ColumnElement[bool]:
    """A film whose clips are still being made waits for them, and in no queue."""
    below = jobs.alias("below")
    own_clips = exists().where(below.c.parent_id == jobs.c.job_id, below.c.state.in_(OPEN))
    # Only films have clips below them: looking for each clip's own would take ten times as long.
    return (jobs.c.state == JobState.QUEUED) & or_(jobs.c.kind != JobKind.RENDER, not_(own_clips))
