"""The architect: reads a storyboard, draws a plan, and commits it as rows. It makes nothing itself."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from jynco.agents.drawing import Desk, Drafter
from jynco.agents.quartermaster import Quartermaster
from jynco.agents.storyboard import StoryboardKeeper
from jynco.document.view import storyboard
from jynco.errors import BudgetExceeded, DocumentInvalid, Fault, UsageWrong
from jynco.model.ids import ClipId, JobId, ProjectId
from jynco.model.jobs import ClipRow, Job, Project
from jynco.model.plan import Action, ClipPlan, Plan, Wishes
from jynco.model.states import ClipStatus, JobKind, Lane, OnMissing, Purpose
from jynco.model.storyboard import Document, Json
from jynco.ports import Clock, Database, Lock

log = logging.getLogger("jynco.architect")


@dataclass(frozen=True, slots=True)
class Started:
    """What a request led to: one render job with its motion jobs, or only motion jobs."""

    film: Job | None
    clips: tuple[Job, ...]
    joined: bool = False  # an equal job was running already, and this is it

    @property
    def first(self) -> Job:
        """The job to follow."""
        return self.film or self.clips[0]


class Architect:
    """Decides what to make, and says the price before the bill."""

    def __init__(
        self,
        database: Database,
        keeper: StoryboardKeeper,
        quartermaster: Quartermaster,
        drafter: Drafter,
        lock: Lock,
        clock: Clock,
    ) -> None:
        self._database = database
        self._keeper = keeper
        self._quartermaster = quartermaster
        self._drafter = drafter
        self._lock = lock
        self._clock = clock

    # --- the plan ------------------------------------------------------------------------------------

    def plan(self, project_id: ProjectId, wishes: Wishes) -> Plan:
        """What the film needs, and what it costs. Changes nothing. NotFound, DocumentInvalid."""
        return self._drafter.draw(self._desk(self._keeper.current(project_id)), wishes)

    def sketch(self, document: Document, folder: Path, wishes: Wishes) -> Plan:
        """The plan of a document that lies in ``folder`` with its files and need not be a project yet."""
        board = storyboard(document)
        rows = self._keeper.rows(board.project_id)
        return self._drafter.draw(Desk(board, 0, partial(self._quartermaster.beside, folder), rows), wishes)

    def _desk(self, project: Project) -> Desk:
        find = partial(self._quartermaster.file, project.project_id)
        rows = self._keeper.rows(project.project_id)
        return Desk(storyboard(project.document), project.revision, find, rows)

    # --- the start -----------------------------------------------------------------------------------

    def start(self, project_id: ProjectId, wishes: Wishes) -> Started:
        """Plan, and commit the jobs. The caller rings the doorbell afterwards. BudgetExceeded, DocumentInvalid."""
        with self._lock.hold(f"start-{project_id}"):
            project = self._keeper.current(project_id)
            running = self._running(project, wishes)
            if running is not None:
                return running
            plan = self._drafter.draw(self._desk(project), wishes)
            self._affordable(plan)
            self._possible(plan, project)
            started, rows = self._write(plan, project)
            self._database.jobs.accept([*([started.film] if started.film else []), *started.clips], rows)
        self._keeper.publish(project_id)
        return started

    def _running(self, project: Project, wishes: Wishes) -> Started | None:
        """The same film asked for twice is one job. A clip that is being made is not asked for again."""
        for job in self._database.jobs.active(project.project_id):
            if job.kind is JobKind.MOTION and wishes.clips == (job.clip_id,):
                plan = self._drafter.draw(self._desk(project), wishes).clips
                if plan and plan[0].shot == job.shot:
                    return Started(None, (job,), joined=True)
            if job.document == project.document and job.purpose is wishes.purpose and _same(job, wishes):
                return Started(job, tuple(self._database.jobs.children(job.job_id)), joined=True)
        return None

    def _affordable(self, plan: Plan) -> None:
        budget = plan.wishes.budget_usd
        if budget is not None and (plan.usd > budget or plan.unpriced):
            raise BudgetExceeded(
                f"This would cost about ${plan.usd:.2f}"
                + (f" and {plan.unpriced} clips of unknown price" if plan.unpriced else "")
                + f", over the budget of ${budget:.2f}; nothing was spent."
            )

    def _possible(self, plan: Plan, project: Project) -> None:
        """With the policy 'block' a clip that cannot be made refuses the film before anything is spent."""
        if plan.wishes.on_missing is not OnMissing.BLOCK and plan.wishes.purpose is not Purpose.CLIPS:
            return
        places = {clip.clip_id: clip.pointer for clip in storyboard(project.document).clips}
        faults = [
            Fault(places[clip.clip_id], "clip_impossible", f"{clip.clip_id}: {clip.reason}")
            for clip in plan.clips
            if clip.action is Action.FAILED
        ]
        if faults:
            raise DocumentInvalid(faults)

    def _write(self, plan: Plan, project: Project) -> tuple[Started, list[ClipRow]]:
        token = self._clock.token()
        film = None if plan.wishes.purpose is Purpose.CLIPS else self._film(plan, project, token)
        motions: list[Job] = []
        cast: list[Json] = []
        rows: list[ClipRow] = []
        for clip in plan.clips:
            job = self._motion(plan, clip, film, token) if _needs_job(plan, clip) else None
            if job is not None:
                motions.append(job)
            row = self._row(plan, clip, job)
            rows.append(row)
            cast.append(_cast(clip, row))
        if film is None and not motions:
            raise UsageWrong("There is no clip to generate: footage is used as it is.")
        if film is not None:
            film = replace(film, options={**film.options, "clips": cast})
        return Started(film, tuple(motions)), rows

    def _film(self, plan: Plan, project: Project, token: str) -> Job:
        return Job(
            JobId(f"job_render_{self._clock.token()}"),
            plan.project_id,
            JobKind.RENDER,
            plan.wishes.purpose,
            plan.wishes.lane,
            correlation_id=token,
            document=project.document,
            options=_options(plan.wishes),
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
            options={"payAgain": plan.wishes.pay_again},
        )

    def _row(self, plan: Plan, clip: ClipPlan, job: Job | None) -> ClipRow:
        row = ClipRow(plan.project_id, clip.clip_id)
        if clip.shot is not None:
            row = replace(row, cache_key=clip.shot.key, provider=clip.shot.provider, model=clip.shot.model)
        if job is not None:
            return replace(row, job_id=job.job_id)
        if clip.action is Action.FAILED:
            return replace(
                row, status=ClipStatus.FAILED, error_code="clip_impossible", error_message=clip.reason
            )
        if clip.action is Action.FOOTAGE or clip.shot is None:
            return replace(row, status=ClipStatus.COMPLETED)
        return self._kept(row)

    def _kept(self, row: ClipRow) -> ClipRow:
        """The row of a clip that is there already: the project's own file, or one from the cache."""
        before = self._keeper.rows(row.project_id).get(row.clip_id, row)
        if before.cache_key == row.cache_key and self._quartermaster.owns(row.project_id, before.source_file):
            return replace(
                before, status=ClipStatus.COMPLETED, error_code=None, error_message=None, cache_hit=True
            )
        assert row.cache_key is not None
        source = self._quartermaster.hand_over(row.project_id, row.clip_id, row.cache_key)
        return replace(row, status=ClipStatus.COMPLETED, source_file=source, cache_hit=True)

    # --- the rest of a job's life --------------------------------------------------------------------

    def retry(
        self, project_id: ProjectId, clip_id: ClipId, *, lane: Lane = Lane.NORMAL, pay_again: bool = False
    ) -> Started:
        """Make one clip again. NotFound, ConsentNeeded by way of the job's outcome."""
        return self.start(project_id, Wishes(Purpose.CLIPS, lane, pay_again=pay_again, clips=(clip_id,)))

    def cancel(self, job_id: JobId) -> Job:
        """End a job and the clips below it. A job that has ended stays as it is. NotFound."""
        job = self._database.jobs.cancel(job_id)
        self._keeper.publish(job.project_id)
        return job


def _needs_job(plan: Plan, clip: ClipPlan) -> bool:
    """Clips asked for by name get a job even when they are cached, so that there is something to follow."""
    return clip.action is Action.GENERATE or (
        plan.wishes.purpose is Purpose.CLIPS and clip.action is Action.CACHED
    )


def _cast(clip: ClipPlan, row: ClipRow) -> Json:
    """What the render job must know of a clip; the rest it reads from the rows."""
    return {
        "clipId": clip.clip_id,
        "action": str(clip.action),
        "jobId": row.job_id if row.status is ClipStatus.PENDING else None,
        "sourceFile": row.source_file,
        "provider": row.provider,
        "model": row.model,
        "reason": clip.reason,
    }


def _options(wishes: Wishes) -> dict[str, Json]:
    return {"onMissing": str(wishes.on_missing), "container": wishes.container, "provider": wishes.provider}


def _same(job: Job, wishes: Wishes) -> bool:
    return all(job.options.get(name) == value for name, value in _options(wishes).items())
