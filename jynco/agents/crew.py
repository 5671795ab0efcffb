"""Several FFmpeg processes side by side, under one watch: all of them end when one must."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext
from contextvars import copy_context
from dataclasses import dataclass, field
from threading import Event

from jynco.errors import MediaFailed, MediaTimeout
from jynco.model.media import Command
from jynco.ports import Media, Watch

LOOK_SECONDS = 0.25  # between two looks at the watch
MINIMUM_SECONDS = 300.0  # the deadline of FFmpeg for the shortest film
SECONDS_PER_FRAME = 4.0  # and for each frame of a longer one; slow machines and AV1 included


Work = Callable[[Watch], None]


@dataclass(frozen=True, slots=True)
class Task:
    """A process to run, how many frames it makes in all, and what to do with them as soon as they are whole.

    What needs no process is ``Work``, which asks the watch it is given whether to go on. A task waits until all that it
    comes ``after`` is done; those tasks stand before it. ``fault`` is raised in the place of FFmpeg's, where one can do
    without it.
    """

    command: Command | Work
    frames: int
    keep: Callable[[], None]
    after: tuple[Event, ...] = ()
    done: Event = field(default_factory=Event)
    fault: MediaFailed | None = None


Place = Callable[[Callable[[], None]], AbstractContextManager[None]]


def anywhere(_: Callable[[], None]) -> AbstractContextManager[None]:
    return nullcontext()


class _Halted(Exception):
    """Another process has failed, or the watch has ended everything."""


class _Part:
    """The watch of one process: it only listens and remembers, so that one thread alone asks the real one."""

    def __init__(self, task: Task, halt: Event) -> None:
        self._task = task
        self._halt = halt
        self.done = 0.0

    def check(self) -> None:
        if self._halt.is_set():
            raise _Halted

    def progress(self, fraction: float) -> None:
        self.done = fraction * self._task.frames

    def work(self, media: Media, place: Place) -> None:
        self._wait()
        with place(self.check):
            self._run(media)
        self._task.keep()
        self._task.done.set()

    def _wait(self) -> None:
        self.check()
        for each in self._task.after:
            while not each.wait(LOOK_SECONDS):
                self.check()

    def _run(self, media: Media) -> None:
        try:
            if isinstance(self._task.command, Command):
                media.run(self._task.command, self, timeout=deadline(self._task.frames))
            else:
                self._task.command(self)
        except (MediaFailed, MediaTimeout) as fault:
            if self._task.fault is None:
                raise
            raise self._task.fault from fault


def side_by_side(
    media: Media, tasks: Sequence[Task], processes: int, watch: Watch, place: Place = anywhere
) -> None:
    """Runs all tasks, at most ``processes`` at a time, in their order. The first fault ends the others.

    ``place`` holds a place for one process on this machine, for which it may have to wait.
    """
    halt = Event()
    parts = [_Part(task, halt) for task in tasks]
    total = sum(task.frames for task in tasks) or 1
    with ThreadPoolExecutor(processes, thread_name_prefix="ffmpeg") as pool:
        waiting: set[Future[None]] = {
            pool.submit(copy_context().run, part.work, media, place) for part in parts
        }
        try:
            while waiting:
                done, waiting = wait(waiting, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)
                for ended in done:
                    ended.result()
                watch.check()
                watch.progress(min(1.0, sum(part.done for part in parts) / total))
        finally:
            halt.set()


def deadline(frames: int) -> float:
    """Seconds that FFmpeg is given."""
    return MINIMUM_SECONDS + frames * SECONDS_PER_FRAME
