"""Wall clock, CPU and memory of one piece of work and of the processes that it starts."""

from __future__ import annotations

import os
import platform
import resource
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

WHO = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
SAMPLE_SECONDS = 0.05


@dataclass
class Cost:
    """Seconds on the wall, seconds of all cores, and megabytes at the most: children's, and what we grew by."""

    wall: float = 0.0
    cpu: float = 0.0
    memory: float = 0.0


@contextmanager
def metered() -> Iterator[Cost]:
    """Fills in the cost of its block when it ends."""
    cost, end, before = Cost(), threading.Event(), resident(os.getpid())
    sampler = threading.Thread(target=_sample, args=(cost, end, before), daemon=True)
    sampler.start()
    cpu, start = cpu_seconds(), time.perf_counter()
    try:
        yield cost
    finally:
        cost.wall, cost.cpu = time.perf_counter() - start, cpu_seconds() - cpu
        end.set()
        sampler.join()


def medians(costs: Sequence[Cost]) -> Cost:
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
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "processor": model[0] if model else platform.processor() or "unknown",
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "load": [round(value, 2) for value in os.getloadavg()],
    }


def cpu_seconds() -> float:
    """Of this process and of the children it has waited for."""
    spent = [resource.getrusage(who) for who in WHO]
    return sum(each.ru_utime + each.ru_stime for each in spent)


def spent(pid: int) -> float:
    """Seconds of a core that a process and all below it have used; 0 where there is no /proc."""
    # The name, in brackets, may hold blanks. Of the rest, fields 12 to 15: its own time, and its ended children's.
    parts = [_text(f"/proc/{each}/stat").rpartition(")")[2].split()[11:15] for each in (pid, *below(pid))]
    return sum(int(ticks) for part in parts for ticks in part) / os.sysconf("SC_CLK_TCK")


def resident(pid: int) -> float:
    """Megabytes that a process holds; 0 when it has ended, and where there is no /proc."""
    pages = _text(f"/proc/{pid}/statm").split()
    return int(pages[1]) * resource.getpagesize() / 1e6 if pages else 0.0


def below(pid: int) -> list[int]:
    """All processes that descend from one."""
    found = [
        int(number)
        for task in Path(f"/proc/{pid}/task").glob("*")
        for number in _text(f"{task}/children").split()
    ]
    return [*found, *(deeper for number in found for deeper in below(number))]


def _sample(cost: Cost, end: threading.Event, before: float) -> None:
    own = os.getpid()
    while not end.wait(SAMPLE_SECONDS):
        grown = max(0.0, resident(own) - before)
        cost.memory = max(cost.memory, grown + sum(map(resident, below(own))))


def _text(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:  # it ended while we looked, or there is no /proc
        return ""
