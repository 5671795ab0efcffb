"""Postgres restarted, away or frozen: 503 in time, no try burnt, and all goes on by itself."""

from __future__ import annotations

import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.acceptance.kit import wait
from tests.faults.kit import FULL, IN_TIME, Caller, Estate, answered, check_all_survived, film, publish, slow

pytestmark = [pytest.mark.timeout(300), pytest.mark.long]
OUTAGE = 30.0 if FULL else 5.0  # seconds; longer than two leases
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
    """For longer than a lease; sweepers, several at once, run into it and out of it."""
    job = call.start(call.create(film("away", slow("a"), slow("b"))))
    publish(place, "upkeep.sweep", "upkeep", "", 3)
    with place.away("postgres"):
        check_refused(place)
        publish(place, "upkeep.sweep", "upkeep", "", 3)
        time.sleep(OUTAGE)
    publish(place, "upkeep.sweep", "upkeep", "", 3)
    call.completed(job)
    behind = "SELECT 1 FROM projects WHERE project_id = 'proj_away' AND mirrored < changes"
    wait(lambda: not place.rows(behind), "the mirror is up")
    assert attempts(place, "proj_away") == 0, "what was not their fault is not counted"


def test_postgres_is_killed(place: Estate, call: Caller) -> None:
    job = call.start(call.create(film("killed", slow("a"), slow("b"))))
    place.back("postgres", place.tell("postgres", signal.SIGKILL))
    call.completed(job)


def test_nobody_had_to_be_started_again(place: Estate) -> None:
    check_all_survived(place)
