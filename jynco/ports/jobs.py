"""What is being done, kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from jynco.model.admission import Place
from jynco.model.census import Census
from jynco.model.ids import ClipId, JobId, ProjectId
from jynco.model.jobs import Claim, ClipRow, Failure, Job, Outcome, Receipt, Remark
from jynco.model.motion import Shot
from jynco.model.states import JobState


class Jobs(Protocol):
    """Jobs, their leases and their ends, by the database's clock. Late writers get LeaseLost."""

    def accept(
        self, jobs: Sequence[Job], clips: Sequence[ClipRow], places: Sequence[Place] = ...
    ) -> None: ...  # one transaction; ``places`` of those that have to stand in a vendor's line
    def get(self, job_id: JobId) -> Job: ...
    def page(
        self, project_id: ProjectId | None, state: JobState | None, after: JobId | None, limit: int
    ) -> Sequence[Job]: ...
    def children(self, *job_ids: JobId) -> Sequence[Job]: ...  # of one film, or of several
    def unfinished(self, job_id: JobId) -> bool: ...  # whether a job below it has not ended
    def active(
        self, project_id: ProjectId, clips: Sequence[ClipId] | None = None
    ) -> Sequence[Job]: ...  # render and clips jobs not yet terminal; where named, of these clips alone
    def made(
        self, project_id: ProjectId, clip_id: ClipId
    ) -> Sequence[Job]: ...  # the clip's films, the newest first
    def census(self) -> Census: ...  # what waits, since when; what was there already
    def claim(self, job_id: JobId, owner: str, seconds: float) -> Claim | None: ...  # None: taken or terminal
    def beat(self, claim: Claim, seconds: float, progress: float) -> None: ...
    def park(
        self, claim: Claim, seconds: float, *, refused: bool = False, waits: Failure | None = None
    ) -> None: ...  # lease back, next step later; ``waits``: what has to pass before it can go on
    def disown(self, job_id: JobId, owner: str) -> None: ...  # a claim whose answer never came; no crash
    def recast(
        self, claim: Claim, shot: Shot, *said: Remark
    ) -> None: ...  # another of its lineup makes the clip
    def held_back(
        self, job_id: JobId, seconds: float
    ) -> bool: ...  # has not begun, and people paused its queue
    def attend(
        self, job_id: JobId, seconds: float, progress: float
    ) -> (
        None
    ): ...  # parts of a parked job are being made: due in ``seconds``, not before; Cancelled, LeaseLost
    def finish_motion(
        self, claim: Claim, outcome: Outcome
    ) -> None: ...  # job, clip row and event in one transaction
    def finish_render(
        self, claim: Claim, *, output: str | None, receipt: Receipt | None, failure: Failure | None
    ) -> None: ...
    def cancel(self, job_id: JobId) -> Job: ...  # with the jobs below it; terminal jobs stay as they are
    def stranded(
        self, grace: float, limit: int
    ) -> Sequence[Job]: ...  # due, unleased, not terminal; resends + 1
