"""How jobs end, with their clips' rows."""

from __future__ import annotations

from dataclasses import replace

from jynco.adapters.database import payloads, tallies
from jynco.adapters.database.memory.leases import hand_back, held
from jynco.adapters.database.memory.store import JobRow, Store, shown_job
from jynco.model.ids import JobId
from jynco.model.jobs import Claim, ClipRow, Failure, Job, Outcome, Receipt
from jynco.model.states import ClipStatus, JobState


def finish_motion(store: Store, claim: Claim, outcome: Outcome) -> None:
    """The clip is made, or cannot be. Its row follows unless people have edited the clip since."""
    row = held(store, claim)
    completed = outcome.status is ClipStatus.COMPLETED
    _end(store, row, JobState.COMPLETED if completed else JobState.FAILED, outcome.failure)
    clip = store.clips.get((row.job.project_id, outcome.clip_id))
    if clip and _concerns(row.job, outcome, clip):
        store.touch(clip.project_id)
        made = _made(row.job, outcome, clip)
        store.put_clip(made)
        store.owe(clip.project_id, payloads.clip_end(clip, made, row.job.job_id))
    if row.job.parent_id is None:
        store.owe(row.job.project_id, payloads.job_end(row.job))
    store.count(*tallies.of_job_end(row.job), tallies.of_clip(outcome))
    film = store.jobs.get(row.job.parent_id) if row.job.parent_id else None
    if film and not film.job.state.terminal:
        film.due_at = store.now()


def _concerns(job: Job, outcome: Outcome, clip: ClipRow) -> bool:
    """The same key means the same clip, whoever made it; but only the clip's own job can fail it."""
    mine = outcome.status is ClipStatus.COMPLETED or clip.job_id in {None, job.job_id}
    return clip.cache_key == outcome.cache_key and mine


def _made(job: Job, outcome: Outcome, clip: ClipRow) -> ClipRow:
    failure, shot = outcome.failure, job.shot
    return replace(
        clip,
        status=outcome.status,
        job_id=job.job_id,
        source_file=outcome.source_file,
        error_code=failure.code if failure else None,
        error_message=failure.message if failure else None,
        attempts=job.attempts + (0 if outcome.cache_hit else 1),
        cache_hit=outcome.cache_hit,
        cost_usd=clip.cost_usd + outcome.cost_usd,
        provider=shot.provider if shot else None,
        model=shot.model if shot else None,
    )


def finish_render(
    store: Store, claim: Claim, output: str | None, receipt: Receipt | None, failure: Failure | None
) -> None:
    """The film is made, or cannot be."""
    row = held(store, claim)
    _end(store, row, JobState.FAILED if failure else JobState.COMPLETED, failure)
    row.job = replace(row.job, output=output, receipt=receipt)
    store.owe(row.job.project_id, payloads.job_end(row.job))
    store.count(*tallies.of_job_end(row.job), *tallies.of_film(row.job, receipt))


def _end(store: Store, row: JobRow, state: JobState, failure: Failure | None = None) -> None:
    progress = 1.0 if state is JobState.COMPLETED else row.job.progress
    row.job = replace(row.job, state=state, failure=failure, progress=progress, finished_at=store.now())
    hand_back(row)
    store.tell_job(row.job, state)


def cancel(store: Store, job_id: JobId) -> Job:
    """End the job and those below it, and take their fences away. An ended job stays as it is. NotFound."""
    job = store.job(job_id).job
    if not job.state.terminal:
        whole = [row for row in store.jobs.values() if job_id in {row.job.job_id, row.job.parent_id}]
        ended = sorted((row for row in whole if not row.job.state.terminal), key=lambda row: row.job.job_id)
        for row in ended:
            row.fence += 1
            _end(store, row, JobState.CANCELLED)
        _set_back(store, {row.job.job_id for row in ended})
        store.owe(job.project_id, payloads.job_end(store.job(job_id).job))
        store.count(*tallies.of_job_end(store.job(job_id).job))
    return shown_job(store.job(job_id))


def _set_back(store: Store, job_ids: set[JobId]) -> None:
    """Nobody makes these clips any more: they are pending, and belong to no job."""
    unfinished = {ClipStatus.PENDING, ClipStatus.GENERATING}
    given_up = [c for c in store.clips.values() if c.job_id in job_ids and c.status in unfinished]
    for project_id in {clip.project_id for clip in given_up}:
        store.touch(project_id)
    for clip in given_up:
        store.put_clip(replace(clip, status=ClipStatus.PENDING, job_id=None))
