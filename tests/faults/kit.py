"""A running Jynco that may be hurt: its processes by name, its API from outside, and ways to let things go wrong.

Everything here acts from outside: signals to processes, statements to Postgres, commands to Valkey, files on disk,
requests over HTTP.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import redis
from kombu import Connection

from jynco.embedded import Servers
from jynco.embedded.locks import until
from tests.acceptance.kit import WORKERS, ask, board, clip, held, wait
from tests.integration.embedded import everybody

PATIENCE = 120.0  # seconds; a bound for what should happen soon, on a machine that others use too
FULL = "JYNCO_CHAOS_TIMES" in os.environ  # everything at its full size, which takes minutes
IN_TIME = 3.0 + 2.0  # seconds: what is promised, and what a machine that others use may add
ENDED = ("completed", "failed", "cancelled")
PASSING = (429, 503)


@dataclass(frozen=True, slots=True)
class Estate:
    """Servers, workers and the web, all of one data folder."""

    servers: Servers
    data: Path
    address: str  # of the API; empty where there is no web

    # --- its processes

    def pid(self, name: str) -> int:
        """The number of a server or process, once it runs; of the supervisor itself by ``supervisor``."""
        found = [0]

        def runs() -> bool:
            found[0] = self.state(name)["pid"]
            return found[0] > 0

        assert until(runs, PATIENCE, 0.05), f"{name} does not run"
        return found[0]

    def state(self, name: str) -> dict[str, Any]:
        """What the supervisor says of one process."""
        told = json.loads((self.data / "embedded.json").read_text())
        everyone: dict[str, Any] = {"supervisor": told, **told["servers"], **told.get("processes", {})}
        found: dict[str, Any] = everyone[name]
        return found

    def tell(self, name: str, number: signal.Signals) -> int:
        """Send a signal; the number of who got it."""
        pid = self.pid(name)
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        return pid

    def below(self, name: str) -> list[int]:
        """A process and all that are below it."""
        return family(self.pid(name))

    @contextmanager
    def frozen(self, *names: str) -> Iterator[None]:
        """Processes, and all that are below them, stand still during the block."""
        pids = [pid for name in names for pid in family(self.pid(name))]
        _tell_all(pids, signal.SIGSTOP)
        try:
            yield
        finally:
            _tell_all(pids, signal.SIGCONT)

    @contextmanager
    def away(self, name: str, last: signal.Signals = signal.SIGINT) -> Iterator[None]:
        """A server has ended, and nobody starts it again before the end of the block."""
        with self.frozen_alone("supervisor"):
            pid = self.tell(name, last)
            assert until(lambda: _is_dead(pid), PATIENCE, 0.02)
            yield
        self.back(name, pid)

    def back(self, name: str, before: int) -> None:
        """Return when another process than ``before`` goes by this name."""
        assert until(lambda: self.state(name)["pid"] not in (0, before), PATIENCE, 0.05)

    @contextmanager
    def frozen_alone(self, name: str) -> Iterator[None]:
        """One process, without those below it, stands still during the block."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    # --- its doors

    def http(self, timeout: float = 60.0) -> httpx.Client:
        """A client that tries once."""
        return httpx.Client(base_url=self.address, timeout=timeout)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What the database says, once it says anything."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return ask(self.servers, query, *values)
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.2)

    def broker(self) -> redis.Redis:
        """Valkey itself."""
        return redis.Redis.from_url(self.servers.redis_url)

    def file(self, project_id: str) -> Path:
        """The live storyboard.json of a project."""
        return self.data / "projects" / project_id / "storyboard.json"


@dataclass(frozen=True, slots=True)
class Caller:
    """A client as it should be: it tries again where it is told to, with the same Idempotency-Key."""

    client: httpx.Client

    def __call__(self, method: str, path: str, **options: Any) -> httpx.Response:
        """The first answer that is neither 'later' nor none at all."""
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = self._once(method, path, **options)
            if answer is not None and not _is_passing(answer):
                return answer
            assert time.monotonic() < deadline, f"{method} {path}: {answer and answer.text}"
            time.sleep(0.2)

    def _once(self, method: str, path: str, **options: Any) -> httpx.Response | None:
        try:
            return self.client.request(method, path, **options)
        except httpx.TransportError:
            return None

    def create(self, document: Mapping[str, Any]) -> str:
        """A project of this document."""
        answer = self("POST", "/v1/projects", json=document, headers=_key())
        # 409: it was made, and the database went before it could say so
        assert answer.status_code in (201, 409), answer.text
        return str(document["projectId"])

    def start(self, project_id: str, **wishes: Any) -> str:
        """The film of a project, or what else is wished for; its job's id."""
        body = {"kind": "final", **wishes}
        answer = self("POST", f"/v1/projects/{project_id}/jobs", json=body, headers=_key())
        assert answer.status_code == 202, answer.text
        return str(answer.json()["jobId"])

    def job(self, job_id: str) -> dict[str, Any]:
        """A job as it is now."""
        answer = self("GET", f"/v1/jobs/{job_id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def ended(self, job_id: str) -> dict[str, Any]:
        """A job at its end; fails when that does not come."""
        found: dict[str, Any] = {}

        def over() -> bool:
            found.update(self.job(job_id))
            return found["state"] in ENDED

        assert until(over, PATIENCE, 0.1), f"{job_id} is stuck: {found}"
        return found

    def completed(self, job_id: str) -> dict[str, Any]:
        """A job that ends well."""
        job = self.ended(job_id)
        assert job["state"] == "completed", job
        return job


def _key() -> dict[str, str]:
    return {"Idempotency-Key": os.urandom(16).hex()}


def _is_passing(answer: httpx.Response) -> bool:
    passing = answer.status_code in PASSING
    if passing:
        assert int(answer.headers["Retry-After"]) >= 1, "it says when to come back"
    return passing or (answer.status_code == 409 and answer.json()["code"] == "idempotency_key_busy")


def answered(place: Estate, method: str, path: str) -> tuple[str, int, int, float]:
    """Status, Retry-After and seconds of one request."""
    bodies = {
        "/v1/projects": film("other"),
        "/v1/projects/proj_frozen/jobs": {"kind": "final"},
        "/v1/projects/proj_frozen/clips/clip_a": {"motionPrompt": "another"},
    }
    key = {"Idempotency-Key": f"{method}{path}"} if method == "POST" else {}
    with place.http() as client:
        client.get("/healthz")  # whoever opens a connection first is not part of it
        began = time.monotonic()
        answer = client.request(
            method, path, json=bodies.get(path) if method in ("POST", "PATCH") else None, headers=key
        )
        seconds = time.monotonic() - began
    return f"{method} {path}", answer.status_code, int(answer.headers.get("Retry-After", 0)), seconds


def check_all_survived(place: Estate) -> None:
    """After all that, each process is the one it was in the beginning, and ready."""
    names = ("worker_motion", "worker_render", "web", "beat")
    starts = {name: place.state(name)["starts"] for name in names}
    assert set(starts.values()) == {1}, starts
    wait(lambda: answered(place, "GET", "/readyz")[1] == 200, "everything is ready")


def publish(place: Estate, task: str, queue: str, job_id: str, times: int = 1) -> None:
    """Send messages as Celery would, from outside."""
    url = "redis+socket://" + place.servers.redis_url.removeprefix("unix://")
    with Connection(url) as connection, connection.Producer(serializer="json") as producer:
        for _ in range(times):
            task_id = f"{task}-{time.monotonic_ns()}"
            producer.publish(
                [
                    [job_id] if job_id else [],
                    {},
                    {"callbacks": None, "errbacks": None, "chain": None, "chord": None},
                ],
                routing_key=queue,
                headers={"lang": "py", "task": task, "id": task_id, "root_id": task_id, "retries": 0},
                correlation_id=task_id,
            )


def film(name: str, *clips: Mapping[str, Any]) -> dict[str, Any]:
    """A small storyboard of two clips, unless others are given."""
    return board(name, *(clips or (clip("a"), clip("b"))))


def slow(name: str, seconds: float = 2.0, **fields: Any) -> dict[str, Any]:
    """A clip that its provider works on for so long."""
    return clip(name, providerOptions={"latency": seconds}, **fields)


def paid(name: str, **fields: Any) -> dict[str, Any]:
    """A clip that a vendor bills; it needs no picture, and its prompt has its name between spaces."""
    return clip(
        name,
        provider="runway",
        model="gen4.5",
        motionPrompt=f"The nemesis {name} passes.",
        duration=5,
        **fields,
    )


def large(name: str, *clips: Mapping[str, Any]) -> dict[str, Any]:
    """A storyboard that takes its time to encode."""
    document = film(name, *clips)
    document["outputSettings"] |= {"resolution": {"width": 640, "height": 360}, "fps": 30, "quality": "high"}
    return document


@contextmanager
def estate(
    data: Path, *, workers: Sequence[str] = WORKERS, web: bool = True, **more: str
) -> Iterator[Estate]:
    """Everything that runs beside a ``jynco up``, for the length of the block."""
    port = _free_port()
    names = (*workers, *(("web",) if web else ()))
    with held(data, names, PORT=str(port), **more) as servers:
        made = Estate(servers, data, f"http://127.0.0.1:{port}" if web else "")
        if web:
            with made.http() as client:
                wait(lambda: _answers(client), "the web answers")
        yield made


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/healthz").is_success
    except httpx.TransportError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def family(pid: int) -> list[int]:
    """A process, first, and all that are below it."""
    found, everyone = [pid], everybody()
    for elder in found:
        found += [one.pid for one in everyone if one.parent == elder]
    return found


def _tell_all(pids: Sequence[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _is_dead(pid: int) -> bool:
    return pid not in {one.pid for one in everybody()}
