"""Whether what a command waits for lacks room: nobody is to wait for ever for what only they can make."""

from __future__ import annotations

import shutil
import time
from datetime import timedelta
from pathlib import Path
from typing import Final

from jynco.errors import StorageFull
from jynco.model.ids import JobId
from jynco.model.jobs import Job
from jynco.ports import Clock

STILL: Final = 3.0  # seconds without a change before we look whether the disk is full
LEAST_ROOM: Final = 2**20  # bytes; with less than this Postgres cannot grow by a single step


class Room:
    """Watches the disk: without room nothing moves, and without this the command would wait for ever."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._seen: object = None
        self._since = time.monotonic()

    def look(self, *jobs: object) -> None:
        """StorageFull when nothing has moved for a while and there is next to no room."""
        now = time.monotonic()
        if jobs != self._seen:
            self._seen, self._since = jobs, now
        elif now - self._since > STILL and shutil.disk_usage(self._data).free < LEAST_ROOM:
            raise StorageFull(
                f"No space is left for the data folder {self._data}; make room and run the command again, "
                "what was made is kept."
            )


class Refusals:
    """Watches what jobs say of room. What one has met before we came may be over: only a step since then knows."""

    def __init__(self, clock: Clock, patience: float) -> None:
        self._clock = clock
        self._patience = timedelta(seconds=patience)
        self._began = clock.now()
        self._steps: dict[JobId, int] = {}  # that each had begun when we first saw it

    def look(self, *jobs: Job) -> None:
        """StorageFull when a job has found no room for a while since we look; it is kept, and goes on with some."""
        for job in jobs:
            first = self._steps.setdefault(job.job_id, job.steps)
            if job.steps > first and self._late(job):
                why = job.waits.message if job.waits else ""
                raise StorageFull(f"{why} The job is kept: run the command again when there is room.")

    def _late(self, job: Job) -> bool:
        """While a step is under way the job still says what the last one met, though this one may have room."""
        why, since = job.waits, job.waits_since
        if why is None or since is None or why.code != StorageFull.code or job.held or job.state.terminal:
            return False
        return max(since, self._began) < self._clock.now() - self._patience
