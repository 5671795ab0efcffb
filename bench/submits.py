"""How fast projects are submitted (``POST /v1/projects``, ``POST .../jobs``) by several at once, and who pays for it.

gunicorn as in the Procfile: first alone, then beside the workers that begin at once with what comes in. Everything
is on the same cores, the askers too; so each process's seconds of a core are told with the wall clock.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

import httpx

from bench.asked import Asked
from bench.boards import document
from bench.meter import cpu_seconds, spent
from bench.queues import WORKERS, opened
from bench.reads import free, up
from jynco.bootstrap import House
from jynco.embedded.locks import Lock, until
from jynco.embedded.paths import Layout

PROJECTS = 500
CLIPS = 2  # of each
ASKERS = 8  # at a time, each waiting for its answers
PATIENCE = 30.0  # seconds for an answer
ENDING = 60.0  # seconds for everything to end


@dataclass(frozen=True, slots=True)
class Submits:
    """One round: seconds on the wall, milliseconds of the answers, seconds of a core by process, and what is there."""

    what: str
    asked: int
    refused: int
    seconds: float
    creating: tuple[float, float]  # median, 95th percentile
    starting: tuple[float, float]
    cores: dict[str, float]
    lost: int  # accepted, and the rows do not know of it

    @property
    def text(self) -> str:
        """For people."""
        shares = ", ".join(f"{name} {each:.1f}" for name, each in self.cores.items() if each >= 0.05)
        rate = f"{self.asked} submitted in {self.seconds:.1f} s ({self.asked / self.seconds:.0f} a second)"
        project, job = (f"{middle:.0f} ms, p95 {late:.0f}" for middle, late in (self.creating, self.starting))
        ends = f"{self.refused} refused, {self.lost} lost"
        return (
            f"{self.what:22}{rate}   project {project}   job {job}   {ends}\n"
            f"{'':22}seconds of a core: {shares}"
        )


def measured(asked: Asked) -> list[Submits]:
    """The web alone, and beside workers; each on servers of its own."""
    rounds = {"the web alone": (), "beside the workers": WORKERS}
    return [_round(asked, what, workers) for what, workers in rounds.items()]


def _round(asked: Asked, what: str, workers: Sequence[str]) -> Submits:
    port, number = free(), PROJECTS // 10 if asked.quick else PROJECTS
    asked.say(f"Submitting {number} projects: {what}")
    with asked.folder() as folder, ended(folder), opened(folder, ("web", *workers), PORT=str(port)) as house:
        base = f"http://127.0.0.1:{port}"
        up(base)
        _crowd(base, "warm", ASKERS)
        before = _spent(folder)
        start = time.perf_counter()
        found = _crowd(base, "load", number)
        seconds = time.perf_counter() - start
        cores = {name: each - before.get(name, 0.0) for name, each in _spent(folder).items()}
        good = [answer for answer in found if answer.job is not None]
        lost = len(good) - _kept(house, [str(answer.job) for answer in good])
        creating, starting = ([getattr(each, name) for each in found] for name in ("creating", "starting"))
        return Submits(
            what, number, number - len(good), seconds, _usual(creating), _usual(starting), cores, lost
        )


@contextmanager
def ended(folder: Path) -> Iterator[None]:
    """Afterwards nothing lives in the folder any more: busy workers take their time to hand back their work."""
    yield
    until(lambda: _gone(folder), ENDING)


def _gone(folder: Path) -> bool:
    guard = Lock(Layout(folder).supervisor)
    try:
        return guard.own()
    finally:
        guard.close()


@dataclass(frozen=True, slots=True)
class _Answer:
    """Milliseconds of both, and the film's id where it was accepted."""

    creating: float
    starting: float
    job: str | None


def _crowd(base: str, name: str, number: int) -> list[_Answer]:
    with ThreadPoolExecutor(ASKERS) as pool:
        shares = [range(first, number, ASKERS) for first in range(ASKERS)]
        parts = pool.map(lambda share: _asker(base, name, share), shares)
        return [answer for part in parts for answer in part]


def _asker(base: str, name: str, share: range) -> list[_Answer]:
    with httpx.Client(base_url=base, timeout=PATIENCE) as client:
        return [_submitted(client, f"proj_{name}_{number}", number) for number in share]


def _submitted(client: httpx.Client, project: str, seed: int) -> _Answer:
    first = time.perf_counter()
    made = client.post("/v1/projects", json=document(project, CLIPS, seed=seed))
    second = time.perf_counter()
    job = client.post(f"/v1/projects/{project}/jobs", json={"kind": "final"})
    third = time.perf_counter()
    accepted = job.json()["jobId"] if made.is_success and job.is_success else None
    return _Answer((second - first) * 1000, (third - second) * 1000, accepted)


def _usual(times: Sequence[float]) -> tuple[float, float]:
    cuts = quantiles(times, n=20)
    return cuts[9], cuts[18]


def _kept(house: House, films: Sequence[str]) -> int:
    """How many of these films are in the rows with all their clips' jobs."""
    import psycopg

    whole = (
        "SELECT count(*) FROM jobs film WHERE film.job_id = ANY(%s)"
        " AND (SELECT count(*) FROM jobs clip WHERE clip.parent_id = film.job_id) = %s"
    )
    with psycopg.connect(house.settings.database_url or "") as line:
        line.execute("SET jynco.tenant = '*'")
        row = line.execute(whole, [list(films), CLIPS]).fetchone()
    return int(row[0]) if row else 0


def _spent(folder: Path) -> dict[str, float]:
    """Seconds of a core so far, of every process that the supervisor tends and of the askers."""
    state = json.loads(Layout(folder).state.read_bytes())
    tended = {**state["servers"], **state["processes"]}
    return {"askers": cpu_seconds(), **{name: spent(each["pid"]) for name, each in tended.items()}}
