"""The twin of what the rows say to those who clear away."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from jynco.adapters.database.memory.store import Store, alone
from jynco.adapters.database.text import encode
from jynco.model.ids import CacheKey, JobId
from jynco.model.jobs import Job
from jynco.model.retention import Ended
from jynco.model.states import JobKind, JobState


class MemoryRetention:
    """Looks into the rows of all tenants."""

    def __init__(self, store: Store) -> None:
        self.store = store

    @alone
    def used(self, keys: Collection[CacheKey]) -> frozenset[CacheKey]:
        """Those that a clip of a project shows, or that were ordered for a project that is there still."""
        shown = {row.cache_key for row in self.store.clips.values()}
        attempts = (kept.generation for kept in self.store.attempts)
        ordered = {row.cache_key for row in attempts if row.project_id in self.store.projects}
        return frozenset(keys) & (shown | ordered)

    @alone
    def busy_since(self) -> datetime | None:
        """When the oldest job that has not ended was accepted; None when there is none."""
        going = (row.job for row in self.store.jobs.values() if not row.job.state.terminal)
        return min((job.created_at for job in going if job.created_at), default=None)

    @alone
    def ended(
        self, before: datetime, films: datetime | None, after: Ended | None, limit: int
    ) -> Sequence[Ended]:
        """Up to ``limit`` jobs that may be forgotten, by their end; with a film only those from before ``films``."""
        found = [_told(row.job) for row in self.store.jobs.values() if self._spent(row.job, before)]
        timely = [one for one in found if one.output is None or (films and one.finished_at < films)]
        timely.sort(key=_place)
        return [one for one in timely if after is None or _place(one) > _place(after)][:limit]

    @alone
    def forget_jobs(self, before: datetime, job_ids: Collection[JobId]) -> int:
        """Forget those that still may be; takes of clips, and what clips show, come out from below them."""
        rows = self.store.jobs
        mine = {name for name in job_ids if name in rows and self._spent(rows[name].job, before)}
        for row in [row for row in rows.values() if row.job.parent_id in mine]:
            if _take(row.job) or self._shown(row.job):
                row.job = replace(row.job, parent_id=None)
            else:
                del rows[row.job.job_id]
        for name in mine:
            del rows[name]
        return len(mine)

    @alone
    def told(self, before: datetime) -> int:
        """How many events are from before then."""
        return sum(event.created_at < before for event in self.store.events)

    @alone
    def forget_events(self, before: datetime, limit: int) -> int:
        """Forget up to ``limit`` of the oldest, as far as they are from before then; returns how many went."""
        oldest = self.store.events[:limit]
        young = [event for event in oldest if event.created_at >= before]
        self.store.events[:limit] = young
        return len(oldest) - len(young)

    def _spent(self, job: Job, before: datetime) -> bool:
        old = job.finished_at is not None and job.finished_at < before and job.parent_id is None
        return old and not _take(job) and not self._shown(job) and self._replaced(job) and not self._busy(job)

    def _replaced(self, job: Job) -> bool:
        """Whether its project has a newer one like it."""
        kind = (job.project_id, job.kind, job.purpose, None)
        like = [row.job.job_id for row in self.store.jobs.values() if _kind(row.job) == kind]
        return like[-1] != job.job_id

    def _busy(self, job: Job) -> bool:
        below = (row.job for row in self.store.jobs.values() if row.job.parent_id == job.job_id)
        return any(not child.state.terminal for child in below)

    def _shown(self, job: Job) -> bool:
        return any(
            (row.project_id, row.job_id) == (job.project_id, job.job_id) for row in self.store.clips.values()
        )


def _kind(job: Job) -> tuple[object, ...]:
    return job.project_id, job.kind, job.purpose, job.parent_id


def _take(job: Job) -> bool:
    return (job.kind, job.state) == (JobKind.MOTION, JobState.COMPLETED)


def _told(job: Job) -> Ended:
    assert job.finished_at is not None
    size = len(encode(job.document)) if job.document is not None else 0
    return Ended(job.job_id, job.project_id, job.finished_at, job.output, size)


def _place(one: Ended) -> tuple[datetime, JobId]:
    return one.finished_at, one.job_id
