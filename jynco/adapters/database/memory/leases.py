"""Who may work on a job, and which jobs nobody works on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from jynco.adapters.database import payloads, tallies
from jynco.adapters.database.memory.store import JobRow, Store, shown_job
from jynco.errors import Cancelled, LeaseLost
from jynco.model.ids import JobId
from jynco.model.jobs import Claim, Failure, Job
from jynco.model.states import ClipStatus, JobKind, JobState

LONGEST: Final = 30.0  # seconds between two rings: a job must not stay unheard for long after the last fault
FILM: Final = 5.0  # seconds that a chord may take to ring for the film of its clips
EARLY: Final = 0.5  # seconds that a message may come before its job is due


def claim(store: Store, job_id: JobId, owner: str, seconds: float) -> Claim | None:
    """Take the job, unless it is taken, ended or gone."""
    row = store.jobs.get(job_id)
    if row is None or row.job.state.terminal or not store.free(row.lease_until) or _too_early(store, row):
        return None
    if row.job.state is JobState.QUEUED:
        store.tell_job(row.job, JobState.RUNNING)
    if row.owner is not None:
        store.count(tallies.of_lost_lease(row.job))
    row.job = replace(
        row.job,
        state=JobState.RUNNING,
        started_at=row.job.started_at or store.now(),
        crashes=row.job.crashes + (row.owner is not None),
        resends=0,
    )
    row.owner, row.fence, row.lease_until, row.due_at = owner, row.fence + 1, store.now(seconds), store.now()
    if row.job.kind is JobKind.MOTION:
        _start_clip(store, job_id)
    return Claim(shown_job(row), owner, row.fence)


def _too_early(store: Store, row: JobRow) -> bool:
    """A clip that a vendor refused has a time to wait; whom the sweeper called had it behind them."""
    refused = row.job.kind is JobKind.MOTION and row.job.attempts > 0 and row.job.resends == 0
    return refused and row.due_at > store.now(EARLY)


def _start_clip(store: Store, job_id: JobId) -> None:
    for clip in list(store.clips.values()):
        if clip.job_id == job_id and clip.status is ClipStatus.PENDING:
            store.touch(clip.project_id)
            store.put_clip(replace(clip, status=ClipStatus.GENERATING))


def held(store: Store, claim: Claim) -> JobRow:
    """The row of a job that is still ours. LeaseLost."""
    row = store.jobs.get(claim.job.job_id)
    if row and (row.owner, row.fence) == (claim.owner, claim.fence) and not row.job.state.terminal:
        return row
    raise LeaseLost(f"{claim.owner} holds {claim.job.job_id} no longer; whoever does goes on with it.")


def beat(store: Store, claim: Claim, seconds: float, progress: float) -> None:
    """Extend the lease and note the progress. Cancelled, LeaseLost."""
    row = store.jobs.get(claim.job.job_id)
    if row and row.job.state is JobState.CANCELLED:
        raise Cancelled(f"{claim.job.job_id} was cancelled; nothing more is done for it.")
    row = held(store, claim)
    row.lease_until = store.now(seconds)
    _further(store, row, progress)


def _further(store: Store, row: JobRow, progress: float) -> None:
    """Progress never goes back; a film's steps are told."""
    job, further = row.job, max(row.job.progress, min(progress, 1.0))
    if job.kind is JobKind.RENDER and payloads.told(job.progress, further):
        store.tell(job.project_id, "job", payloads.of_progress(job.job_id, further))
    row.job = replace(job, progress=further)


def attend(store: Store, job_id: JobId, seconds: float, progress: float) -> None:
    """Note that parts of a parked job are being made. Cancelled; LeaseLost when it has ended otherwise."""
    row = store.jobs.get(job_id)
    if row and row.job.state is JobState.CANCELLED:
        raise Cancelled(f"{job_id} was cancelled; nothing more is done for it.")
    if row is None or row.job.state.terminal:
        raise LeaseLost(f"{job_id} has ended: its parts are not needed any more.")
    row.due_at = store.now(seconds)
    _further(store, row, progress)


def park(store: Store, claim: Claim, seconds: float, refused: bool, waits: Failure | None) -> None:
    """Hand the lease back; the next step is due in ``seconds``. LeaseLost."""
    row = held(store, claim)
    hand_back(row)
    row.due_at = store.now(seconds)
    before = row.job.waits
    same = waits is not None and before is not None and before.code == waits.code
    since = row.job.waits_since if same else store.now() if waits else None
    row.job = replace(row.job, attempts=row.job.attempts + refused, waits=waits, waits_since=since)


def hand_back(row: JobRow) -> None:
    """Nobody holds the job now."""
    row.owner = row.lease_until = None


def stranded(store: Store, grace: float, limit: int) -> Sequence[Job]:
    """Jobs that nobody holds and that are ``grace`` seconds overdue; found again, each is due later still."""
    waiting = _waiting_for_clips(store.jobs.values())
    overdue = [row for row in store.jobs.values() if row.due_at < store.now(-_patience(row.job, grace))]
    found = [row for row in overdue if row.job.job_id not in waiting]
    idle = [row for row in found if not row.job.state.terminal and store.free(row.lease_until)]
    chosen = sorted(idle, key=lambda row: row.due_at)[:limit]
    for row in chosen:
        pause = min(grace * 2 ** min(row.job.resends, 10), max(grace, LONGEST))
        row.due_at = store.now(pause - _patience(row.job, grace))  # late again when the pause is over
        row.job = replace(row.job, resends=row.job.resends + 1)
    return [shown_job(row) for row in store.jobs.values() if any(row is one for one in chosen)]


def _patience(job: Job, grace: float) -> float:
    return min(grace, FILM) if job.kind is JobKind.RENDER else grace


def _waiting_for_clips(rows: Iterable[JobRow]) -> set[JobId | None]:
    return {row.job.parent_id for row in rows if not row.job.state.terminal}
