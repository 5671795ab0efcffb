"""Keeps a job's lease alive while a long step runs, and tells the step when it must end."""

from __future__ import annotations

import logging
import mmap
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Protocol

from jynco.errors import Cancelled, JyncoError, LeaseLost, ServiceAway
from jynco.model.jobs import Claim

HANDED_BACK: Final = 21.0  # seconds after the word to end, when what still goes on is handed back as it is
log = logging.getLogger("jynco.workers")


class Stopping:
    """Whether, and when, this worker was asked to end. Its pool's processes see it too: FFmpeg runs below those."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """From now on it is said for this process and those that it forks, and for nobody else."""
        self._page = mmap.mmap(-1, _MOMENT.size)
        self._here = 0.0

    def set(self) -> None:
        """Say so. Work in progress is handed back."""
        if not self.is_set():
            _MOMENT.pack_into(self._page, 0, time.monotonic())

    def set_here(self) -> None:
        """Say so to this process alone, until ``go_on``: its parent, and others of its pool, were not told."""
        self._here = self._here or time.monotonic()

    def go_on(self) -> None:
        """What was said to this process alone is done."""
        self._here = 0.0

    def is_set(self) -> bool:
        """Whether it was said."""
        return self._since() > 0

    def seconds(self) -> float:
        """How long ago it was said; 0 while it was not."""
        since = self._since()
        return time.monotonic() - since if since else 0.0

    def _since(self) -> float:
        return float(_MOMENT.unpack_from(self._page)[0]) or self._here


_MOMENT: Final = struct.Struct("d")
STOPPING = Stopping()


class HandedBack(ServiceAway):
    """This worker is shutting down; the job goes on elsewhere."""

    code = "handed_back"


class Beats(Protocol):
    """Where a heartbeat is written down."""

    def beat(self, claim: Claim, seconds: float, progress: float) -> None: ...
    def park(self, claim: Claim, seconds: float) -> None: ...


class Heartbeat:
    """The Heart of one claim. A missed beat is forgiven until the lease has run out."""

    def __init__(self, jobs: Beats, claim: Claim, seconds: float) -> None:
        self._jobs = jobs
        self._claim = claim
        self._seconds = seconds
        self._fraction = claim.job.progress
        self._end = threading.Event()
        self._fault: JyncoError | None = None
        self._beaten = time.monotonic()
        self._more: list[Callable[[], None]] = []

    def check(self) -> None:
        """LeaseLost or Cancelled when the job is not ours any more, HandedBack when this worker ends.

        Who was frozen for longer than the lease asks before anything else: somebody may have overtaken us, and the
        thread that would tell has only just woken as well. ServiceAway when nobody can say.
        """
        if self._fault is None and time.monotonic() - self._beaten > self._seconds:
            self._beat()
        if self._fault is not None:
            raise self._fault
        if STOPPING.is_set():
            raise HandedBack("This worker is ending; the job goes on elsewhere.")

    def progress(self, fraction: float) -> None:
        """Remember how far the step is; the next beat writes it down."""
        self._fraction = fraction

    @contextmanager
    def tend(self, beat: Callable[[], None]) -> Iterator[None]:
        """Call ``beat`` at every heartbeat for the length of the block."""
        self._more.append(beat)
        try:
            yield
        finally:
            self._more.remove(beat)

    @contextmanager
    def beating(self) -> Iterator[Heartbeat]:
        """Beat in a thread for the length of the block."""
        thread = threading.Thread(target=self._run, name=f"heartbeat {self._claim.job.job_id}", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._end.set()
            thread.join()

    def _run(self) -> None:
        # Progress is watched by people, so beats come at least once a second; leases need only a third of theirs.
        while not self._end.wait(min(1.0, self._seconds / 3)):
            try:
                if STOPPING.seconds() > HANDED_BACK:
                    self._jobs.park(self._claim, 0.0)
                    raise LeaseLost(f"{self._claim.job.job_id} was handed back: this worker ends.")
                self._beat()
                for beat in list(self._more):
                    beat()
            except (LeaseLost, Cancelled) as fault:
                self._fault = fault
                return
            except JyncoError as fault:
                log.warning("a heartbeat was missed: %s", fault.message)

    def _beat(self) -> None:
        began = time.monotonic()
        try:
            self._jobs.beat(self._claim, self._seconds, self._fraction)
        except (LeaseLost, Cancelled) as fault:
            self._fault = fault
            raise
        self._beaten = began
