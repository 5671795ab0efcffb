"""Postgres or Valkey restarted, away, frozen, emptied or full: 503 in time, no try burnt, and all goes on by itself."""

from __future__ import annotations

import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.acceptance.kit import clip, wait
from tests.faults.kit import FULL, Caller, Estate, film, slow

pytestmark = pytest.mark.timeout(300)
OUTAGE = 30.0 if FULL else 5.0  # seconds; longer than two leases
IN_TIME = 3.0 + 2.0  # seconds: what is promised, and what a machine that others use may add
ASKED = (
    ("GET", "/v1/projects"),
    ("GET", "/v1/projects/proj_frozen"),
    ("GET", "/v1/jobs"),
    ("GET", "/v1/projects/proj_frozen/events"),
    ("POST", "/v1/projects"),
    ("POST", "/v1/projects/proj_frozen/jobs"),
    ("DELETE", "/v1/projects/proj_frozen"),
    ("PATCH", "/v1/projects/proj_frozen/clips/clip_a"),
    ("GET", "/v1/costs"),
    ("GET", "/"),
    ("GET", "/projects/proj_frozen"),
    ("GET", "/readyz"),
)


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


def refusals(place: Estate) -> list[tuple[str, int, int, float]]:
    """Everything that needs the database, asked at once by many."""
    with ThreadPoolExecutor(16) as crowd:
        return [*crowd.map(lambda each: answered(place, *each), ASKED * 2)]


def check_refused(place: Estate) -> None:
    told = refusals(place)
    assert {status for _, status, _, _ in told} == {503}, told
    assert all(later >= 1 for _, _, later, _ in told), "each says when to come back"
    assert max(seconds for *_, seconds in told) < IN_TIME, told


@pytest.fixture(scope="module", autouse=True)
def frozen_project(place: Estate) -> None:
    with place.http() as client:
        Caller(client).create(film("frozen"))


def attempts(place: Estate, project_id: str) -> int:
    """How many tries and crashes its jobs have counted."""
    query = "SELECT coalesce(sum(attempts + crashes), 0) FROM jobs WHERE project_id = %s"
    return int(place.rows(query, project_id)[0][0])


def test_a_frozen_postgres(place: Estate, call: Caller) -> None:
    """Its connections stay open and say nothing; so do new ones."""
    job = call.start(call.create(film("still", slow("a"), slow("b"))))
    with place.frozen("postgres"):
        check_refused(place)
    call.completed(job)


def test_postgres_is_away(place: Estate, call: Caller) -> None:
    job = call.start(call.create(film("away", slow("a"), slow("b"))))
    with place.away("postgres"):
        check_refused(place)
        time.sleep(OUTAGE)
    call.completed(job)
    assert attempts(place, "proj_away") == 0, "what was not their fault is not counted"


def test_postgres_is_killed(place: Estate, call: Caller) -> None:
    job = call.start(call.create(film("killed", slow("a"), slow("b"))))
    place.back("postgres", place.tell("postgres", signal.SIGKILL))
    call.completed(job)


def test_valkey_is_away_when_a_job_is_accepted(place: Estate, call: Caller) -> None:
    """Committed, then sent: whoever was told 202 has a job, whether the bell could be rung or not."""
    project = call.create(film("unrung"))
    with place.away("valkey", signal.SIGTERM):
        began = time.monotonic()
        job = call.start(project)
        assert time.monotonic() - began < IN_TIME
        assert call.job(job)["state"] == "queued"
        _, status, later, seconds = answered(place, "GET", "/readyz")
        assert (status, later >= 1) == (503, True)
        assert seconds < IN_TIME
    call.completed(job)


def test_valkey_is_frozen_when_a_job_is_accepted(place: Estate, call: Caller) -> None:
    project = call.create(film("mute"))
    with place.frozen("valkey"):
        began = time.monotonic()
        job = call.start(project)
        assert time.monotonic() - began < IN_TIME
        _, status, _, seconds = answered(place, "GET", "/readyz")
        assert status == 503
        assert seconds < IN_TIME
    call.completed(job)


def test_valkey_is_restarted(place: Estate, call: Caller) -> None:
    job = call.start(call.create(film("doorbell", slow("a"), slow("b"))))
    place.back("valkey", place.tell("valkey", signal.SIGKILL))
    call.completed(job)


def test_valkey_forgets_everything(place: Estate, call: Caller) -> None:
    job = call.start(call.create(film("forgotten", slow("a"), clip("b"))))
    with place.broker() as valkey:
        valkey.flushall()
    call.completed(job)


def test_valkey_is_full(place: Estate, call: Caller) -> None:
    running = call.start(call.create(film("stuffed", slow("a"))))
    with place.broker() as valkey:
        valkey.config_set("maxmemory", 1)
        try:
            accepted = call.start(call.create(film("stuffed-later")))
            time.sleep(3)
            assert call.job(accepted)["state"] == "queued"
        finally:
            valkey.config_set("maxmemory", 0)
    call.completed(running)
    call.completed(accepted)


def test_nobody_had_to_be_started_again(place: Estate) -> None:
    """After all that, each worker is the process it was in the beginning."""
    starts = {name: place.state(name)["starts"] for name in ("worker_motion", "worker_render", "web", "beat")}
    assert set(starts.values()) == {1}, starts
    wait(lambda: answered(place, "GET", "/readyz")[1] == 200, "everything is ready")
