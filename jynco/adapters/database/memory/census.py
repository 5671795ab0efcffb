"""The twin of the counting."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

from jynco.adapters.database.memory.store import Store, shown_job
from jynco.model.census import Census, Line
from jynco.model.ids import ProjectId
from jynco.model.jobs import Job
from jynco.model.states import ClipStatus, JobKind, JobState, Lane


def census(store: Store, mine: Callable[[ProjectId], bool]) -> Census:
    """The tenant's queues and clips as of now."""
    jobs = [shown_job(row) for row in store.jobs.values() if mine(row.job.project_id)]
    busy = {job.parent_id for job in jobs if not job.state.terminal}
    waiting = [job for job in jobs if job.state is JobState.QUEUED and job.job_id not in busy]
    lines = [_line(*key, list(group)) for key, group in groupby(sorted(waiting, key=_queue), _queue)]
    done = [
        clip for clip in store.clips.values() if mine(clip.project_id) and clip.status is ClipStatus.COMPLETED
    ]
    return Census(tuple(lines), len(done), sum(clip.cache_hit for clip in done))


def _queue(job: Job) -> tuple[JobKind, Lane]:
    return job.kind, job.lane


def _line(kind: JobKind, lane: Lane, jobs: list[Job]) -> Line:
    return Line(kind, lane, len(jobs), min(job.created_at for job in jobs if job.created_at))
