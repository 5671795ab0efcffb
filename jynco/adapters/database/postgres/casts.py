"""Who of a job's lineup makes its clip; and jobs that people hold back before they begin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import Connection, select, update

from jynco.adapters.database.postgres import queueing, rows
from jynco.adapters.database.postgres.admission_tables import pauses
from jynco.adapters.database.postgres.events import hold, tell_clips
from jynco.adapters.database.postgres.leases import change
from jynco.adapters.database.postgres.tables import NOW, clips, jobs
from jynco.model.ids import JobId
from jynco.model.jobs import Claim, Remark
from jynco.model.motion import Shot
from jynco.model.states import JobState
from jynco.model.storyboard import Json


def recast(connection: Connection, claim: Claim, shot: Shot, said: Sequence[Remark]) -> None:
    """Write job and clip in one transaction. LeaseLost. A clip that people have edited since stays as it is."""
    hold(connection, claim.job.job_id)
    remarks: list[Json] = [rows.from_remark(remark) for remark in (*claim.job.said, *said)]
    values: Mapping[str, object] = {"shot": shot.to_json(), "said": remarks}
    change(connection, claim, dict(values))
    queueing.step_aside(connection, claim.job.job_id)
    before = claim.job.shot.key if claim.job.shot else None
    mine = update(clips).where(clips.c.job_id == claim.job.job_id, clips.c.cache_key == before)
    maker = {"cache_key": shot.key, "provider": shot.provider, "model": shot.model, "updated_at": NOW}
    changed = connection.execute(mine.values(maker).returning(clips)).mappings()
    tell_clips(connection, [rows.to_clip(row) for row in changed])


def held_back(connection: Connection, job_id: JobId, seconds: float) -> bool:
    """Whether the job has not begun and its queue is paused. Then it is due in ``seconds``: nobody need ring for it."""
    names = select(pauses.c.name)
    waiting = update(jobs).where(
        jobs.c.job_id == job_id,
        jobs.c.state == JobState.QUEUED,
        jobs.c.kind.concat(".").concat(jobs.c.lane).in_(names),
    )
    return connection.execute(waiting.values(due_at=NOW + timedelta(seconds=seconds))).rowcount > 0
