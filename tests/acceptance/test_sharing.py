"""A film's segments are shared among render workers: one task joins, and a worker that dies costs its share alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import House
from tests.acceptance.kit import Desk, ask, below, board, environment, footage, held, look, pid_of, wait
from tests.acceptance.test_kills import composers, kill, parent
from tests.faults.kit import family
from tests.integration.film_kit import ffmpeg

pytestmark = pytest.mark.timeout(300)
SHARING = {"JYNCO_FAN_OUT_SECONDS": "0.001", "JYNCO_LEASE_SECONDS": "2"}


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house that shares every film, and whose workers may be killed."""
    data = tmp_path_factory.mktemp("yard") / "data"
    with held(data, **SHARING) as servers:
        yield House(servers, data)
    wait(lambda: below(data) == {}, "everything has ended")


@pytest.fixture
def desk(yard: House, tmp_path: Path) -> Iterator[Desk]:
    with Desk(tmp_path, yard.data, environment(**SHARING)).tidy() as made:
        yield made


def ordered(desk: Desk, project: str, size: str) -> dict[str, Any]:
    """A film of three clips that are films already, every one with a picture of its own."""
    for number, picture in enumerate(("testsrc", "testsrc2", "smptebars")):
        source = ("-f", "lavfi", "-i", f"{picture}=s={size}:r=10:d=3")
        ffmpeg(*source, "-preset", "ultrafast", desk.folder / f"{number}.mp4")
    return board(project, *(footage(f"{number}", f"{number}.mp4") for number in range(3)))


def made(yard: House) -> int:
    """How many shares the workers have made, by their logs."""
    logs = [path.read_text() for path in (yard.data / "logs").glob("worker_*.log")]
    return sum(
        len(re.findall(r"Task render\.segments\S+ succeeded in \S+ {[^}]*'status': 'made'", log))
        for log in logs
    )


def test_a_film_is_shared_and_joined(desk: Desk, yard: House) -> None:
    done = desk.render(ordered(desk, "shared", "160x90"))
    assert look(done.film()).frames == 90
    assert ask(yard.servers, "SELECT attempts, crashes FROM jobs WHERE job_id = %s", done.json["jobId"]) == [
        (1, 0)
    ]
    assert made(yard) >= 2
    counted = [done.json[name] for name in ("progress", "framesDone", "framesDue")]
    assert counted == [1, 90, 90]
    again = desk.render(ordered(desk, "shared", "160x90"))
    assert ask(yard.servers, "SELECT attempts FROM jobs WHERE job_id = %s", again.json["jobId"]) == [(0,)]


def test_a_worker_that_dies_costs_only_its_share(desk: Desk, yard: House) -> None:
    document = ordered(desk, "lost", "640x360")
    document["outputSettings"] |= {"resolution": {"width": 640, "height": 360}, "fps": 30, "quality": "high"}
    desk.write(document)
    running = desk.start("render", "board.json", "--json")
    wait(lambda: bool(composers(yard.data)), "FFmpeg composes")
    segments = yard.data / "cache" / "segments"
    before = {path.stat().st_ino for path in segments.rglob("*.mp4")}
    shares = made(yard)
    kill(parent(composers(yard.data)[0]))
    done = desk.ended(running)
    assert look(done.film()).frames == 270
    assert made(yard) > shares
    assert before <= {path.stat().st_ino for path in segments.rglob("*.mp4")}
    assert composers(yard.data) == []


@pytest.mark.long
def test_what_a_whole_worker_leaves_is_shared_again(desk: Desk, yard: House) -> None:
    """Its supervisor and its pool are gone at once, with what they had in hand; nobody gives their messages back."""
    document = ordered(desk, "orphaned", "640x360")
    document["outputSettings"] |= {"resolution": {"width": 640, "height": 360}, "fps": 25, "quality": "high"}
    desk.write(document)
    running = desk.start(
        "render", "board.json", "--priority", "high", "--json"
    )  # two workers serve this lane
    worker, segments = pid_of(yard.data, "worker_render"), yard.data / "cache" / "segments"

    def busy() -> list[int]:
        return [pid for pid in composers(yard.data) if pid in family(worker)]

    wait(lambda: bool(busy()), "it composes")
    before = {path.stat().st_ino for path in segments.rglob("*.mp4")}
    for pid in family(worker):
        kill(pid)
    done = desk.ended(running)
    assert look(done.film()).frames == 225
    assert before <= {path.stat().st_ino for path in segments.rglob("*.mp4")}
    sharings, crashes = ask(
        yard.servers, "SELECT attempts, crashes FROM jobs WHERE job_id = %s", done.json["jobId"]
    )[0]
    assert (sharings > 1, crashes) == (True, 0)
    assert composers(yard.data) == []
