"""A storage that is read-only or full for a while: it is told, and all goes on by itself when there is room again."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.kit import below, wait
from tests.acceptance.test_kills import composers
from tests.faults.kit import Caller, Estate, estate, film, large, slow

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A disk for the files alone; the servers have another."""
    disk = tmp_path_factory.mktemp("disk")
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m,mode=755", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("only root can make a small disk, where it may mount")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, files: Path) -> Iterator[Estate]:
    data = tmp_path_factory.mktemp("estate") / "data"
    with estate(data, JYNCO_STORAGE=f"file://{files}") as made:
        yield made
    wait(lambda: below(data) == {}, "everything has ended")


def _remounted(disk: Path, how: str) -> bool:
    done = subprocess.run(["mount", "-o", f"remount,{how}", disk], capture_output=True)
    return done.returncode == 0


def check_told(call: Caller) -> None:
    """Reads are answered; what cannot be done is refused, with when to come back."""
    for method, path, body in (
        ("GET", "/readyz", None),
        ("POST", "/v1/projects/proj_room/assets", {"file": b"x"}),
    ):
        answer = call.client.request(method, path, files=body and {"file": ("a.png", body["file"])})
        assert answer.status_code == 503, answer.text
        assert int(answer.headers["Retry-After"]) >= 1
    assert call.client.get("/v1/projects/proj_room/storyboard").status_code == 200


def check_waits(call: Caller, job: str) -> None:
    """The job says what it waits for."""
    wait(lambda: (call.job(job)["waiting"] or {}).get("code") == "storage_full", "a clip has met it")
    assert call.job(job)["state"] == "running"


def check_unspent(call: Caller, job: str) -> None:
    """It goes on by itself, and what it met has cost none of its tries."""
    done = call.completed(job)
    assert {line["attempts"] for line in done["clips"]} == {0}
    assert done["waiting"] is None


def test_read_only_for_a_while(place: Estate, call: Caller, files: Path) -> None:
    call.create(film("room"))
    job = call.start(call.create(film("read-only", slow("a", 1.0))))
    wait(lambda: _remounted(files, "ro"), "nobody writes at this very moment")
    try:
        check_told(call)
        check_waits(call, job)
        looks = "SELECT max(fence) FROM jobs WHERE parent_id = %s"
        wait(lambda: place.rows(looks, job) >= [(7,)], "it looks more often than a refusal has tries")
    finally:
        assert _remounted(files, "rw")
    check_unspent(call, job)


@pytest.mark.long
def test_full_for_a_while(place: Estate, call: Caller, files: Path) -> None:
    job = call.start(call.create(film("full", slow("a", 1.0))))
    with (files / "filler").open("wb") as filler:
        while True:
            try:
                os.write(filler.fileno(), bytes(4096))
            except OSError:
                break
    try:
        check_told(call)
        check_waits(call, job)
    finally:
        (files / "filler").unlink()
    check_unspent(call, job)


def test_what_the_dead_left_is_swept(place: Estate, call: Caller, files: Path) -> None:
    """A worker is killed in the midst of its films: its unfinished files go, those of the living stay."""
    left = files / "scratch"
    document = large("swept", *(slow(f"c{number}", 0.0, duration=3) for number in range(4)))
    job = call.start(call.create(document))
    wait(lambda: bool(composers(place.data)) and bool(list(left.glob("*/*"))), "FFmpeg composes")
    place.back("worker_render", place.tell("worker_render", signal.SIGKILL))
    call.completed(job)
    wait(lambda: not list(left.iterdir()), "nothing is left of it")


def test_a_film_ends_though_nothing_can_be_written_for_longer_than_it_waits(
    tmp_path: Path, files: Path
) -> None:
    """It fails, and says why, while the disk is still read-only: its end is a row and needs no document."""
    data, storage = tmp_path / "data", f"file://{files}/impatient"
    with estate(data, JYNCO_STORAGE=storage, JYNCO_GIVE_UP_SECONDS="1") as place, place.http() as client:
        call = Caller(client)
        job = call.start(call.create(film("impatient", slow("a", 1.0))))
        wait(lambda: _remounted(files, "ro"), "nobody writes at this very moment")
        try:
            ended = call.ended(job)
        finally:
            assert _remounted(files, "rw")
    assert (ended["state"], ended["error"]["code"]) == ("failed", "missing_clips")
    assert [line["status"] for line in ended["clips"]] == ["failed"]
