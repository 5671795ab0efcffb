"""Follows a job to its end: a bar on a terminal, sparse lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from jynco.agents.report import frames, progress
from jynco.bootstrap import House
from jynco.cli.room import Refusals, Room
from jynco.cli.speech import Speech
from jynco.errors import ServiceAway
from jynco.model.ids import JobId
from jynco.model.jobs import Job
from jynco.model.states import JobState

LOOK: Final = 0.1  # seconds between looks at the rows
FULL: Final = 15  # first waits for a vendor, half a minute by default, that a disk may stay full


def follow(house: House, job_id: JobId, speech: Speech, patience: float) -> Job:
    """Wait until the job has ended. ServiceAway when nobody took it for ``patience`` seconds and no worker answers."""
    watch = _Bar(speech) if speech.err.is_terminal else _Lines(speech)
    started = time.monotonic()
    room, refusals = Room(house.settings.data), Refusals(house.clock, FULL * house.settings.retry_base)
    with watch:
        while True:
            job = house.database.jobs.get(job_id)
            children = house.database.jobs.children(job_id)
            watch.show(job, children)
            if job.state.terminal:
                return job
            if time.monotonic() - started > patience and _untouched(job, children):
                _workers_there()
                started = time.monotonic()
            room.look(job, children)
            refusals.look(job, *children)
            time.sleep(LOOK)


def _untouched(job: Job, children: Sequence[Job]) -> bool:
    return all(each.state is JobState.QUEUED for each in (job, *children))


def _workers_there() -> None:
    from workers.app import app

    can_be_asked = app.conf.worker_enable_remote_control  # not over SQS
    if can_be_asked and not app.control.ping(timeout=2.0):
        raise ServiceAway(
            "No worker answers: start some (the Procfile's worker lines). The job is kept and will be done then."
        )


class _Lines:
    """For logs and pipes: a line for each quarter and each clip that fails."""

    def __init__(self, speech: Speech) -> None:
        self._speech = speech
        self._said = -1
        self._failed: set[JobId] = set()

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...

    def show(self, job: Job, children: Sequence[Job]) -> None:
        """Say what is new."""
        quarter = int(progress(job, children) * 4)
        if quarter > self._said:
            self._said = quarter
            self._speech.say(f"{_words(children)}: {quarter * 25} %{_frames(job, children)}")
        _tell_failures(self._speech, children, self._failed)


class _Bar:
    """For terminals."""

    def __init__(self, speech: Speech) -> None:
        self._speech = speech
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
        self._progress = Progress(*columns, TimeElapsedColumn(), console=speech.err, transient=True)
        self._task = self._progress.add_task("", total=1.0)
        self._failed: set[JobId] = set()

    def __enter__(self) -> None:
        self._progress.start()

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, job: Job, children: Sequence[Job]) -> None:
        """Move the bar."""
        words = _words(children) + _frames(job, children)
        self._progress.update(self._task, completed=progress(job, children), description=words)
        _tell_failures(self._speech, children, self._failed)


def _words(children: Sequence[Job]) -> str:
    ended = sum(child.state.terminal for child in children)
    return f"Clips {ended} of {len(children)}" if ended < len(children) else "Composing"


def _frames(job: Job, children: Sequence[Job]) -> str:
    """How much of the film is put together, once that has begun."""
    counted = frames(job)
    if counted is None or not all(child.state.terminal for child in children):
        return ""
    return f", {counted[0]} of {counted[1]} frames"


def _tell_failures(speech: Speech, children: Sequence[Job], told: set[JobId]) -> None:
    for child in children:
        if child.state is JobState.FAILED and child.failure and child.job_id not in told:
            told.add(child.job_id)
            speech.say(f"{child.clip_id} failed: {child.failure.message}")
