"""What one clip costs when there are many: planned, accepted, rung for, claimed, ended and mirrored.

On a real Postgres and a real Valkey of its own, in this process, no workers: costs of ours, not of FFmpeg. Storyboards
have as many clips as a document may have at most; beyond that there are several.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bench.asked import Asked
from bench.boards import document
from bench.meter import resident
from bench.queues import opened
from jynco.agents.architect import Started
from jynco.bootstrap import House
from jynco.document.checks.limits import Limits
from jynco.model.ids import CacheKey, ClipId, ProjectId
from jynco.model.jobs import Job, Outcome
from jynco.model.plan import Wishes
from jynco.model.states import ClipStatus, Lane, Purpose

SIZES = (10, 100, 1_000, 10_000)
TAKEN = 50  # clips of each storyboard that are claimed and ended; one costs like the next
LEASE = 600.0  # seconds
LOOKED = 100  # jobs that the sweeper takes up at once


Steps = Mapping[str, tuple[float, ...]]  # milliseconds a clip, by size


@dataclass(frozen=True, slots=True)
class Curve:
    """Milliseconds for each clip, by how many there are; and megabytes that this process had grown to."""

    sizes: tuple[int, ...]
    wall: Steps  # the servers' work and every wait in it
    cpu: Steps  # this process's own
    memory: tuple[float, ...]

    @property
    def points(self) -> dict[str, list[tuple[float, float]]]:
        """The curves of the wall clock as points of (clips, milliseconds)."""
        return {name: [*zip(map(float, self.sizes), row, strict=True)] for name, row in self.wall.items()}

    @property
    def text(self) -> str:
        """For people: the last column says how far a clip's cost is from constant."""
        lines = [*_table("ms a clip, of", self.sizes, self.wall)]
        lines += _table("own CPU, ms a clip", self.sizes, self.cpu)
        return "\n".join([*lines, _line("MB of this process", self.memory, 0)])


def _table(title: str, sizes: Sequence[float], steps: Steps) -> Iterator[str]:
    yield _line(title, sizes, 0)
    for name, row in steps.items():
        yield _line(name, row, 3) + _drift(row)


def _line(name: str, values: Sequence[float], digits: int) -> str:
    return f"{name:24}" + "".join(f"{value:>10,.{digits}f}" for value in values)


def measured(asked: Asked) -> Curve:
    """Curves over all sizes up to ``asked.most``."""
    sizes = tuple(size for size in SIZES if size <= asked.most)
    with asked.folder() as folder, opened(folder) as house:
        _Pass(house, "warm").run(SIZES[0])
        passes, memory = [], []
        for size in sizes:
            asked.say(f"{size:,} clips")
            passes.append(_Pass(house, f"of{size}").run(size))
            memory.append(resident(os.getpid()))
    wall, cpu = (
        {step: tuple(each[step][figure] for each in passes) for step in passes[0]} for figure in (0, 1)
    )
    return Curve(sizes, wall, cpu, tuple(memory))


@dataclass(slots=True)
class _Pass:
    """All steps at one size."""

    house: House
    name: str
    wall: dict[str, float] = field(default_factory=dict)  # seconds
    cpu: dict[str, float] = field(default_factory=dict)
    clips: dict[str, int] = field(default_factory=dict)

    def run(self, size: int) -> dict[str, tuple[float, float]]:
        """Milliseconds a clip, on the wall and of this process's cores, by step."""
        for number, clips in enumerate(_boards(size)):
            self._board(ProjectId(f"proj_{self.name}_{number}"), clips)
        return {
            step: (1000 * self.wall[step] / clips, 1000 * self.cpu[step] / clips)
            for step, clips in self.clips.items()
        }

    def _board(self, project: ProjectId, clips: int) -> None:
        from workers import dispatch

        house, wishes = self.house, Wishes(Purpose.FINAL, Lane.NORMAL)
        self._take("store", clips, lambda: house.storyboard.create(document(project, clips, seed=clips)))
        self._take("plan", clips, lambda: house.architect.plan(project, wishes))
        started: list[Started] = []
        self._take("accept", clips, lambda: started.append(house.architect.start(project, wishes)))
        self._take("ring", clips, lambda: dispatch.start(started[0]))
        words = {"motionPrompt": "other words"}
        self._take(
            "change one clip", clips, lambda: house.storyboard.edit_clip(project, ClipId("clip_0"), words)
        )
        some = started[0].clips[:: max(1, clips // TAKEN)][:TAKEN]
        self._take("claim and end", len(some), lambda: self._ended(some))
        self._take("mirror", clips, lambda: house.storyboard.publish(project))
        self._take("sweeper's look, a call", 1, lambda: house.database.jobs.stranded(LEASE, LOOKED))
        self._take("read the rows", clips, lambda: house.database.jobs.children(started[0].first.job_id))

    def _ended(self, some: Sequence[Job]) -> None:
        for job in some:
            self._end(job)

    def _end(self, job: Job) -> None:
        jobs = self.house.database.jobs
        claim = jobs.claim(job.job_id, "bench", LEASE)
        if claim is None or job.clip_id is None or job.shot is None:
            raise RuntimeError(f"{job.job_id} cannot be claimed, and nobody else is here")
        key = CacheKey(job.shot.key)
        jobs.finish_motion(
            claim, Outcome(job.job_id, job.clip_id, ClipStatus.COMPLETED, key, "generated/x.mp4")
        )

    def _take(self, step: str, clips: int, work: Callable[[], object]) -> None:
        cpu, start = time.process_time(), time.perf_counter()
        work()
        self.wall[step] = self.wall.get(step, 0.0) + time.perf_counter() - start
        self.cpu[step] = self.cpu.get(step, 0.0) + time.process_time() - cpu
        self.clips[step] = self.clips.get(step, 0) + clips


def _boards(size: int) -> Iterator[int]:
    """The sizes of the storyboards that have so many clips together."""
    most = Limits().clips
    while size > 0:
        yield min(size, most)
        size -= most


def _drift(row: tuple[float, ...]) -> str:
    """From the second size on: the first one's share of what each call costs anyway is large."""
    return f"   {row[-1] / row[1]:.2f}x from the second to the last" if len(row) > 2 else ""
