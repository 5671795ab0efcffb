"""Real workers in processes of their own, and who kills them: at an arrow of the ledger, heard from outside."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.acceptance.kit import ROOT

ARROWS: Final = (
    ("submit", "arrives"),  # after the intent, before the vendor has it
    ("submit", "answered"),  # before, or a little later after, the row says submitted
    ("poll", "arrives"),
    ("poll", "answered"),  # before or after the row says succeeded
    ("list", "arrives"),  # while a lost order is looked for
    ("result", "arrives"),
    ("result", "answered"),  # in mid-download, before the check, before or after the row says done
)
REST: Final = 2.0  # seconds after a kill in which nobody is killed
# The kernel ends a worker whose keeper has died (its thread lives as long as all of this).
_START: Final = (
    "import ctypes, runpy, sys\n"
    "if sys.platform == 'linux': ctypes.CDLL(None).prctl(1, 9)\n"
    "sys.argv = ['workers', 'motion']\n"
    "runpy.run_module('workers', run_name='__main__', alter_sys=True)\n"
)


class Crew:
    """So many motion workers, each started anew as soon as it has died."""

    def __init__(self, count: int, environment: Mapping[str, str], logs: Path) -> None:
        self._environment = dict(environment)
        self._logs = logs
        self._lock = threading.Lock()
        self._workers: list[subprocess.Popen[bytes] | None] = [None] * count
        self._over = threading.Event()
        self._keeper = threading.Thread(target=self._keep, daemon=True)

    def __enter__(self) -> Crew:
        self._keeper.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._keeper.join()
        self.kill(every=True)

    def kill(self, *, every: bool, first: int = 0) -> int:
        """SIGKILL to whole groups, now: all of them, or the ``first``. How many died of it."""
        with self._lock:
            wanted = self._workers if every else [self._workers[first % len(self._workers)]]
            return sum(_killed(worker) for worker in wanted if worker is not None and worker.poll() is None)

    def _keep(self) -> None:
        while not self._over.wait(0.05):
            with self._lock:
                for place, worker in enumerate(self._workers):
                    if worker is None or worker.poll() is not None:
                        self._workers[place] = self._born(place)

    def _born(self, place: int) -> subprocess.Popen[bytes]:
        with (self._logs / f"chaos-worker-{place}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-c", _START],
                cwd=ROOT,
                env=self._environment,
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )


def _killed(worker: subprocess.Popen[bytes]) -> bool:
    with suppress(ProcessLookupError):
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    return worker.returncode == -signal.SIGKILL


@dataclass(frozen=True, slots=True)
class Kill:
    """Kill when this has been heard for the ``skip`` + 1st time, so many seconds later; one worker, or all."""

    verb: str
    moment: str
    skip: int
    delay: float
    every: bool
    first: int


def kills(chance: random.Random, count: int) -> Sequence[Kill]:
    """So many, at arrows that take turns, with delays that reach over the next write to the ledger.

    At an order only one worker dies: all orders that are under way with it end as unknown, and those are enough.
    """
    arrows = [arrow for _ in range(count) for arrow in chance.sample(ARROWS, len(ARROWS))]
    return [_drawn(chance, *arrow) for arrow in arrows[:count]]


def _drawn(chance: random.Random, verb: str, moment: str) -> Kill:
    skip = chance.randint(0, {"list": 1, "submit": 15}.get(verb, 6))
    delay = chance.choice((0.0, 0.0, chance.uniform(0, 0.02), chance.uniform(0, 0.2)))
    return Kill(verb, moment, skip, delay, verb != "submit" and chance.random() < 0.6, chance.randint(0, 9))


class Reaper:
    """Hears every request of every double, and kills when a planned moment has come."""

    def __init__(self) -> None:
        self.crew: Crew | None = None
        self.kills = 0
        self._planned: list[Kill] = []
        self._heard: Counter[tuple[str, str]] = Counter()
        self._rests_until = 0.0
        self._lock = threading.Lock()

    def plan(self, planned: Sequence[Kill]) -> None:
        """Forget what was planned, and plan these."""
        with self._lock:
            self._planned, self._rests_until = list(planned), 0.0
            self._heard.clear()

    def hear(self, verb: str, moment: str) -> None:
        """A request arrives, or its answer is about to be sent. Returns when who had to die at once is dead."""
        due = self._due(verb, moment)
        if due is None:
            return
        if due.delay == 0:
            self._strike(due)
        else:
            threading.Timer(due.delay, self._strike, [due]).start()

    def _due(self, verb: str, moment: str) -> Kill | None:
        """Not all at once: whoever was born again gets on with the work first."""
        with self._lock:
            if time.monotonic() < self._rests_until:
                return None
            self._heard[verb, moment] += 1
            for kill in self._planned:
                if (kill.verb, kill.moment) == (verb, moment) and self._heard[verb, moment] > kill.skip:
                    self._planned.remove(kill)
                    self._heard.clear()
                    self._rests_until = time.monotonic() + REST
                    return kill
            return None

    def _strike(self, due: Kill) -> None:
        if self.crew is not None:
            struck = self.crew.kill(every=due.every, first=due.first)
            with self._lock:
                self.kills += struck
