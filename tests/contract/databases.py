"""Both databases, each with its own way to let time pass, and the values that are put into them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

import psycopg

from jynco.adapters.clock import SystemClock
from jynco.adapters.database.memory import MemoryDatabase
from jynco.adapters.database.postgres import PostgresDatabase
from jynco.model.ids import ClipId, JobId, ProjectId
from jynco.model.jobs import Claim, ClipRow, Event, Failure, Job, Outcome
from jynco.model.motion import Shot
from jynco.model.states import ClipStatus, JobKind, Lane, Purpose
from jynco.model.storyboard import Document
from jynco.model.time import Rate

PROJECT = ProjectId("proj_lake")
FILM = JobId("job_render_lake")
LEASE = 30.0


@dataclass(frozen=True, slots=True)
class Subject:
    """A database under test; ``wait`` makes its leases and due times older by some seconds, at once."""

    database: PostgresDatabase | MemoryDatabase
    wait: Callable[[float], None]

    def begin(self, *names: str) -> list[Job]:
        """A project with a film in it that needs these clips: the film's job first."""
        if self.database.projects.find(PROJECT) is None:
            self.database.projects.create(PROJECT, document())
        jobs = [film(), *(motion(name) for name in names)]
        self.database.jobs.accept(jobs, [pending(job) for job in jobs[1:]])
        return jobs

    def claim(self, job: Job, owner: str = "worker-1") -> Claim:
        """The job, which nobody else has."""
        claim = self.database.jobs.claim(job.job_id, owner, LEASE)
        assert claim is not None
        return claim

    def clip(self, name: str) -> ClipRow:
        """The row of one clip."""
        return next(row for row in self.database.projects.clips(PROJECT) if row.clip_id == f"clip_{name}")

    def events(self, after: int = 0) -> Sequence[Event]:
        """All that has happened since."""
        return self.database.projects.events(PROJECT, after, 1000)

    def changes(self) -> int:
        """How often the project was changed."""
        return self.database.projects.get(PROJECT).changes


@dataclass
class _Hands:
    """A clock with hands that a test may turn."""

    system: SystemClock = field(default_factory=SystemClock)
    ahead: float = 0.0

    def now(self) -> datetime:
        return self.system.now() + timedelta(seconds=self.ahead)

    def token(self) -> str:
        return self.system.token()

    def turn(self, seconds: float) -> None:
        self.ahead += seconds


def in_memory() -> Subject:
    clock = _Hands()
    return Subject(MemoryDatabase(clock), clock.turn)


@contextmanager
def in_postgres(url: str) -> Iterator[Subject]:
    database = PostgresDatabase(url)

    def wait(seconds: float) -> None:
        with psycopg.connect(url) as connection:
            for change in (
                "UPDATE jobs SET lease_until = lease_until - %(age)s, due_at = due_at - %(age)s",
                "UPDATE generations SET lease_until = lease_until - %(age)s",
                "UPDATE admissions SET asked_at = asked_at - %(age)s, until = until - %(age)s,"
                " admitted_at = admitted_at - %(age)s",
                "UPDATE breakers SET open_until = open_until - %(age)s, probe_until = probe_until - %(age)s",
                "UPDATE webhook_deliveries SET lease_until = lease_until - %(age)s, due_at = due_at - %(age)s,"
                " ended_at = ended_at - %(age)s",
                "UPDATE webhooks SET old_until = old_until - %(age)s, failing_since = failing_since - %(age)s",
                "UPDATE uploads SET expires_at = expires_at - %(age)s",
                "UPDATE replies SET lease_until = lease_until - %(age)s, created_at = created_at - %(age)s",
            ):
                connection.execute(change, {"age": timedelta(seconds=seconds)})

    yield Subject(database, wait)
    database.close()


def document(**fields: object) -> Document:
    return {"version": "1.2", "projectId": PROJECT, "timeline": [], **fields}  # type: ignore[dict-item]


def shot(name: str) -> Shot:
    return Shot("camera", "default", "1", f"pan over the {name}", "", None, 90, Rate(30), 1280, 720)


def film(job_id: str = FILM) -> Job:
    return Job(
        JobId(job_id), PROJECT, JobKind.RENDER, Purpose.FINAL, Lane.NORMAL, "request-1", document=document()
    )


def motion(name: str, parent: JobId | None = FILM) -> Job:
    return Job(
        JobId(f"job_motion_{name}"),
        PROJECT,
        JobKind.MOTION,
        Purpose.FINAL if parent else Purpose.CLIPS,
        Lane.NORMAL,
        "request-1",
        parent_id=parent,
        clip_id=ClipId(f"clip_{name}"),
        shot=shot(name),
        image=f"images/{name}.jpg",
        options={"payAgain": True},
    )


def pending(job: Job) -> ClipRow:
    assert job.clip_id is not None
    assert job.shot is not None
    return ClipRow(job.project_id, job.clip_id, job_id=job.job_id, cache_key=job.shot.key)


def made(job: Job, usd: str = "0.25") -> Outcome:
    row = pending(job)
    assert row.cache_key is not None
    file = f"clips/{row.clip_id}.mp4"
    return Outcome(job.job_id, row.clip_id, ClipStatus.COMPLETED, row.cache_key, file, cost_usd=Decimal(usd))


def broken(job: Job) -> Outcome:
    row = pending(job)
    assert row.cache_key is not None
    failure = Failure("moderated", "The provider refused the prompt; change it.")
    return Outcome(job.job_id, row.clip_id, ClipStatus.FAILED, row.cache_key, failure=failure)
