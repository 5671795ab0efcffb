"""Workers that are frozen, ended, killed or told the same thing again and again."""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jynco.embedded.locks import until
from tests.acceptance.kit import bills, clip, footage, wait
from tests.acceptance.test_kills import composers
from tests.faults.kit import PATIENCE, Caller, Estate, film, large, publish, slow
from tests.integration.film_kit import ffmpeg

pytestmark = pytest.mark.timeout(300)


def owner(place: Estate, job_id: str) -> str:
    """Who works on a job, as host:pid:token; empty while nobody does."""
    return str(place.rows("SELECT coalesce(owner, '') FROM jobs WHERE job_id = %s", job_id)[0][0])


@contextmanager
def frozen_worker(place: Estate, job_id: str) -> Iterator[None]:
    """Who works on a job stands still, with all its children, until the lease has run out and somebody goes on."""
    wait(lambda: owner(place, job_id) != "", "somebody works on it")
    before = owner(place, job_id)
    names = ("worker_motion", "worker_render", "worker_preview")
    pid = int(before.split(":")[1])
    (name,) = [name for name in names if pid in place.below(name)]
    with place.frozen(name):
        yield
        fresh = "SELECT fence FROM jobs WHERE job_id = %s AND owner IS DISTINCT FROM %s"
        assert until(lambda: bool(place.rows(fresh, job_id, before)), PATIENCE, 0.1), "somebody else goes on"


@pytest.mark.long
def test_a_zombie_that_films(place: Estate, call: Caller, tmp_path: Path) -> None:
    """It wakes up in the middle of a clip that somebody else has made meanwhile: nothing of its own counts."""
    project = call.create(large("zombie", clip("a", duration=20)))
    job = call.start(project, priority="high")  # the one lane that two workers serve
    children = "SELECT job_id FROM jobs WHERE parent_id = %s"
    motion = str(place.rows(children, job)[0][0])
    filmed = "SELECT 1 FROM generations WHERE job_id = %s AND state = 'succeeded'"
    wait(lambda: bool(place.rows(filmed, motion)), "it is filmed")
    with frozen_worker(place, motion):
        pass
    done = call.completed(job)
    kept = sorted((place.data / "cache" / "motion").rglob("*.mp4"))
    before = {path: path.stat().st_mtime_ns for path in kept}
    made = "SELECT count(*), max(fence) FROM generations WHERE project_id = %s AND state = 'done'"
    assert place.rows(made, project)[0] == (1, 2), "the second worker's, and only that"
    assert {path: path.stat().st_mtime_ns for path in kept} == before
    assert done["clips"][0]["status"] == "completed"


def test_the_same_message_five_times(place: Estate, call: Caller) -> None:
    project = call.create(film("again", slow("a"), slow("b")))
    job = call.start(project)
    for (motion,) in place.rows("SELECT job_id FROM jobs WHERE parent_id = %s", job):
        publish(place, "motion.make", "motion.normal", motion, 5)
    publish(place, "render.film", "render.normal", job, 5)
    publish(place, "upkeep.sweep", "upkeep", "", 5)  # several sweepers at once
    call.completed(job)
    publish(place, "render.film", "render.normal", job, 5)
    keys = {each["cacheKey"] for each in call("GET", f"/v1/projects/{project}/storyboard").json()["timeline"]}
    assert Counter(key for key in bills(place.data) if key in keys) == dict.fromkeys(keys, 1)
    assert (
        len(
            place.rows(
                "SELECT 1 FROM events WHERE payload->>'jobId' = %s AND payload->>'state' = 'completed'", job
            )
        )
        == 1
    )
    assert call.job(job)["state"] == "completed"


def test_a_message_that_comes_late(place: Estate, call: Caller) -> None:
    """After a cancel, after an edit, after the project has gone: nothing comes of it, and nothing breaks."""
    project = call.create(film("late", slow("a", 30), slow("b", 30)))
    job = call.start(project)
    motions = [str(row[0]) for row in place.rows("SELECT job_id FROM jobs WHERE parent_id = %s", job)]
    assert call("DELETE", f"/v1/jobs/{job}").json()["state"] == "cancelled"
    for motion in motions:
        publish(place, "motion.make", "motion.normal", motion, 2)
    publish(place, "render.film", "render.normal", job, 2)
    call(
        "PATCH",
        f"/v1/projects/{project}/clips/clip_a",
        json={"motionPrompt": "another", "providerOptions": None},
    )
    call(
        "PATCH",
        f"/v1/projects/{project}/clips/clip_b",
        json={"motionPrompt": "one more", "providerOptions": None},
    )
    call.completed(call.start(project))
    assert {str(call.job(motion)["state"]) for motion in motions} == {"cancelled"}
    assert call("DELETE", f"/v1/projects/{project}").status_code == 204
    for motion in motions:
        publish(place, "motion.make", "motion.normal", motion, 2)
    publish(place, "render.film", "render.normal", job)
    call.completed(call.start(call.create(film("after-late"))))


def test_sigterm_hands_a_clip_over(place: Estate, call: Caller) -> None:
    """A clip that its vendor works on is resumed elsewhere; it was asked for once."""
    project = call.create(film("handed", slow("a", 3), slow("b", 3)))
    job = call.start(project)
    submitted = "SELECT 1 FROM generations WHERE project_id = %s AND state = 'submitted'"
    wait(lambda: len(place.rows(submitted, project)) == 2, "both are asked for")
    began = time.monotonic()
    pid = place.tell("worker_motion", signal.SIGTERM)
    place.back("worker_motion", pid)
    assert time.monotonic() - began < 25 + 5, "25 s are promised, and platforms kill after 30"
    call.completed(job)
    keys = {each["cacheKey"] for each in call("GET", f"/v1/projects/{project}/storyboard").json()["timeline"]}
    assert Counter(key for key in bills(place.data) if key in keys) == dict.fromkeys(keys, 1)


def test_a_composer_is_ended_and_hands_back(place: Estate, call: Caller, tmp_path: Path) -> None:
    """FFmpeg ends with its worker, though the film is half made; another one makes it."""
    source = tmp_path / "in.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=640x360:r=30:d=8", "-preset", "ultrafast", source)
    project = call.create(large("handing", clip("placeholder")))
    with source.open("rb") as file:
        path = call("POST", f"/v1/projects/{project}/assets", files={"file": file}).json()["path"]
    document = large("handing", footage("in", path))
    address = f"/v1/projects/{project}/storyboard"
    assert call("PUT", address, json=document, headers={"If-Match": "*"}).is_success
    job = call.start(project)
    wait(lambda: bool(composers(place.data)), "FFmpeg composes")
    seen, pid = composers(place.data), place.tell("worker_render", signal.SIGTERM)
    ended = until(lambda: not set(seen) & set(composers(place.data)), 25 + 5)
    assert ended, "within 25 s, and a platform kills after 30"
    place.back("worker_render", pid)
    call.completed(job)
    crashes = place.rows("SELECT crashes FROM jobs WHERE job_id = %s", job)
    assert crashes == [(0,)], "it was handed back, not left to its lease"


@pytest.mark.long
def test_rolling_restarts_under_load(place: Estate, call: Caller) -> None:
    """Every process is replaced while people start films: nobody behind a patient client notices."""
    jobs: list[str] = []
    over = threading.Event()

    def submit(person: int) -> None:
        with place.http() as client:
            patient, count = Caller(client), 0
            while not over.is_set():
                count += 1
                jobs.append(patient.start(patient.create(film(f"rolling-{person}-{count}", clip("a")))))
                over.wait(1)

    people = [threading.Thread(target=submit, args=(number,)) for number in range(2)]
    for person in people:
        person.start()
    for name in ("worker_motion", "worker_render", "worker_preview", "beat", "web"):
        place.back(name, place.tell(name, signal.SIGTERM))
    over.set()
    for person in people:
        person.join(PATIENCE)
    assert jobs
    for job in jobs:
        call.completed(job)
