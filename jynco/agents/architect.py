"""The architect: reads a storyboard, draws a plan, and commits it as rows. It makes nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from jynco.agents.counting import failures
from jynco.agents.drawing import Desk, Drafter
from jynco.agents.orders import Clerk, Standing, terms
from jynco.agents.quartermaster import Quartermaster
from jynco.agents.scouting import Scout
from jynco.agents.storyboard import StoryboardKeeper
from jynco.document.view import storyboard
from jynco.errors import BudgetExceeded, Busy, DocumentInvalid, Fault, NotFound, ServiceAway, UsageWrong
from jynco.model.admission import Rules
from jynco.model.ids import ClipId, JobId, ProjectId
from jynco.model.jobs import Job, Project
from jynco.model.money import FREE, Budget, Room
from jynco.model.plan import Action, Plan, Wishes
from jynco.model.states import JobKind, Lane, OnMissing, Purpose
from jynco.model.storyboard import Document
from jynco.ports import Clock, Database, Lock
from jynco.ports.tracing import span

TRIES: Final = 3  # plans, while somebody empties the cache
URGENCY: Final = (Lane.HIGH, Lane.NORMAL, Lane.LOW)
_UNLIMITED: Final = Rules()


@dataclass(frozen=True, slots=True)
class Started:
    """What a request led to: one render job with its motion jobs, or only motion jobs."""

    film: Job | None
    clips: tuple[Job, ...]
    joined: bool = False  # all of it was running already

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
        scout: Scout | None = None,
        rules: Rules = _UNLIMITED,
    ) -> None:
        self._database = database
        self._keeper = keeper
        self._quartermaster = quartermaster
        self._drafter = drafter
        self._lock = lock
        self._clerk = Clerk(clock, rules)
        self._scout = scout

    # --- the plan ------------------------------------------------------------------------------------

    def plan(self, project_id: ProjectId, wishes: Wishes) -> Plan:
        """What the film needs, and what it costs. Changes nothing. NotFound, DocumentInvalid."""
        return self._drawn(self._desk(self._keeper.current(project_id)), wishes)

    def sketch(self, document: Document, folder: Path, wishes: Wishes) -> Plan:
        """The plan of a document that lies in ``folder`` with its files and need not be a project yet."""
        desk = Desk(storyboard(document), 0, partial(self._quartermaster.beside, folder))
        return self._drawn(desk, wishes)

    def _drawn(self, desk: Desk, wishes: Wishes) -> Plan:
        plan = self._drafter.draw(desk, wishes)
        return plan if self._scout is None else replace(plan, cut=self._scout.survey(desk, plan))

    def _desk(self, project: Project) -> Desk:
        find = partial(self._quartermaster.file, project.project_id)
        return Desk(storyboard(project.document), project.revision, find)

    # --- the start -----------------------------------------------------------------------------------

    def start(self, project_id: ProjectId, wishes: Wishes) -> Started:
        """Plan, and commit the jobs. The caller rings the doorbell afterwards.

        BudgetExceeded, DocumentInvalid, UsageWrong before anything is spent or written; NotFound.
        """
        if wishes.clips and wishes.purpose is not Purpose.CLIPS:
            raise UsageWrong("A film has all its clips: name clips only when no film is asked for.")
        work = span("architect.start", project_id=project_id, purpose=str(wishes.purpose))
        alone = self._lock.hold(f"start-{project_id}")
        with work as told, failures(self._database.metrics, "architect"), alone:
            project = self._keeper.current(project_id)
            started = self._equal(project, wishes) or self._begin(project, wishes)
            told.note(job_id=started.first.job_id, clips=len(started.clips), joined=started.joined)
        self._keeper.soon(project_id)
        return started

    def _equal(self, project: Project, wishes: Wishes) -> Started | None:
        """The film that runs already, if it is this very one: same words, same files, same terms."""
        if wishes.purpose is Purpose.CLIPS:
            return None
        for job in self._database.jobs.active(project.project_id):
            if job.kind is not JobKind.RENDER or job.purpose is not wishes.purpose:
                continue
            wanted = {**terms(wishes), "files": self._drafter.ingredients(self._desk(project))}
            same = job.document == project.document and wanted.items() <= job.options.items()
            if same and _soon_enough(job, wishes):
                return Started(job, tuple(self._database.jobs.children(job.job_id)), joined=True)
        return None

    def _begin(self, project: Project, wishes: Wishes) -> Started:
        desk = self._desk(project)
        for _ in range(TRIES):
            plan = self._drafter.draw(desk, wishes)
            self._afford(plan)
            self._possible(plan, desk)
            files = self._delivered(plan)
            if files is not None:
                return self._commit(plan, project, desk, files)
        raise ServiceAway("The cache is being emptied just now: try again in a moment.", retry_after=5)

    def _afford(self, plan: Plan) -> None:
        """BudgetExceeded. What is begun already is reserved already, which is looked up only where it matters."""
        rooms = partial(self._database.books.rooms, plan.project_id)
        try:
            _affordable(plan, rooms)
        except BudgetExceeded:
            begun = self._begun(plan)
            if not begun:
                raise
            paid = (replace(clip, usd=FREE) if clip.clip_id in begun else clip for clip in plan.clips)
            _affordable(replace(plan, clips=tuple(paid)), rooms)

    def _begun(self, plan: Plan) -> frozenset[ClipId]:
        """Clips that are being made, and named ones that are looked at once more before anybody orders them anew."""
        keys = {clip.clip_id: clip.shot.key for clip in plan.to_generate if clip.shot is not None}
        running = self._database.admission.running(list(keys.values()))
        unsure = () if plan.wishes.pay_again else plan.wishes.clips
        lost = {name for name in unsure if name in keys and self._database.ledger.unknown(keys[name])}
        return frozenset(name for name, key in keys.items() if key in running or name in lost)

    def _delivered(self, plan: Plan) -> dict[ClipId, str] | None:
        """The files of the clips that are there; None when one went between the plan and now."""
        files: dict[ClipId, str] = {}
        for clip in plan.clips:
            if clip.action is Action.CACHED and clip.shot is not None:
                file = self._quartermaster.deliver(plan.project_id, clip.clip_id, clip.shot.key)
                if file is None:
                    return None
                files[clip.clip_id] = file
        return files

    def _commit(self, plan: Plan, project: Project, desk: Desk, files: dict[ClipId, str]) -> Started:
        running = self._running(plan)
        standing = Standing(
            self._keeper.rows(plan.project_id), files, running, self._drafter.ingredients(desk)
        )
        order = self._clerk.order(plan, project, standing)
        known = {job.job_id for job in running.values()}
        fresh = [job for job in (order.film, *order.clips) if job is not None and job.job_id not in known]
        if order.film is None and not order.clips:
            raise UsageWrong("There is no clip to generate: footage is used as it is.")
        if fresh:
            self._database.jobs.accept(fresh, order.rows, order.places)
        return Started(order.film, order.clips, joined=not fresh)

    def _running(self, plan: Plan) -> dict[ClipId, Job]:
        """Jobs for single clips that make just what is wanted: a clip that is being made is not asked for again."""
        if plan.wishes.purpose is not Purpose.CLIPS:
            return {}
        wanted = {clip.clip_id: clip.shot for clip in plan.clips if clip.shot is not None}
        return {
            job.clip_id: job
            for job in self._database.jobs.active(plan.project_id, tuple(wanted))
            if job.clip_id is not None
            and wanted.get(job.clip_id) in (job.shot, *job.lineup)
            and (job.options.get("payAgain") or not plan.wishes.pay_again)
            and (job.options.get("failoverModerated") or not plan.wishes.failover_moderated)
            and _soon_enough(job, plan.wishes)
        }

    def _possible(self, plan: Plan, desk: Desk) -> None:
        """What the policy does not forgive refuses the request before anything is spent."""
        faults = [*_impossible(plan, desk)]
        if plan.wishes.purpose is not Purpose.CLIPS:
            faults += self._drafter.unusable(desk)
        if faults:
            raise DocumentInvalid(faults)

    # --- the rest of a job's life --------------------------------------------------------------------

    def retry(
        self,
        project_id: ProjectId,
        clip_id: ClipId,
        *,
        lane: Lane = Lane.NORMAL,
        pay_again: bool = False,
        failover_moderated: bool = False,
    ) -> Started:
        """Make one clip again. NotFound; ConsentNeeded comes as the job's outcome."""
        wishes = Wishes(Purpose.CLIPS, lane, pay_again=pay_again, clips=(clip_id,))
        return self.start(project_id, replace(wishes, failover_moderated=failover_moderated))

    def cancel(self, job_id: JobId) -> Job:
        """End a job and the clips below it. A job that has ended stays as it is. NotFound."""
        job = self._database.jobs.cancel(job_id)
        self._keeper.soon(job.project_id)
        return job

    def delete(self, project_id: ProjectId) -> None:
        """Remove a project: its jobs end, its rows and files go; cache and ledger keep what was paid. NotFound."""
        with self._lock.hold(f"start-{project_id}"):
            for job in self._database.jobs.active(project_id):
                self._database.jobs.cancel(job.job_id)
            self._quartermaster.condemn(project_id)
            try:
                self._keeper.delete(project_id, partial(self._quartermaster.forget, project_id))
            except NotFound:
                self._quartermaster.pardon(project_id)
                raise

    def bury(self) -> int:
        """Remove the folders of projects whose deleter died after the rows; returns how many went."""
        return sum(self._buried(project_id) for project_id in self._quartermaster.condemned())

    def _buried(self, project_id: ProjectId) -> bool:
        forget = partial(self._quartermaster.forget, project_id)
        pardon = partial(self._quartermaster.pardon, project_id)
        try:
            with self._lock.hold(f"start-{project_id}", 0.0):
                return self._keeper.bury(project_id, forget, pardon)
        except Busy:  # whoever deletes it just now goes on first
            return False


def _affordable(plan: Plan, rooms: Callable[[], Sequence[Room]]) -> None:
    """BudgetExceeded where the plan costs more than the request, the project or the tenant may spend."""
    if not plan.usd and not plan.unpriced:
        return
    asked = plan.wishes.budget_usd
    own = [] if asked is None else [Room("the budget", Budget(asked))]
    unpriced = f" and {plan.unpriced} clips whose price nobody publishes" if plan.unpriced else ""
    for room in (*own, *rooms()):
        if plan.usd > room.left or (plan.unpriced and not room.budget.allow_unpriced):
            left = f", of which ${room.left:.2f} is left" if room.spent else ""
            raise BudgetExceeded(
                f"This costs about ${plan.usd:.2f}{unpriced}, and {room.whose} is ${room.budget.usd:.2f}{left}; "
                "nothing was spent."
            )


def _impossible(plan: Plan, desk: Desk) -> Iterator[Fault]:
    """Clips that cannot be made and must be: those asked for by name, and those whose policy is to block."""
    clips = {clip.clip_id: clip for clip in desk.board.clips}
    for planned in plan.clips:
        clip = clips[planned.clip_id]
        policy = clip.on_missing or plan.wishes.on_missing
        if planned.action is Action.FAILED and (plan.wishes.clips or policy is OnMissing.BLOCK):
            yield Fault(clip.pointer, "clip_impossible", f"{clip.clip_id}: {planned.reason}")


def _soon_enough(job: Job, wishes: Wishes) -> bool:
    """Whether who waits for this job waits no longer than for one of their own."""
    return URGENCY.index(job.lane) <= URGENCY.index(wishes.lane)
