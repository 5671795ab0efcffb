"""People at work: storyboard.json edited by hand, spoilt, deleted, read in a loop; one film wished by twenty."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from typing import Any

import httpx
import pytest

from jynco.adapters.lock.file import FileLocks
from jynco.document import checks, codec
from tests.acceptance.kit import QUICK, bills, clip, wait
from tests.faults.kit import Caller, Estate, film, slow

pytestmark = pytest.mark.timeout(300)
PEOPLE = 20


def edit(path: Path, change: Any) -> None:
    """As an editor saves: another file in its place."""
    document = json.loads(path.read_text())
    change(document)
    fresh = path.with_name("mine.tmp")
    fresh.write_text(json.dumps(document, indent=1))
    fresh.replace(path)


def live(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    return found


@contextmanager
def reader(read_now: Callable[[], bytes]) -> Iterator[list[int]]:
    """Somebody who reads in a loop; every reading has to be a whole and valid document."""
    read, over, faults = [0], threading.Event(), list[BaseException]()

    def look() -> None:
        try:
            while not over.wait(0.02):
                checks.validate(codec.loads(read_now()))
                read[0] += 1
        except BaseException as fault:
            faults.append(fault)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield read
    finally:
        over.set()
        thread.join()
    assert not faults, faults


def test_a_hand_edits_in_the_middle_of_a_run(place: Estate, call: Caller) -> None:
    """Prompt, order, a clip more, a clip less, settings: all of it is taken in; statuses written by hand are not."""
    project = call.create(film("hand", slow("a"), slow("b"), clip("c")))
    path = place.file(project)
    with reader(path.read_bytes) as read:
        job = call.start(project)
        wait(lambda: "generating" in path.read_text(), "the mirror shows what goes on")

        def change(document: dict[str, Any]) -> None:
            first, second, _ = document["timeline"]
            first |= {"motionPrompt": "by hand", "status": "completed", "sourceFile": "../../foreign.mp4"}
            document["timeline"] = [second, first, clip("d")]
            document["outputSettings"]["fps"] = 12
            document["mine"] = {"kept": [1.0, "ä"]}

        edit(path, change)
        call.ended(job)
        wait(
            lambda: call("GET", f"/v1/projects/{project}/storyboard").json().get("mine") is not None,
            "taken in",
        )
        again = call.start(project)
        call.completed(again)
        wait(lambda: {each["status"] for each in live(path)["timeline"]} == {"completed"}, "the mirror is up")
    document = live(path)
    assert read[0] > 10
    assert [each["clipId"] for each in document["timeline"]] == ["clip_b", "clip_a", "clip_d"]
    assert document["timeline"][1]["motionPrompt"] == "by hand"
    assert "foreign" not in path.read_text()
    assert document["outputSettings"]["fps"] == 12
    assert document["mine"] == {"kept": [1.0, "ä"]}
    assert document == call("GET", f"/v1/projects/{project}/storyboard").json()


@pytest.mark.parametrize("spoilt", [b"{ half a docu", b"", b"\xff\xfe", b"[]", b'{"version": "1.2"}'])
def test_a_spoilt_document_is_kept_aside_and_written_anew(place: Estate, call: Caller, spoilt: bytes) -> None:
    project = call.create(film(f"spoilt-{len(spoilt)}-{spoilt[:1].hex()}"))
    path = place.file(project)
    good = live(path)
    path.write_bytes(spoilt)
    assert call("GET", f"/v1/projects/{project}/storyboard").json()["timeline"] == good["timeline"]
    wait(lambda: path.read_bytes() != spoilt, "it is written anew")
    assert live(path)["timeline"] == good["timeline"]
    aside = [each for each in path.parent.iterdir() if each.is_file() and each.read_bytes() == spoilt]
    assert [each.name != "storyboard.json" for each in aside] == [True], "and nothing anybody wrote is lost"


def test_a_film_waits_for_its_document_with_a_heartbeat(place: Estate, call: Caller) -> None:
    """Whoever writes it may be stopped in the midst of that: a film that is there has not crashed."""
    project = call.create(film("held", slow("a", 1.0)))
    job = call.start(project)
    with FileLocks(place.data / "locks").hold(f"mirror-{project}"):
        longer = "SELECT now() > started_at + 2 * %s::float * interval '1 second' FROM jobs WHERE job_id = %s"
        wait(
            lambda: place.rows(longer, QUICK["JYNCO_LEASE_SECONDS"], job) == [(True,)],
            "more than a lease has passed",
        )
        assert call.job(job)["state"] == "running"
    call.completed(job)
    assert place.rows("SELECT crashes FROM jobs WHERE job_id = %s", job) == [(0,)]


def test_a_deleted_document_comes_back(place: Estate, call: Caller) -> None:
    project = call.create(film("deleted", slow("a")))
    path = place.file(project)
    job = call.start(project)
    path.unlink()
    call.completed(job)
    wait(lambda: path.exists() and live(path)["timeline"][0]["status"] == "completed", "it is there again")


def test_a_document_at_rest_is_seen_though_nobody_asks(place: Estate, call: Caller) -> None:
    project = call.create(film("rest", clip("a")))
    path = place.file(project)
    edit(path, lambda document: document["timeline"][0].update(motionPrompt="by hand"))
    revision = "SELECT revision FROM projects WHERE project_id = %s"
    wait(lambda: place.rows(revision, project) == [(2,)], "it is taken in")
    path.unlink()
    wait(path.exists, "it is there again")
    assert live(path)["timeline"][0]["motionPrompt"] == "by hand"


def test_a_hand_that_says_completed_is_not_believed(place: Estate, call: Caller) -> None:
    project = call.create(film("liar", clip("a")))
    path = place.file(project)
    edit(path, lambda document: document["timeline"][0].update(status="completed", sourceFile="clips/no.mp4"))
    job = call.completed(call.start(project))
    assert job["clips"][0]["cacheHit"] is False, "it was made"
    wait(lambda: live(path)["timeline"][0]["sourceFile"] != "clips/no.mp4", "the row wins")


def at_once(place: Estate, path: str, headers: dict[str, str]) -> list[httpx.Response]:
    """The same request from many, at the same moment."""
    line = Barrier(PEOPLE)

    def ask(_: int) -> httpx.Response:
        with place.http() as client:
            client.get("/healthz")
            line.wait()
            return client.post(path, json={"kind": "final"}, headers=headers)

    with ThreadPoolExecutor(PEOPLE) as crowd:
        return [*crowd.map(ask, range(PEOPLE))]


def test_twenty_at_once_are_one_film(place: Estate, call: Caller) -> None:
    project = call.create(film("twenty", slow("a"), clip("b")))
    answers = at_once(place, f"/v1/projects/{project}/jobs", {})
    assert {answer.status_code for answer in answers} <= {202, 409}, [answer.text for answer in answers]
    (job,) = {answer.json()["jobId"] for answer in answers if answer.status_code == 202}
    call.completed(job)
    keys = {each["cacheKey"] for each in call("GET", f"/v1/projects/{project}/storyboard").json()["timeline"]}
    assert sorted(key for key in bills(place.data) if key in keys) == sorted(keys), "and paid for once"


def test_twenty_with_one_key_have_one_answer(place: Estate, call: Caller) -> None:
    project = call.create(film("keyed", clip("a")))
    key, path = {"Idempotency-Key": "the-same"}, f"/v1/projects/{project}/jobs"
    answers = at_once(place, path, key)
    assert {answer.status_code for answer in answers} <= {202, 409}, [answer.text for answer in answers]
    (job,) = {answer.json()["jobId"] for answer in answers if answer.status_code == 202}
    call.completed(job)
    replay = call("POST", path, json={"kind": "final"}, headers=key)
    assert (replay.status_code, replay.json()["jobId"]) == (202, job), "though it has ended meanwhile"
    assert replay.headers["Idempotent-Replayed"] == "true"
