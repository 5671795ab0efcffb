"""A job and a plan as doors show them: the same words over HTTP and in a terminal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from jynco.model.ids import ClipId, JobId, ProjectId
from jynco.model.jobs import ClipRow, Job, Receipt, ReceiptLine
from jynco.model.motion import Shot
from jynco.model.plan import ClipPlan, CutPlan, Plan
from jynco.model.states import ClipStatus, JobKind, JobState
from jynco.model.storyboard import Json
from jynco.ports import Database

CLIPS_SHARE = 0.7  # of a film's progress, while it has clips to generate


def progress(job: Job, children: Sequence[Job]) -> float:
    """0..1 for a job with the jobs below it."""
    if job.state is JobState.COMPLETED:
        return 1.0
    if not children:
        return job.progress
    made = sum(1.0 if child.state.terminal else child.progress for child in children) / len(children)
    return CLIPS_SHARE * made + (1 - CLIPS_SHARE) * job.progress


def frames(job: Job) -> tuple[int, int] | None:
    """How many of a film's frames are there, and how many are due; None for what is no film."""
    planned = job.options.get("frames")
    due = job.receipt.frames if job.receipt else planned if isinstance(planned, int) else None
    if job.kind is not JobKind.RENDER or due is None:
        return None
    return (due if job.state is JobState.COMPLETED else round(job.progress * due)), due


def state(job: Job, children: Sequence[Job]) -> JobState:
    """A film runs once the first of its clips does, though its own turn comes last."""
    begun = any(child.state is not JobState.QUEUED for child in children)
    return JobState.RUNNING if job.state is JobState.QUEUED and begun else job.state


def dollars(usd: Decimal) -> str:
    """Money as text, spelled alike wherever it comes from: 0.25, whether a row says 0.250000 or a price list 0.25."""
    return f"{usd.normalize():f}"


def job_reports(database: Database, jobs: Sequence[Job]) -> list[dict[str, Json]]:
    """As ``job_report``, of many: what each has below it is read for all of them at once."""
    films = [job.job_id for job in jobs if job.kind is JobKind.RENDER]
    below: defaultdict[JobId | None, list[Job]] = defaultdict(list)
    made: defaultdict[ProjectId, dict[ClipId, ClipRow]] = defaultdict(dict)
    for child in database.jobs.children(*films) if films else ():
        below[child.parent_id].append(child)
    for row in database.projects.clips(*{job.project_id for job in jobs}) if jobs else ():
        made[row.project_id][row.clip_id] = row
    return [_report(job, below[job.job_id], made[job.project_id]) for job in jobs]


def job_report(database: Database, job: Job) -> dict[str, Json]:
    """A job in full, with its clips."""
    return job_reports(database, [job])[0]


def _report(job: Job, children: Sequence[Job], rows: Mapping[ClipId, ClipRow]) -> dict[str, Json]:
    counted = frames(job)
    return {
        "jobId": job.job_id,
        "projectId": job.project_id,
        "kind": str(job.purpose),
        "priority": str(job.lane),
        "state": str(state(job, children)),
        "progress": round(progress(job, children), 4),
        "framesDone": counted[0] if counted else None,
        "framesDue": counted[1] if counted else None,
        "clips": [*_clips(job, {child.clip_id: child for child in children if child.clip_id}, rows)],
        "receipt": receipt_report(job.receipt) if job.receipt else None,
        "error": _error(job),
        "waiting": _waiting(job, *children),
        "createdAt": moment(job.created_at),
        "startedAt": moment(_began(job, children)),
        "finishedAt": moment(job.finished_at),
    }


def _waiting(*jobs: Job) -> Json:
    """What has to pass before the first of those that wait can go on: no room at a provider, or on a disk."""
    for job in jobs:
        if job.waits is not None and not job.state.terminal:
            return {
                "code": job.waits.code,
                "message": job.waits.message,
                "since": moment(job.waits_since),
            }
    return None


def receipt_report(receipt: Receipt) -> dict[str, Json]:
    """What the film is made of."""
    return {
        "complete": receipt.complete,
        "frames": receipt.frames,
        "costUsd": dollars(receipt.cost_usd),
        "clips": [_line(line) for line in receipt.lines],
    }


def plan_report(plan: Plan) -> dict[str, Json]:
    """A plan in full."""
    return {
        "projectId": plan.project_id,
        "revision": plan.revision,
        "frames": plan.frames,
        "costUsd": dollars(plan.usd),
        "unpricedClips": plan.unpriced,
        "seconds": round(sum(clip.seconds for clip in plan.clips), 1),
        "clips": [_planned(clip) for clip in plan.clips],
        "cut": _cut(plan.cut) if plan.cut else None,
    }


def _cut(cut: CutPlan) -> dict[str, Json]:
    """What of the film must be encoded."""
    return {
        "segments": cut.segments,
        "framesToEncode": cut.frames,
        "sound": cut.sound,
        "encode": [
            {
                "segment": each.name,
                "frames": each.frames,
                "reason": each.reason,
                "waitsFor": list(each.waits_for),
            }
            for each in cut.encode
        ],
    }


def _planned(clip: ClipPlan) -> Json:
    return {
        "clipId": clip.clip_id,
        "action": str(clip.action),
        "frames": clip.frames,
        "provider": clip.shot.provider if clip.shot else None,
        "model": clip.shot.model if clip.shot else None,
        "cacheKey": clip.shot.key if clip.shot else None,
        "costUsd": None if clip.usd is None else dollars(clip.usd),
        "seconds": round(clip.seconds, 1),
        "reason": clip.reason,
        "understudies": [f"{shot.provider}:{shot.model}" for shot in _others(clip)],
        "skipped": [remark.words for remark in clip.skipped],
    }


def _others(clip: ClipPlan) -> tuple[Shot, ...]:
    """Who takes over, in turn, should the one that is planned not make it."""
    after = clip.lineup.index(clip.shot) + 1 if clip.shot in clip.lineup else 0
    return clip.lineup[after:]


def _clips(job: Job, children: Mapping[ClipId, Job], rows: Mapping[ClipId, ClipRow]) -> list[Json]:
    cast = job.options.get("clips")
    names = (
        [ClipId(str(entry["clipId"])) for entry in cast if isinstance(entry, dict)]
        if isinstance(cast, list)
        else []
    )
    if job.clip_id is not None:
        names, children = [job.clip_id], {job.clip_id: job}
    return [_clip(name, children.get(name), rows.get(name)) for name in names]


def _clip(name: ClipId, child: Job | None, row: ClipRow | None) -> Json:
    row_speaks = row is not None and (child is None or row.job_id == child.job_id)
    failure = child.failure if child else None
    shot = child.shot if child else None
    maker = shot or row
    return {
        "clipId": name,
        "provider": maker.provider if maker else None,
        "model": maker.model if maker else None,
        "status": str(_status(child) if child else row.status if row else ClipStatus.PENDING),
        "jobId": child.job_id if child else None,
        "cacheHit": bool(row.cache_hit) if row is not None and row_speaks else False,
        "attempts": child.attempts if child else 0,
        "costUsd": dollars(row.cost_usd) if row is not None and child is not None and row_speaks else "0",
        "errorMessage": failure.message if failure else _unmade(child, row if row_speaks else None),
    }


def _unmade(child: Job | None, row: ClipRow | None) -> str | None:
    if child is not None and child.state is JobState.CANCELLED:
        return "It was cancelled before it was made."
    return row.error_message if row else None


def _status(job: Job) -> ClipStatus:
    return {
        JobState.QUEUED: ClipStatus.PENDING,
        JobState.RUNNING: ClipStatus.GENERATING,
        JobState.COMPLETED: ClipStatus.COMPLETED,
        JobState.CANCELLED: ClipStatus.PENDING,  # nobody makes it any more, and nothing went wrong
    }.get(job.state, ClipStatus.FAILED)


def _line(line: ReceiptLine) -> Json:
    return {
        "clipId": line.clip_id,
        "made": str(line.made),
        "provider": line.provider,
        "model": line.model,
        "costUsd": dollars(line.cost_usd),
        "note": line.note,
    }


def _error(job: Job) -> Json:
    if job.failure is None:
        return None
    return {"code": job.failure.code, "message": job.failure.message, "retryable": job.failure.retryable}


def _began(job: Job, children: Sequence[Job]) -> datetime | None:
    return min((each.started_at for each in (job, *children) if each.started_at), default=None)


def moment(when: datetime | None) -> str | None:
    """A time as text, in UTC."""
    return when.isoformat().replace("+00:00", "Z") if when else None
