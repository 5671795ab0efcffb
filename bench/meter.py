"""Wall clock, CPU and memory of one piece of work and of the processes that it starts."""

from __future__ import annotations

import os
import resource
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

WHO = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
SAMPLE_SECONDS = 0.05


@dataclass
class Cost:
    """Seconds on the wall, seconds of all cores, and megabytes that the children held together at their most."""

    wall: float = 0.0
    cpu: float = 0.0
    memory: float = 0.0


@contextmanager
def metered() -> Iterator[Cost]:
    """Fills in the cost of its block when it ends."""
    cost, end = Cost(), threading.Event()
    sampler = threading.Thread(target=_sample, args=(cost, end))
    sampler.start()
    cpu, start = _cpu(), time.perf_counter()
    try:
        yield cost
    finally:
        cost.wall, cost.cpu = time.perf_counter() - start, _cpu() - cpu
        end.set()
        sampler.join()


def medians(costs: list[Cost]) -> Cost:
    """Each figure's median by itself."""
    rows = [asdict(cost) for cost in costs]
    return Cost(**{name: median(row[name] for row in rows) for name in rows[0]})


def machine() -> dict[str, object]:
    """What the figures were measured on, and how busy it was."""
    model = [
        line.split(":")[1].strip()
        for line in _text("/proc/cpuinfo").splitlines()
        if line.startswith("model name")
    ]
    return {"cores": os.cpu_count(), "processor": model[0] if model else "unknown", "load": os.getloadavg()}


def _cpu() -> float:
    spent = [resource.getrusage(who) for who in WHO]
    return sum(each.ru_utime + each.ru_stime for each in spent)


def _sample(cost: Cost, end: threading.Event) -> None:
    while not end.wait(SAMPLE_SECONDS):
        cost.memory = max(cost.memory, sum(map(_resident, _children())) / 1e6)


def _children() -> list[str]:
    numbers = [
        _text(f"/proc/self/task/{task.name}/children").split() for task in Path("/proc/self/task").glob("*")
    ]
    return [number for found in numbers for number in found]


def _resident(number: str) -> int:
    pages = _text(f"/proc/{number}/statm").split()
    return int(pages[1]) * resource.getpagesize() if pages else 0


def _text(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:  # it ended while we looked, or there is no /proc
        return ""
