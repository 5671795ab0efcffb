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
from tests.integration.film_kit import ffmpeg

pytestmark = [pytest.mark.timeout(300), pytest.mark.long]
TURNSTILE = 4711  # an advisory lock, which every heartbeat of an order that is about to be sent has to pass
HOLD = f"""
CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_advisory_xact_lock({TURNSTILE}); RETURN NEW; END $$;
CREATE TRIGGER hold BEFORE UPDATE ON generations FOR EACH ROW
WHEN (OLD.state = 'intent' AND NEW.state = 'intent' AND NEW.owner = OLD.owner) EXECUTE FUNCTION hold();
"""
FREE = "DROP TRIGGER hold ON generations; DROP FUNCTION hold;"


@pytest.fixture(scope="module")
def vendor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runway]:
    source = tmp_path_factory.mktemp("vendor") / "clip.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=160x90:r=10:d=5", "-pix_fmt", "yuv420p", source)
    with Runway(source.read_bytes()) as double:
        yield double


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
def turnstile(place: Estate) -> Iterator[None]:
    """Whoever is about to send an order waits, in the database, until the end of the block."""
    with psycopg.connect(place.servers.database_url, autocommit=True) as connection:
        connection.execute(HOLD.encode())
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


def billed(vendor: Runway, name: str) -> int:
    return sum(count for (_, prompt), count in vendor.bills.items() if f" {name} " in prompt)


def given_up(place: Estate, project: str) -> None:
    """Somebody else has found the order and said that nobody knows of it; it is not sent again."""
    unknown = "SELECT 1 FROM generations WHERE project_id = %s AND state = 'unknown'"
    wait(lambda: bool(place.rows(unknown, project)), "it is given up")


def test_stopped_right_before_it_sends(place: Estate, call: Caller, vendor: Runway) -> None:
    """It slept between its last look and its answer: however late that comes, nothing is sent."""
    with turnstile(place):
        project = call.create(film("brink", paid("brink")))
        job = call.start(project, priority="high", onMissing="skip")  # the one lane that two workers serve
        waits = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"
        wait(lambda: bool(place.rows(waits, TURNSTILE)), "it is about to send")
        pid = sender(place, project)
        os.kill(pid, signal.SIGSTOP)
    try:
        given_up(place, project)
        ended = call.ended(job)
    finally:
        os.kill(pid, signal.SIGCONT)
    for number in range(4):  # the zombie among those who make these
        call.completed(call.start(call.create(film(f"later-{number}")), priority="high"))
    assert billed(vendor, "brink") == 0
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
