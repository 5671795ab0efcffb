"""From a plan to rows: the jobs it takes, the clips they belong to, and what the render job must know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from jynco.model.admission import Place, Rules
from jynco.model.ids import ClipId, JobId
from jynco.model.jobs import ClipRow, Job, Project
from jynco.model.plan import Action, ClipPlan, Plan, Wishes
from jynco.model.states import ClipStatus, JobKind, Purpose
from jynco.model.storyboard import Json
from jynco.ports import Clock
from jynco.ports.tracing import carried


@dataclass(frozen=True, slots=True)
class Standing:
    """What there is already when a plan becomes rows."""

    rows: Mapping[ClipId, ClipRow] = field(default_factory=dict)
    files: Mapping[ClipId, str] = field(default_factory=dict)  # of clips that need no making
    running: Mapping[ClipId, Job] = field(default_factory=dict)  # jobs that make the very same clip
    ingredients: str = ""  # a digest of people's files


@dataclass(frozen=True, slots=True)
class Order:
    """The rows of a plan: a film or none, the motion jobs in the film's order, the clips' rows, and where they wait."""

    film: Job | None
    clips: tuple[Job, ...]
    rows: tuple[ClipRow, ...]
    places: tuple[Place, ...] = ()


class Clerk:
    """Writes orders; it commits nothing."""

    def __init__(self, clock: Clock, rules: Rules) -> None:
        self._clock = clock
        self._rules = rules

    def order(self, plan: Plan, project: Project, standing: Standing) -> Order:
        """The rows of a plan. Clips that a running job makes get no second one."""
        token = self._clock.token()
        film = None if plan.wishes.purpose is Purpose.CLIPS else self._film(plan, project, token)
        jobs = {
            clip.clip_id: standing.running.get(clip.clip_id) or self._motion(plan, clip, film, token)
            for clip in plan.clips
            if _needs_job(plan, clip)
        }
        rows = [
            _row(plan, clip, jobs.get(clip.clip_id), standing)
            for clip in plan.clips
            if clip.clip_id not in standing.running
        ]
        if film is not None:
            cast: list[Json] = [_cast(clip, jobs.get(clip.clip_id)) for clip in plan.clips]
            options = {
                **terms(plan.wishes),
                **_purse(plan.wishes),
                "files": standing.ingredients,
                "frames": plan.frames,
                "clips": cast,
                **carried(),
            }
            film = replace(film, options=options)
        return Order(film, tuple(jobs.values()), tuple(rows), self._places(plan, standing, jobs))

    def _places(self, plan: Plan, standing: Standing, jobs: Mapping[ClipId, Job]) -> tuple[Place, ...]:
        """Where those stand whom a vendor has to make; who runs already stands there."""
        wanted = {clip.clip_id for clip in plan.clips if clip.action is Action.GENERATE}
        fresh = [job for name, job in jobs.items() if name in wanted and name not in standing.running]
        return tuple(place for job in fresh if (place := self._rules.place(job)) is not None)

    def _film(self, plan: Plan, project: Project, token: str) -> Job:
        return Job(
            JobId(f"job_render_{self._clock.token()}"),
            plan.project_id,
            JobKind.RENDER,
            plan.wishes.purpose,
            plan.wishes.lane,
            correlation_id=token,
            document=project.document,
        )

    def _motion(self, plan: Plan, clip: ClipPlan, film: Job | None, token: str) -> Job:
        return Job(
            JobId(f"job_motion_{self._clock.token()}"),
            plan.project_id,
            JobKind.MOTION,
            plan.wishes.purpose,
            plan.wishes.lane,
            correlation_id=token,
            parent_id=film.job_id if film else None,
            clip_id=clip.clip_id,
            shot=clip.shot,
            image=clip.image,
            lineup=clip.lineup,
            said=clip.skipped,
            options={**_consent(plan.wishes), **_purse(plan.wishes), **carried()},
        )


def terms(wishes: Wishes) -> dict[str, Json]:
    """What two requests for a film must agree on to be one request."""
    return {
        "onMissing": str(wishes.on_missing),
        "container": wishes.container,
        "provider": wishes.provider,
        **_consent(wishes),
    }


def _consent(wishes: Wishes) -> dict[str, Json]:
    return {"payAgain": wishes.pay_again, "failoverModerated": wishes.failover_moderated}


def _purse(wishes: Wishes) -> dict[str, Json]:
    """What the request may cost: each of its clips is held to it when it is ordered."""
    return {} if wishes.budget_usd is None else {"budgetUsd": str(wishes.budget_usd)}


def _needs_job(plan: Plan, clip: ClipPlan) -> bool:
    """Clips asked for by themselves get a job even when they are cached, so that there is something to follow."""
    alone = plan.wishes.purpose is Purpose.CLIPS
    return clip.action is Action.GENERATE or (alone and clip.action is Action.CACHED)


def _row(plan: Plan, clip: ClipPlan, job: Job | None, standing: Standing) -> ClipRow:
    row = ClipRow(plan.project_id, clip.clip_id)
    if clip.shot is not None:
        row = replace(row, cache_key=clip.shot.key, provider=clip.shot.provider, model=clip.shot.model)
    if job is not None:
        return replace(row, job_id=job.job_id)
    if clip.action is Action.FAILED:
        return replace(row, status=ClipStatus.FAILED, error_code="clip_impossible", error_message=clip.reason)
    before = standing.rows.get(clip.clip_id)
    if clip.shot is not None and before is not None and before.cache_key == row.cache_key:
        row = replace(before, error_code=None, error_message=None)  # it still knows what it cost
    file = standing.files.get(clip.clip_id)
    return replace(row, status=ClipStatus.COMPLETED, source_file=file, cache_hit=file is not None)


def _cast(clip: ClipPlan, job: Job | None) -> Json:
    """What the render job must know of a clip; the rest it reads from the rows."""
    return {
        "clipId": clip.clip_id,
        "action": str(clip.action),
        "jobId": job.job_id if job else None,
        "cacheKey": clip.shot.key if clip.shot else None,
        "provider": clip.shot.provider if clip.shot else None,
        "model": clip.shot.model if clip.shot else None,
        "reason": clip.reason,
    }
