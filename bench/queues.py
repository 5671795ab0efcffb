"""Whether a preview waits behind a batch, and whether a batch ever gets its turn: real servers, real workers.

A preview of one clip is asked for on empty queues, then behind a thousand queued batch jobs; what counts is the time
from its acceptance until a worker begins with its clip. Then clips in the low lane are asked for behind a steady load
of normal ones, and the load is more than the workers get done meanwhile: the low ones must end before it does.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median

from bench.asked import Asked
from bench.boards import document
from config.settings import inherited, read
from jynco.bootstrap import House
from jynco.embedded import session
from jynco.model.ids import ClipId, JobId, ProjectId
from jynco.model.jobs import Job
from jynco.model.plan import Wishes
from jynco.model.states import Lane, Purpose

ROOT = Path(__file__).parent.parent
WORKERS = ("worker_motion", "worker_render", "worker_preview", "worker_batch", "beat")
BATCH = 1_000
LOW = 5  # clips that must get their turn
PATIENCE = 120.0  # seconds
LOOK_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class Found:
    """Seconds until a preview's clip begins, and how the low lane fared behind a load of normal jobs."""

    batch: int
    empty: float
    behind: float
    still_queued: int  # of the batch, when the last preview had begun
    low_done: int
    normal_left: int  # of the load, when the last of the low ones had ended

    @property
    def text(self) -> str:
        """For people."""
        return (
            f"a preview begins after {self.empty * 1000:.0f} ms on empty queues and after {self.behind * 1000:.0f} ms "
            f"behind {self.batch:,} batch jobs ({self.still_queued:,} of them still waited): "
            f"{self.behind / self.empty:.2f}x\n"
            f"{self.low_done} of {LOW} low clips ended while {self.normal_left:,} normal ones were still waiting"
        )


def measured(asked: Asked) -> Found:
    """On servers and workers of its own, in a folder that goes afterwards."""
    batch = BATCH // 10 if asked.quick else BATCH
    with asked.folder() as folder, opened(folder, WORKERS) as house:
        desk = Desk(house)
        asked.say("Previews on empty queues")
        desk.preview("warm")
        empty = [desk.preview(f"empty{number}") for number in range(asked.runs)]
        asked.say(f"Previews behind {batch:,} batch jobs")
        load = desk.asked("batch", batch, Lane.LOW)
        behind = [desk.preview(f"behind{number}") for number in range(asked.runs)]
        waiting = desk.waiting(load)
        desk.cancel(load)
        asked.say("The low lane behind normal jobs")
        normal = desk.asked("normal", batch, Lane.NORMAL)
        low = desk.asked("low", LOW, Lane.LOW)
        done = desk.ended(low)
        left = desk.waiting(normal)
        desk.cancel(normal)
        return Found(batch, median(empty), median(behind), waiting, done, left)


@contextmanager
def opened(data: Path, processes: Sequence[str] = (), **environment: str) -> Iterator[House]:
    """A house on embedded servers of its own, with those processes of the Procfile."""
    from workers.app import configure
    from workers.house import house, use

    ours = ("JYNCO_", "DATABASE_URL", "REDIS_URL", "CLOUDAMQP_URL")
    plain = {name: value for name, value in inherited().items() if not name.startswith(ours)}
    variables = {**plain, **environment, "JYNCO_DATA": str(data), "PYTHONPATH": str(ROOT)}
    preload = ("jynco.cli.main", "migrations.runner", *(("workers.preload",) if processes else ()))
    with session(
        data,
        root=ROOT,
        procfile=ROOT / "Procfile",
        processes=processes,
        preload=preload,
        environment=variables,
    ) as servers:
        addresses = {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}
        settings = read({**addresses, **environment}, data=data)
        configure(settings)
        use(settings)
        home = house()
        try:
            yield home
        finally:
            home.close()


class Desk:
    """Asks for films and clips as the doors do, and looks at the rows."""

    def __init__(self, house: House) -> None:
        self._house = house

    def preview(self, name: str) -> float:
        """Seconds from a preview's acceptance until a worker begins with its clip; the rest of it is not wanted."""
        from workers import dispatch

        project = self._project(name, 1)
        started = self._house.architect.start(project, Wishes(Purpose.PREVIEW, Lane.HIGH))
        dispatch.start(started)
        (clip,) = started.clips
        begun = self._until(clip.job_id, lambda job: job.started_at is not None)
        self._house.database.jobs.cancel(started.first.job_id)
        return (_moment(begun.started_at) - _moment(begun.created_at)).total_seconds()

    def asked(self, name: str, clips: int, lane: Lane) -> tuple[Job, ...]:
        """So many clips, asked for by themselves."""
        from workers import dispatch

        project = self._project(name, clips)
        names = tuple(ClipId(f"clip_{number}") for number in range(clips))
        started = self._house.architect.start(project, Wishes(Purpose.CLIPS, lane, clips=names))
        dispatch.start(started)
        return started.clips

    def waiting(self, jobs: Sequence[Job]) -> int:
        """How many of them nobody has begun with."""
        found = self._house.database.jobs.active(jobs[0].project_id)
        return sum(job.started_at is None for job in found)

    def ended(self, jobs: Sequence[Job]) -> int:
        """How many of them end before patience does."""
        limit = time.monotonic() + PATIENCE
        while (left := self._house.database.jobs.active(jobs[0].project_id)) and time.monotonic() < limit:
            time.sleep(LOOK_SECONDS * 10)
        return len(jobs) - len(left)

    def cancel(self, jobs: Sequence[Job]) -> None:
        for job in self._house.database.jobs.active(jobs[0].project_id):
            self._house.database.jobs.cancel(job.job_id)

    def _project(self, name: str, clips: int) -> ProjectId:
        project = ProjectId(f"proj_{name}")
        self._house.storyboard.create(document(project, clips, seed=sum(name.encode())))
        return project

    def _until(self, job_id: JobId, wanted: Callable[[Job], bool]) -> Job:
        limit = time.monotonic() + PATIENCE
        while not wanted(job := self._house.database.jobs.get(job_id)):
            if time.monotonic() > limit:
                raise TimeoutError(f"{job_id} is {job.state} after {PATIENCE:.0f} s")
            time.sleep(LOOK_SECONDS)
        return job


def _moment(value: datetime | None) -> datetime:
    if value is None:
        raise TypeError("a job in the database says when it was accepted, and one that has begun says when")
    return value
