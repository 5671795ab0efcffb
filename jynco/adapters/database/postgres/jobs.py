"""Jobs: accepting and reading them here, leases in ``leases``, ends in ``endings``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, bindparam, exists, insert, or_, select, true
from sqlalchemy.dialects.postgresql import Insert
from sqlalchemy.dialects.postgresql import insert as upsert

from jynco.adapters.database import payloads, tallies
from jynco.adapters.database.postgres import casts, census, endings, leases, outbox, queueing, rows
from jynco.adapters.database.postgres.events import say, touch
from jynco.adapters.database.postgres.gate import Gate
from jynco.adapters.database.postgres.metrics import count
from jynco.adapters.database.postgres.replies import note
from jynco.adapters.database.postgres.tables import NOW, OPEN, clips, jobs
from jynco.adapters.database.postgres.tenants import own, theirs
from jynco.model.admission import Place
from jynco.model.census import Census
from jynco.model.ids import ClipId, JobId, ProjectId
from jynco.model.jobs import Claim, ClipRow, Failure, Job, Outcome, Receipt, Remark
from jynco.model.motion import Shot
from jynco.model.states import ClipStatus, JobKind, JobState


class PostgresJobs:
    """The ``jobs`` table, and the clip rows that follow it."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def accept(self, jobs: Sequence[Job], clips: Sequence[ClipRow], places: Sequence[Place] = ()) -> None:
        """Queue the jobs, due now, and set the clips' rows. NotFound (project), Conflict (id taken)."""
        project_ids = {job.project_id for job in jobs} | {clip.project_id for clip in clips}
        with self._gate.transaction() as connection:
            for project_id in sorted(project_ids):
                touch(connection, project_id, self._gate.tenant)
            _insert_jobs(connection, jobs)
            queueing.join(connection, places)
            _owe_ends(connection, jobs, clips)
            _set_clips(connection, clips)
            say(connection, [*_news(jobs, clips)])
            note(connection, [job.job_id for job in jobs])
            count(connection, *tallies.of_order(clips))

    def get(self, job_id: JobId) -> Job:
        """The job. NotFound."""
        with self._gate.autocommit() as connection:
            found = connection.execute(_one(self._whole), {"job_id": job_id, **self._tenant})
            row = found.mappings().one_or_none()
        if row is None:
            raise endings.missing_job(job_id)
        return rows.to_job(row)

    def page(
        self, project_id: ProjectId | None, state: JobState | None, after: JobId | None, limit: int
    ) -> Sequence[Job]:
        """Up to ``limit`` jobs older than ``after``, the newest first."""
        older = select(jobs.c.ordinal).where(jobs.c.job_id == after).scalar_subquery()
        wanted: list[ColumnElement[bool]] = [self._own()]
        wanted += [jobs.c.project_id == project_id] if project_id is not None else []
        wanted += [jobs.c.state == state] if state is not None else []
        wanted += [jobs.c.ordinal < older] if after is not None else []
        chosen = select(jobs).where(*wanted).order_by(jobs.c.ordinal.desc()).limit(limit)
        with self._gate.autocommit() as connection:
            return [rows.to_job(row) for row in connection.execute(chosen).mappings()]

    def children(self, *job_ids: JobId) -> Sequence[Job]:
        """The jobs below these, in the order they came in."""
        with self._gate.autocommit() as connection:
            found = connection.execute(_below(self._whole), {"parents": job_ids, **self._tenant})
            return [rows.to_job(row) for row in found.mappings()]

    def unfinished(self, job_id: JobId) -> bool:
        """Whether a job below this one has not ended. Each clip's end asks, so no row is read for it."""
        with self._gate.autocommit() as connection:
            found = connection.scalar(_open_below(self._whole), {"parent": job_id, **self._tenant})
        return bool(found)

    def active(self, project_id: ProjectId, clips: Sequence[ClipId] | None = None) -> Sequence[Job]:
        """Films, and clips asked for by themselves, that have not ended; only of these ``clips``, where given."""
        asked = {"project_id": project_id, "clips": list(clips or ()), **self._tenant}
        with self._gate.autocommit() as connection:
            found = connection.execute(_active(self._whole, clips is not None), asked)
            return [rows.to_job(row) for row in found.mappings()]

    def made(self, project_id: ProjectId, clip_id: ClipId) -> Sequence[Job]:
        """The jobs that have made a film of the clip, the newest first."""
        done = (jobs.c.kind == JobKind.MOTION) & (jobs.c.state == JobState.COMPLETED)
        mine = (jobs.c.project_id == project_id) & (jobs.c.clip_id == clip_id)
        return self._in_order(done & mine)[::-1]

    def census(self) -> Census:
        """What waits in the queues, since when; and how many clips were there already."""
        with self._gate.autocommit() as connection:
            return census.census(self._gate, connection)

    def claim(self, job_id: JobId, owner: str, seconds: float) -> Claim | None:
        """The right to work on the job for ``seconds``; None when it is taken, ended or gone."""
        with self._gate.transaction() as connection:
            return leases.claim(connection, job_id, owner, seconds)

    def beat(self, claim: Claim, seconds: float, progress: float) -> None:
        """Hold the job for ``seconds`` more. Cancelled, LeaseLost."""
        with self._gate.transaction() as connection:
            leases.beat(connection, claim, seconds, progress)

    def park(
        self, claim: Claim, seconds: float, *, refused: bool = False, waits: Failure | None = None
    ) -> None:
        """Hand the job back, its next step due in ``seconds``; ``refused`` counts an attempt. LeaseLost.

        ``waits``: what has to pass before it can go on.
        """
        with self._gate.transaction() as connection:
            leases.park(connection, claim, seconds, refused, waits)

    def disown(self, job_id: JobId, owner: str) -> None:
        """Hand back what a claim gave to ``owner`` who never heard of it: that is no crash."""
        with self._gate.transaction() as connection:
            leases.disown(connection, job_id, owner)

    def recast(self, claim: Claim, shot: Shot, *said: Remark) -> None:
        """Have another of the job's lineup make its clip, and keep why. LeaseLost."""
        with self._gate.transaction() as connection:
            casts.recast(connection, claim, shot, said)

    def held_back(self, job_id: JobId, seconds: float) -> bool:
        """Whether the job has not begun and its queue is paused; then it is due in ``seconds``."""
        with self._gate.transaction() as connection:
            return casts.held_back(connection, job_id, seconds)

    def attend(self, job_id: JobId, seconds: float, progress: float) -> None:
        """Parts of a parked job are being made: it is due in ``seconds``, not before. Cancelled, LeaseLost."""
        with self._gate.transaction() as connection:
            leases.attend(connection, job_id, seconds, progress)

    def finish_motion(self, claim: Claim, outcome: Outcome) -> None:
        """End a motion job and set its clip's row. LeaseLost."""
        with self._gate.transaction() as connection:
            endings.finish_motion(connection, claim, outcome)

    def finish_render(
        self, claim: Claim, *, output: str | None, receipt: Receipt | None, failure: Failure | None
    ) -> None:
        """End a render job: completed, unless there is a failure. LeaseLost."""
        with self._gate.transaction() as connection:
            endings.finish_render(connection, claim, output, receipt, failure)

    def cancel(self, job_id: JobId) -> Job:
        """End the job and those below it; an ended job is returned as it is. NotFound."""
        self.get(job_id)  # whose it is never changes
        with self._gate.transaction() as connection:
            return endings.cancel(connection, job_id)

    def stranded(self, grace: float, limit: int) -> Sequence[Job]:
        """Up to ``limit`` jobs that nobody holds and that are ``grace`` seconds overdue, to be sent again."""
        with self._gate.transaction() as connection:
            return leases.stranded(connection, grace, limit)

    def _in_order(self, wanted: ColumnElement[bool]) -> Sequence[Job]:
        with self._gate.autocommit() as connection:
            found = connection.execute(select(jobs).where(wanted, self._own()).order_by(jobs.c.ordinal))
            return [rows.to_job(row) for row in found.mappings()]

    def _own(self) -> ColumnElement[bool]:
        return own(self._gate, jobs.c.project_id)

    @property
    def _whole(self) -> bool:
        return self._gate.tenant is None

    @property
    def _tenant(self) -> dict[str, str]:
        return {} if self._gate.tenant is None else {"whose": self._gate.tenant}


# Each is made once: to put a statement together anew takes as long as to ask it.


@cache
def _one(whole: bool) -> Select[Any]:
    return select(jobs).where(jobs.c.job_id == bindparam("job_id"), theirs(jobs.c.project_id, whole=whole))


@cache
def _below(whole: bool) -> Select[Any]:
    below = jobs.c.parent_id.in_(bindparam("parents", expanding=True))
    return select(jobs).where(below, theirs(jobs.c.project_id, whole=whole)).order_by(jobs.c.ordinal)


@cache
def _open_below(whole: bool) -> Select[Any]:
    below = (jobs.c.parent_id == bindparam("parent")) & jobs.c.state.in_(OPEN)
    return select(exists().where(below, theirs(jobs.c.project_id, whole=whole)))


@cache
def _active(whole: bool, some: bool) -> Select[Any]:
    here = (jobs.c.project_id == bindparam("project_id")) & theirs(jobs.c.project_id, whole=whole)
    by_itself = or_(jobs.c.kind == JobKind.RENDER, jobs.c.parent_id.is_(None))
    these = jobs.c.clip_id.in_(bindparam("clips", expanding=True)) if some else true()
    return select(jobs).where(here, jobs.c.state.in_(OPEN), by_itself, these).order_by(jobs.c.ordinal)


def _insert_jobs(connection: Connection, accepted: Sequence[Job]) -> None:
    if accepted:
        connection.execute(_NEW_JOB, [rows.from_job(job) for job in _parents_first(accepted)])


def _parents_first(accepted: Sequence[Job]) -> list[Job]:
    return sorted(accepted, key=lambda job: job.parent_id is not None)


def _news(accepted: Sequence[Job], changed: Sequence[ClipRow]) -> Iterator[Mapping[str, object]]:
    """The events of an order, as rows."""
    for job in _parents_first(accepted):
        payload = payloads.of_job(job.job_id, JobState.QUEUED)
        yield {"project_id": job.project_id, "kind": "job", "payload": payload}
    for clip in changed:
        yield {"project_id": clip.project_id, "kind": "clip", "payload": payloads.of_clip(clip)}


def _owe_ends(connection: Connection, accepted: Sequence[Job], changed: Sequence[ClipRow]) -> None:
    """Some clips are at their end before anything began: found in the cache, footage, or impossible."""
    ended = [clip for clip in changed if clip.status in {ClipStatus.COMPLETED, ClipStatus.FAILED}]
    subject = accepted[0].job_id if accepted else ""
    for project_id in sorted({clip.project_id for clip in ended}):
        own = [clip for clip in ended if clip.project_id == project_id]
        before = outbox.before(connection, own)
        news = (payloads.clip_end(before.get(clip.clip_id), clip, subject) for clip in own)
        outbox.owe(connection, project_id, *news)


def _set_clips(connection: Connection, changed: Sequence[ClipRow]) -> None:
    if changed:
        connection.execute(_PUT_CLIP, [rows.from_clip(clip) for clip in changed])


def _put() -> Insert:
    new = upsert(clips)
    values = {name: new.excluded[name] for name in ClipRow.__dataclass_fields__}
    return new.on_conflict_do_update(
        index_elements=["project_id", "clip_id"], set_={**values, "updated_at": NOW}
    )


_NEW_JOB: Final = insert(jobs)
_PUT_CLIP: Final = _put()
