"""Who may work on a job. Every write carries owner and fence; when no row matches, the writer has lost it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, Row, and_, case, func, not_, or_, select, update

from jynco.adapters.database import payloads, tallies
from jynco.adapters.database.postgres import rows
from jynco.adapters.database.postgres.events import hold, tell, tell_clips, tell_jobs
from jynco.adapters.database.postgres.metrics import count
from jynco.adapters.database.postgres.tables import NOW, OPEN, clips, jobs
from jynco.errors import Cancelled, LeaseLost
from jynco.model.ids import JobId, ProjectId
from jynco.model.jobs import Claim, Failure, Job
from jynco.model.states import ClipStatus, JobKind, JobState

LONGEST: Final = 30.0  # seconds between two rings: a job must not stay unheard for long after the last fault
FILM: Final = 5.0  # seconds that a chord may take to ring for the film of its clips
EARLY: Final = 0.5  # seconds that a message may come before its job is due

_free = or_(jobs.c.lease_until.is_(None), jobs.c.lease_until <= NOW)
_open = jobs.c.state.in_(OPEN)
# A clip that a vendor refused has a time to wait, whoever rings meanwhile; whom the sweeper called had it behind them.
_too_early = and_(
    jobs.c.kind == JobKind.MOTION,
    jobs.c.attempts > 0,
    jobs.c.resends == 0,
    jobs.c.due_at > NOW + timedelta(seconds=EARLY),
)


def claim(connection: Connection, job_id: JobId, owner: str, seconds: float) -> Claim | None:
    """The one conditional update that decides between workers; None when it is taken, ended, gone or put off."""
    held = hold(connection, job_id)
    if held is None:
        return None
    crashed = connection.scalar(select(jobs.c.crashes).where(jobs.c.job_id == job_id)) or 0
    free = update(jobs).where(jobs.c.job_id == job_id, _open, _free, not_(_too_early)).returning(jobs)
    row = connection.execute(free.values(_taken(owner, seconds))).mappings().one_or_none()
    if row is None:
        return None
    project_id, was = held
    if was is JobState.QUEUED:
        tell_jobs(connection, project_id, [job_id], JobState.RUNNING)
    if row["kind"] == JobKind.MOTION:
        _start_clip(connection, job_id)
    job = rows.to_job(row)
    if job.crashes > crashed:
        count(connection, tallies.of_lost_lease(job))
    return Claim(job, owner, row["fence"])


def _taken(owner: str, seconds: float) -> dict[str, object]:
    """A new lease. An owner still in the row had let the last one run out: that counts as a crash."""
    return {
        "owner": owner,
        "fence": jobs.c.fence + 1,
        "lease_until": NOW + timedelta(seconds=seconds),
        "state": JobState.RUNNING,
        "started_at": func.coalesce(jobs.c.started_at, NOW),
        "crashes": jobs.c.crashes + case((jobs.c.owner.is_not(None), 1), else_=0),
        "resends": 0,  # it was heard: the sweeper need not wait longer and longer for it
        "due_at": NOW,
    }


def _start_clip(connection: Connection, job_id: JobId) -> None:
    waiting = update(clips).where(clips.c.job_id == job_id, clips.c.status == ClipStatus.PENDING)
    started = waiting.values(status=ClipStatus.GENERATING, updated_at=NOW).returning(clips)
    tell_clips(connection, [rows.to_clip(row) for row in connection.execute(started).mappings()])


def beat(connection: Connection, claim: Claim, seconds: float, progress: float) -> None:
    """Extend the lease and note the progress. Cancelled, LeaseLost."""
    # A step that begins again elsewhere begins with what people have seen: progress never goes back.
    further = func.greatest(jobs.c.progress, min(max(progress, 0.0), 1.0))
    values: dict[str, object] = {"lease_until": NOW + timedelta(seconds=seconds), "progress": further}
    heard = _further(connection, claim.job.job_id, progress)
    try:
        change(connection, claim, values)
    except LeaseLost:
        _say_if_cancelled(connection, claim.job.job_id)
        raise
    if heard is not None:
        tell(connection, heard, "job", payloads.of_progress(claim.job.job_id, progress))


def _further(connection: Connection, job_id: JobId, progress: float) -> ProjectId | None:
    """The project to tell of a film's progress, where that is a step further; its row is then held."""
    now = select(jobs.c.progress).where(jobs.c.job_id == job_id, jobs.c.kind == JobKind.RENDER, _open)
    before = connection.scalar(now)
    if before is None or not payloads.told(before, min(progress, 1.0)):
        return None
    held = hold(connection, job_id)
    return held[0] if held and payloads.told(connection.scalar(now) or 0.0, min(progress, 1.0)) else None


def _say_if_cancelled(connection: Connection, job_id: JobId) -> None:
    if connection.scalar(select(jobs.c.state).where(jobs.c.job_id == job_id)) == JobState.CANCELLED:
        raise Cancelled(f"{job_id} was cancelled; nothing more is done for it.")


def park(connection: Connection, claim: Claim, seconds: float, refused: bool, waits: Failure | None) -> None:
    """Hand the lease back; the next step is due in ``seconds``. LeaseLost."""
    due = NOW + timedelta(seconds=seconds)
    attempts = jobs.c.attempts + int(refused)
    values = {"owner": None, "lease_until": None, "due_at": due, "attempts": attempts}
    change(connection, claim, {**values, **_waits_for(waits)})


def disown(connection: Connection, job_id: JobId, owner: str) -> None:
    """Hand back a lease whose claim was never heard; nothing where it was never given, or somebody else has it now."""
    heard = update(jobs).where(jobs.c.job_id == job_id, jobs.c.owner == owner, _open)
    connection.execute(heard.values(owner=None, lease_until=None, due_at=NOW))


def _waits_for(why: Failure | None) -> dict[str, object]:
    """For what, and since when: from the first of those steps in a row that met the same."""
    if why is None:
        return {"waits": None, "waits_since": None}
    same = jobs.c.waits["code"].as_string() == why.code
    return {"waits": rows.from_failure(why), "waits_since": case((same, jobs.c.waits_since), else_=NOW)}


def attend(connection: Connection, job_id: JobId, seconds: float, progress: float) -> None:
    """Note that parts of a parked job are being made. Cancelled; LeaseLost when it has ended otherwise."""
    values: dict[str, object] = {"progress": func.greatest(jobs.c.progress, min(max(progress, 0.0), 1.0))}
    values["due_at"] = NOW + timedelta(seconds=seconds)
    heard = _further(connection, job_id, progress)
    still = update(jobs).where(jobs.c.job_id == job_id, _open)
    if not connection.execute(still.values(values)).rowcount:
        _say_if_cancelled(connection, job_id)
        raise LeaseLost(f"{job_id} has ended: its parts are not needed any more.")
    if heard is not None:
        tell(connection, heard, "job", payloads.of_progress(job_id, progress))


def change(connection: Connection, claim: Claim, values: dict[str, object]) -> Row[tuple[object, ...]]:
    """Write ``values`` to a job that is still ours, and return its row. LeaseLost."""
    ours = update(jobs).where(
        jobs.c.job_id == claim.job.job_id, jobs.c.owner == claim.owner, jobs.c.fence == claim.fence, _open
    )
    row = connection.execute(ours.values(values).returning(jobs)).one_or_none()
    if row is None:
        raise LeaseLost(f"{claim.owner} holds {claim.job.job_id} no longer; whoever does goes on with it.")
    return row


def stranded(connection: Connection, grace: float, limit: int) -> Sequence[Job]:
    """Jobs that nobody holds and that are ``grace`` seconds overdue; found again, each is due later still."""
    grown = grace * func.power(2.0, func.least(jobs.c.resends, 10))
    pause = func.least(grown, max(grace, LONGEST))
    patience = case((jobs.c.kind == JobKind.RENDER, min(grace, FILM)), else_=grace)
    late = jobs.c.due_at < NOW - timedelta(seconds=1) * patience
    found = select(jobs.c.job_id).where(_open, _free, late, not_(_waits_for_clips())).order_by(jobs.c.due_at)
    chosen = found.limit(limit).with_for_update(skip_locked=True).cte("chosen")
    # due again by that which makes it late when the pause is over
    again = {"resends": jobs.c.resends + 1, "due_at": NOW + timedelta(seconds=1) * (pause - patience)}
    sent = update(jobs).where(jobs.c.job_id.in_(select(chosen.c.job_id))).values(again).returning(jobs)
    ordered = sorted(connection.execute(sent).mappings(), key=lambda row: row["ordinal"])
    return [rows.to_job(row) for row in ordered]


def _waits_for_clips() -> ColumnElement[bool]:
    """A film whose clips are still being made is not stranded, it waits."""
    below = jobs.alias("below")
    unfinished = select(below.c.job_id).where(below.c.parent_id == jobs.c.job_id, below.c.state.in_(OPEN))
    return and_(jobs.c.kind == JobKind.RENDER, unfinished.correlate(jobs).exists())
