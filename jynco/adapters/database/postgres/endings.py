"""How jobs end. A job, its clip's row and the events that tell of both change in one transaction."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, or_, select, update

from jynco.adapters.database import payloads, tallies
from jynco.adapters.database.postgres import outbox, rows
from jynco.adapters.database.postgres.events import hold, tell_clips, tell_jobs
from jynco.adapters.database.postgres.leases import change
from jynco.adapters.database.postgres.metrics import count
from jynco.adapters.database.postgres.tables import NOW, OPEN, clips, jobs
from jynco.errors import NotFound
from jynco.model.ids import JobId
from jynco.model.jobs import Claim, ClipRow, Failure, Job, Outcome, Receipt
from jynco.model.states import ClipStatus, JobState


def finish_motion(connection: Connection, claim: Claim, outcome: Outcome) -> None:
    """The clip is made, or cannot be. Its row follows unless people have edited the clip since."""
    hold(connection, claim.job.job_id)
    before = outbox.before(connection, [ClipRow(claim.job.project_id, outcome.clip_id)])
    ended = JobState.COMPLETED if outcome.status is ClipStatus.COMPLETED else JobState.FAILED
    job = _end(connection, claim, ended, {"failure": rows.from_failure(outcome.failure)})
    changed = update(clips).where(_concerns(job, outcome)).values(_made(job, outcome)).returning(clips)
    made = [rows.to_clip(row) for row in connection.execute(changed).mappings()]
    tell_clips(connection, made)
    count(connection, *tallies.of_job_end(job), tallies.of_clip(outcome))
    news = (payloads.clip_end(before.get(clip.clip_id), clip, job.job_id) for clip in made)
    # Who asked for a film hears of it at its end, and of its clips; a clip asked for by itself is a job as well.
    outbox.owe(connection, job.project_id, *news, None if job.parent_id else payloads.job_end(job))
    if job.parent_id:  # the film's turn: its grace begins now
        film = update(jobs).where(jobs.c.job_id == job.parent_id, jobs.c.state.in_(OPEN))
        connection.execute(film.values(due_at=NOW))


def _concerns(job: Job, outcome: Outcome) -> ColumnElement[bool]:
    """The same key means the same clip, whoever made it; but only the clip's own job can fail it."""
    same = (clips.c.project_id == job.project_id) & (clips.c.clip_id == outcome.clip_id)
    wanted = same & (clips.c.cache_key == outcome.cache_key)
    if outcome.status is ClipStatus.COMPLETED:
        return wanted
    return wanted & or_(clips.c.job_id == job.job_id, clips.c.job_id.is_(None))


def _made(job: Job, outcome: Outcome) -> dict[str, object]:
    failure, shot = outcome.failure, job.shot
    return {
        "status": outcome.status,
        "job_id": job.job_id,
        "source_file": outcome.source_file,
        "error_code": failure.code if failure else None,
        "error_message": failure.message if failure else None,
        "attempts": job.attempts + (0 if outcome.cache_hit else 1),
        "cache_hit": outcome.cache_hit,
        "cost_usd": clips.c.cost_usd + outcome.cost_usd,
        "provider": shot.provider if shot else None,
        "model": shot.model if shot else None,
        "updated_at": NOW,
    }


def finish_render(
    connection: Connection, claim: Claim, output: str | None, receipt: Receipt | None, failure: Failure | None
) -> None:
    """The film is made, or cannot be."""
    hold(connection, claim.job.job_id)
    made: dict[str, object] = {
        "output": output,
        "receipt": rows.from_receipt(receipt),
        "failure": rows.from_failure(failure),
    }
    job = _end(connection, claim, JobState.FAILED if failure else JobState.COMPLETED, made)
    outbox.owe(connection, job.project_id, payloads.job_end(job))
    count(connection, *tallies.of_job_end(job), *tallies.of_film(job, receipt))


def _end(connection: Connection, claim: Claim, state: JobState, made: dict[str, object]) -> Job:
    values = {**made, "state": state, "owner": None, "lease_until": None, "finished_at": NOW}
    if state is JobState.COMPLETED:
        values["progress"] = 1.0
    job = rows.to_job(change(connection, claim, values)._mapping)
    tell_jobs(connection, job.project_id, [job.job_id], state)
    return job


def cancel(connection: Connection, job_id: JobId) -> Job:
    """End the job and those below it, and take their fences away. An ended job stays as it is. NotFound."""
    held = hold(connection, job_id)
    if held is None:
        raise missing_job(job_id)
    project_id, state = held
    if not state.terminal:
        whole = or_(jobs.c.job_id == job_id, jobs.c.parent_id == job_id) & jobs.c.state.in_(OPEN)
        ended = update(jobs).where(whole).values(_cancelled()).returning(jobs.c.job_id)
        job_ids = sorted(connection.scalars(ended))
        tell_jobs(connection, project_id, job_ids, JobState.CANCELLED)
        _set_back(connection, job_ids)
    job = rows.to_job(connection.execute(select(jobs).where(jobs.c.job_id == job_id)).mappings().one())
    if not state.terminal:
        outbox.owe(connection, project_id, payloads.job_end(job))
        count(connection, *tallies.of_job_end(job))
    return job


def _cancelled() -> dict[str, object]:
    lease = {"owner": None, "lease_until": None, "fence": jobs.c.fence + 1}
    return {**lease, "state": JobState.CANCELLED, "finished_at": NOW}


def _set_back(connection: Connection, job_ids: list[str]) -> None:
    """Nobody makes these clips any more: they are pending, and belong to no job."""
    unfinished = clips.c.status.in_([ClipStatus.PENDING, ClipStatus.GENERATING])
    given_up = update(clips).where(clips.c.job_id.in_(job_ids), unfinished)
    pending = given_up.values(status=ClipStatus.PENDING, job_id=None, updated_at=NOW).returning(clips)
    tell_clips(connection, [rows.to_clip(row) for row in connection.execute(pending).mappings()])


def missing_job(job_id: JobId) -> NotFound:
    """The sentence for a job that is not there."""
    return NotFound(f"There is no job {job_id}; check its id, or whether its project was deleted.")
