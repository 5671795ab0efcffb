"""Jobs: accepting and reading them here, leases in ``leases``, ends in ``endings``."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from jynco.adapters.database import payloads, tallies
from jynco.adapters.database.memory import casts, census, endings, leases
from jynco.adapters.database.memory.queueing import Line
from jynco.adapters.database.memory.store import JobRow, Store, alone, missing_job, shown_job
from jynco.adapters.database.text import copied
from jynco.errors import Conflict, NotFound
from jynco.model.admission import Place
from jynco.model.census import Census
from jynco.model.ids import ClipId, JobId, ProjectId
from jynco.model.jobs import Claim, ClipRow, Failure, Job, Outcome, Receipt, Remark
from jynco.model.motion import Shot
from jynco.model.states import JobKind, JobState


class MemoryJobs:
    """The twin of the ``jobs`` table."""

    def __init__(self, store: Store, tenant: str | None = None) -> None:
        self.store = store
        self._tenant = tenant

    @alone
    def accept(self, jobs: Sequence[Job], clips: Sequence[ClipRow], places: Sequence[Place] = ()) -> None:
        """Queue the jobs, due now, and set the clips' rows. NotFound (project), Conflict (id taken)."""
        parents_first = sorted(jobs, key=lambda job: job.parent_id is not None)
        self._refuse(parents_first)
        project_ids = {job.project_id for job in jobs} | {clip.project_id for clip in clips}
        for project_id in project_ids:
            self.store.refuse_foreign(
                self._tenant, project_id
            )  # all of them are there before anything is changed
        errand = self.store.errand()
        if errand is not None and jobs:
            errand.made = tuple(job.job_id for job in jobs)
        for project_id in sorted(project_ids):
            self.store.touch(project_id)
        for job in parents_first:
            self.store.jobs[job.job_id] = JobRow(self._asked(job), self.store.now())
            self.store.tell_job(job, JobState.QUEUED)
        Line(self.store).join(places)
        subject = parents_first[0].job_id if parents_first else ""
        for clip in clips:
            before = self.store.clips.get((clip.project_id, clip.clip_id))
            self.store.put_clip(clip)
            self.store.owe(clip.project_id, payloads.clip_end(before, clip, subject))
        self.store.count(*tallies.of_order(clips))

    @alone
    def get(self, job_id: JobId) -> Job:
        """The job. NotFound."""
        row = self.store.job(job_id)
        if not self._own(row.job):
            raise missing_job(job_id)
        return shown_job(row)

    @alone
    def page(
        self, project_id: ProjectId | None, state: JobState | None, after: JobId | None, limit: int
    ) -> Sequence[Job]:
        """Up to ``limit`` jobs older than ``after``, the newest first."""
        order = list(self.store.jobs)
        older = order if after is None else order[: order.index(after)] if after in order else []
        newest = (self.store.jobs[job_id] for job_id in reversed(older))
        mine = (row for row in newest if self._own(row.job))
        wanted = [row for row in mine if project_id in {None, row.job.project_id}]
        return [shown_job(row) for row in wanted if state in {None, row.job.state}][:limit]

    @alone
    def children(self, *job_ids: JobId) -> Sequence[Job]:
        """The jobs below these, in the order they came in."""
        return self._in_order(lambda job: job.parent_id in job_ids)

    @alone
    def unfinished(self, job_id: JobId) -> bool:
        """Whether a job below this one has not ended."""
        return bool(self._in_order(lambda job: job.parent_id == job_id and not job.state.terminal))

    @alone
    def active(self, project_id: ProjectId, clips: Sequence[ClipId] | None = None) -> Sequence[Job]:
        """Films, and clips asked for by themselves, that have not ended; only of these ``clips``, where given."""
        return self._in_order(
            lambda job: (
                job.project_id == project_id
                and not job.state.terminal
                and (job.kind is JobKind.RENDER or job.parent_id is None)
                and (clips is None or job.clip_id in clips)
            )
        )

    @alone
    def made(self, project_id: ProjectId, clip_id: ClipId) -> Sequence[Job]:
        """The jobs that have made a film of the clip, the newest first."""
        mine = self._in_order(
            lambda job: (
                (job.project_id, job.clip_id) == (project_id, clip_id)
                and (job.kind, job.state) == (JobKind.MOTION, JobState.COMPLETED)
            )
        )
        return mine[::-1]

    @alone
    def census(self) -> Census:
        """What waits in the queues, since when; and how many clips were there already."""
        return census.census(self.store, lambda project_id: self.store.owns(self._tenant, project_id))

    @alone
    def claim(self, job_id: JobId, owner: str, seconds: float) -> Claim | None:
        """The right to work on the job for ``seconds``; None when it is taken, ended or gone."""
        return leases.claim(self.store, job_id, owner, seconds)

    @alone
    def beat(self, claim: Claim, seconds: float, progress: float) -> None:
        """Hold the job for ``seconds`` more. Cancelled, LeaseLost."""
        leases.beat(self.store, claim, seconds, progress)

    @alone
    def park(
        self, claim: Claim, seconds: float, *, refused: bool = False, waits: Failure | None = None
    ) -> None:
        """Hand the job back, its next step due in ``seconds``; ``refused`` counts an attempt. LeaseLost.

        ``waits``: what has to pass before it can go on.
        """
        leases.park(self.store, claim, seconds, refused, waits)

    @alone
    def disown(self, job_id: JobId, owner: str) -> None:
        """Hand back what a claim gave to ``owner`` who never heard of it: that is no crash."""
        row = self.store.jobs.get(job_id)
        if row is not None and row.owner == owner and not row.job.state.terminal:
            leases.hand_back(row)
            row.due_at = self.store.now()

    @alone
    def recast(self, claim: Claim, shot: Shot, *said: Remark) -> None:
        """Have another of the job's lineup make its clip, and keep why. LeaseLost."""
        casts.recast(self.store, claim, shot, said)

    @alone
    def held_back(self, job_id: JobId, seconds: float) -> bool:
        """Whether the job has not begun and its queue is paused; then it is due in ``seconds``."""
        return casts.held_back(self.store, job_id, seconds)

    @alone
    def attend(self, job_id: JobId, seconds: float, progress: float) -> None:
        """Parts of a parked job are being made: it is due in ``seconds``, not before. Cancelled, LeaseLost."""
        leases.attend(self.store, job_id, seconds, progress)

    @alone
    def finish_motion(self, claim: Claim, outcome: Outcome) -> None:
        """End a motion job and set its clip's row. LeaseLost."""
        endings.finish_motion(self.store, claim, outcome)

    @alone
    def finish_render(
        self, claim: Claim, *, output: str | None, receipt: Receipt | None, failure: Failure | None
    ) -> None:
        """End a render job: completed, unless there is a failure. LeaseLost."""
        endings.finish_render(self.store, claim, output, receipt, failure)

    @alone
    def cancel(self, job_id: JobId) -> Job:
        """End the job and those below it; an ended job is returned as it is. NotFound."""
        self.get(job_id)  # whose it is never changes
        return endings.cancel(self.store, job_id)

    @alone
    def stranded(self, grace: float, limit: int) -> Sequence[Job]:
        """Up to ``limit`` jobs that nobody holds and that are ``grace`` seconds overdue, to be sent again."""
        return leases.stranded(self.store, grace, limit)

    def _in_order(self, wanted: Callable[[Job], bool]) -> Sequence[Job]:
        mine = (row for row in self.store.jobs.values() if self._own(row.job))
        return [shown_job(row) for row in mine if wanted(row.job)]

    def _own(self, job: Job) -> bool:
        return self.store.owns(self._tenant, job.project_id)

    def _refuse(self, jobs: Sequence[Job]) -> None:
        known = set(self.store.jobs)
        for job in jobs:
            if job.job_id in known:
                raise Conflict("It exists already; read it again before changing it.")
            if job.parent_id is not None and job.parent_id not in known:
                raise NotFound("It belongs to a project or job that does not exist (any more).")
            known.add(job.job_id)

    def _asked(self, job: Job) -> Job:
        """What was asked for, and nothing that only work can bring."""
        return Job(
            job.job_id,
            job.project_id,
            job.kind,
            job.purpose,
            job.lane,
            job.correlation_id,
            parent_id=job.parent_id,
            clip_id=job.clip_id,
            shot=job.shot,
            image=job.image,
            lineup=job.lineup,
            said=job.said,
            document=copied(job.document),
            options=copied(dict(job.options)),
            created_at=self.store.now(),
        )
