"""Workers that stand still while they order a clip, and wake up when somebody else has given the order up."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from tests.acceptance.kit import below, wait
from tests.doubles.runway import Runway
from tests.doubles.vendor import KEY, Fault
from tests.faults.kit import Caller, Estate, estate, film, paid

pytestmark = [pytest.mark.timeout(300), pytest.mark.long]
TURNSTILE = 4711  # an advisory lock, which whoever says that an order is about to be sent has to pass
HOLD = f"""
CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_advisory_xact_lock({TURNSTILE}); RETURN NEW; END $$;
CREATE %s ON generations %s FOR EACH ROW
WHEN (OLD.asked_at IS NULL AND NEW.asked_at IS NOT NULL) EXECUTE FUNCTION hold();
"""
BEFORE = HOLD % ("TRIGGER hold BEFORE UPDATE", "")  # nothing is written yet
AFTER = HOLD % (
    "CONSTRAINT TRIGGER hold AFTER UPDATE",
    "DEFERRABLE INITIALLY DEFERRED",
)  # it is being committed
FREE = "DROP TRIGGER hold ON generations; DROP FUNCTION hold;"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, vendor: Runway) -> Iterator[Estate]:
    """Everything, running, with a vendor that bills."""
    data = tmp_path_factory.mktemp("estate") / "data"
    with estate(
        data,
        RUNWAYML_API_SECRET=KEY,
        RUNWAYML_BASE_URL=vendor.address,
        JYNCO_PROVIDER_TIMEOUT_SECONDS="4",
    ) as made:
        yield made
    wait(lambda: below(data) == {}, "everything has ended")


@contextmanager
def turnstile(place: Estate, hold: str) -> Iterator[None]:
    """Whoever says that an order is about to be sent waits, in the database, until the end of the block."""
    with psycopg.connect(place.servers.database_url, autocommit=True) as connection:
        connection.execute(hold.encode())
        try:
            connection.execute("SELECT pg_advisory_lock(%s)", (TURNSTILE,))
            yield
            connection.execute("SELECT pg_advisory_unlock(%s)", (TURNSTILE,))
        finally:
            connection.execute(FREE.encode())


def sender(place: Estate, project: str) -> int:
    """The process that makes the project's only attempt."""
    (row,) = place.rows("SELECT owner FROM generations WHERE project_id = %s", project)
    return int(str(row[0]).split(":")[1])


def stopped(place: Estate, call: Caller, name: str, hold: str) -> tuple[str, str, int]:
    """A project, its job, and who stands still while it says that it sends the project's only clip."""
    with turnstile(place, hold):
        project = call.create(film(name, paid(name)))
        job = call.start(project, priority="high", onMissing="skip")  # the one lane that two workers serve
        waits = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"
        wait(lambda: bool(place.rows(waits, TURNSTILE)), "it is about to send")
        pid = sender(place, project)
        os.kill(pid, signal.SIGSTOP)
    return project, job, pid


def billed(vendor: Runway, name: str) -> int:
    return sum(count for (_, prompt), count in vendor.bills.items() if f" {name} " in prompt)


def given_up(place: Estate, project: str) -> None:
    """Somebody else has found the order and said that nobody knows of it; it is not sent again."""
    unknown = "SELECT 1 FROM generations WHERE project_id = %s AND state = 'unknown'"
    wait(lambda: bool(place.rows(unknown, project)), "it is given up")


def test_stopped_right_before_it_sends(place: Estate, call: Caller, vendor: Runway) -> None:
    """It slept before its word stood in the row, so another sends it without consent, and the sleeper never does."""
    project, job, pid = stopped(place, call, "brink", BEFORE)
    try:
        call.completed(job)
        assert billed(vendor, "brink") == 1, "while the sleeper sleeps"
    finally:
        os.kill(pid, signal.SIGCONT)
    for number in range(4):  # the zombie among those who make these
        call.completed(call.start(call.create(film(f"later-{number}")), priority="high"))
    assert billed(vendor, "brink") == 1
    states = "SELECT state FROM generations WHERE project_id = %s ORDER BY attempt"
    assert place.rows(states, project) == [("failed",), ("done",)]


def test_stopped_after_it_said_that_it_sends(place: Estate, call: Caller, vendor: Runway) -> None:
    """Its word stands in the row, so nobody sends it again without consent; it was overtaken, so it does not either."""
    project, job, pid = stopped(place, call, "edge", AFTER)
    try:
        given_up(place, project)
        ended = call.ended(job)
    finally:
        os.kill(pid, signal.SIGCONT)
    for number in range(4):
        call.completed(call.start(call.create(film(f"beyond-{number}")), priority="high"))
    assert billed(vendor, "edge") == 0
    assert "nobody knows" in ended["clips"][0]["errorMessage"]


def test_stopped_while_it_sends(place: Estate, call: Caller, vendor: Runway) -> None:
    """The vendor has it, and nobody heard: one bill, and no second without consent, whoever wakes up and asks."""
    asked = vendor.seen["submit"]
    vendor.fail("submit", Fault("silence_after"))
    project = call.create(film("mute", paid("mute")))
    job = call.start(project, priority="high", onMissing="skip")
    wait(lambda: vendor.seen["submit"] > asked and billed(vendor, "mute") == 1, "it is sent")
    pid = sender(place, project)
    os.kill(pid, signal.SIGSTOP)
    try:
        given_up(place, project)
        call.ended(job)
    finally:
        os.kill(pid, signal.SIGCONT)
    again = call.ended(call.start(project, onMissing="skip"))
    assert billed(vendor, "mute") == 1
    assert again["clips"][0]["status"] == "failed", "that takes consent"
    consent = call("POST", f"/v1/projects/{project}/clips/clip_mute/retry", json={"payAgain": True}).json()
    call.completed(consent["jobId"])
    assert billed(vendor, "mute") == 2
