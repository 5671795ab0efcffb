"""Who of a job's lineup makes its clip; and jobs that people hold back before they begin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from jynco.adapters.database.memory.leases import held
from jynco.adapters.database.memory.queueing import Line
from jynco.adapters.database.memory.store import Store
from jynco.adapters.database.text import storable
from jynco.model.ids import JobId
from jynco.model.jobs import Claim, Remark
from jynco.model.motion import Shot
from jynco.model.states import JobState


def recast(store: Store, claim: Claim, shot: Shot, said: Sequence[Remark]) -> None:
    """Write job and clip. LeaseLost. A clip that people have edited since stays as it is."""
    row = held(store, claim)
    before = row.job.shot.key if row.job.shot else None
    heard = tuple(replace(remark, message=storable(remark.message)) for remark in said)
    row.job = replace(row.job, shot=shot, said=(*claim.job.said, *heard))
    Line(store).step_aside(row.job.job_id)
    clip = store.clips.get((row.job.project_id, row.job.clip_id)) if row.job.clip_id else None
    if clip is not None and (clip.job_id, clip.cache_key) == (row.job.job_id, before):
        store.touch(clip.project_id)
        store.put_clip(replace(clip, cache_key=shot.key, provider=shot.provider, model=shot.model))


def held_back(store: Store, job_id: JobId, seconds: float) -> bool:
    """Whether the job has not begun and its queue is paused. Then it is due in ``seconds``: nobody need ring for it."""
    row = store.jobs.get(job_id)
    if row is None or row.job.state is not JobState.QUEUED:
        return False
    if f"{row.job.kind}.{row.job.lane}" not in store.pauses:
        return False
    row.due_at = store.now(seconds)
    return True
