"""How many reads a second the API answers, and how late the slowest of twenty is: gunicorn as in the Procfile."""

from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import quantiles

import httpx

from bench.asked import Asked
from bench.boards import document
from bench.queues import opened

CLIPS = 100  # of the storyboard that is read
READERS = 8  # at a time, each waiting for its answer
SECONDS = 10.0
STARTING = 60.0  # seconds that the web may take to come up


@dataclass(frozen=True, slots=True)
class Reads:
    """One address under load: answers a second, and milliseconds."""

    what: str
    rate: float
    middle: float
    p95: float
    failures: int

    @property
    def text(self) -> str:
        """For people."""
        return (
            f"{self.what:22}{self.rate:8.0f} reads/s   median {self.middle:6.1f} ms   p95 {self.p95:6.1f} ms"
            f"   {self.failures} failed"
        )


def measured(asked: Asked) -> list[Reads]:
    """Some addresses, one after the other, ten seconds together."""
    port = free()
    with (
        asked.folder() as folder,
        opened(folder, ("web",), PORT=str(port)) as house,
    ):
        house.storyboard.create(document("proj_read", CLIPS))
        base = f"http://127.0.0.1:{port}"
        up(base)
        paths = {
            "storyboard, 100 clips": "/v1/projects/proj_read/storyboard",
            "project": "/v1/projects/proj_read",
            "jobs": "/v1/jobs",
            "alive": "/healthz",
        }
        seconds = SECONDS / len(paths) / (5 if asked.quick else 1)
        found = []
        for what, path in paths.items():
            asked.say(f"Reading: {what}")
            found.append(_loaded(what, base + path, seconds))
        return found


def _loaded(what: str, address: str, seconds: float) -> Reads:
    end = time.monotonic() + seconds
    with ThreadPoolExecutor(READERS) as pool:
        parts = list(pool.map(lambda _: _reader(address, end), range(READERS)))
    times = [moment for part, _ in parts for moment in part]
    cuts = quantiles(times, n=20) if len(times) > 1 else [0.0] * 19
    failures = sum(failed for _, failed in parts)
    return Reads(what, len(times) / seconds, cuts[9] * 1000, cuts[18] * 1000, failures)


def _reader(address: str, end: float) -> tuple[list[float], int]:
    """Seconds of each good answer until ``end``, and how many were not."""
    times, failed = [], 0
    with httpx.Client(timeout=10) as client:
        while time.monotonic() < end:
            start = time.perf_counter()
            if client.get(address).is_success:
                times.append(time.perf_counter() - start)
            else:
                failed += 1
    return times, failed


def up(base: str) -> None:
    """Wait until a web answers. TimeoutError."""
    pause, limit = threading.Event(), time.monotonic() + STARTING
    while time.monotonic() < limit:
        try:
            if httpx.get(f"{base}/healthz", timeout=1).is_success:
                return
        except httpx.HTTPError:
            pause.wait(0.1)
    raise TimeoutError(f"the web does not answer at {base} after {STARTING:.0f} s")


def free() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
