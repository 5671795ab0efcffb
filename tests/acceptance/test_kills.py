"""Whatever is killed in mid-run, the film is finished, nothing is paid twice, and nothing is left behind."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.acceptance.conftest import House
from tests.acceptance.kit import (
    Desk,
    ask,
    below,
    bills,
    board,
    clip,
    environment,
    footage,
    held,
    look,
    paid,
    pid_of,
    wait,
)
from tests.integration.film_kit import ffmpeg

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def wreck(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house whose workers may be killed."""
    data = tmp_path_factory.mktemp("wreck") / "data"
    with held(data) as servers:
        yield House(servers, data)
    wait(lambda: below(data) == {}, "everything has ended")


@pytest.fixture
def desk(wreck: House, tmp_path: Path) -> Iterator[Desk]:
    with Desk(tmp_path, wreck.data, environment()).tidy() as made:
        yield made


def large(document: dict[str, Any]) -> dict[str, Any]:
    """Large enough for a kill to hit the middle of the work."""
    document["outputSettings"] |= {"resolution": {"width": 1280, "height": 720}, "fps": 30, "quality": "high"}
    return document


def filming(house: House, project: str) -> Callable[[], bool]:
    """Whether a worker is filming a clip: the provider has said that it can be fetched."""
    query = "SELECT 1 FROM generations WHERE project_id = %s AND state = 'succeeded'"
    return lambda: bool(ask(house.servers, query, project))


def composers(data: Path) -> list[int]:
    """FFmpeg processes of this data folder."""
    return [pid for pid, line in below(data).items() if "ffmpeg" in line.split()[0]]


def kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def test_the_worker_that_films_is_killed(desk: Desk, wreck: House) -> None:
    picture = desk.picture("a.jpg")
    long = clip("long", provider="camera", sourceImage=picture, motionPrompt="pan left", duration=5)
    desk.write(large(board("filming", long, clip("quick"))))
    running = desk.start("render", "board.json", "--json")
    wait(filming(wreck, "proj_filming"), "the camera films")
    kill(pid_of(wreck.data, "worker_motion"))
    done = desk.ended(running)
    assert look(done.film()).frames == 165
    assert paid(wreck.servers, "proj_filming") == {"clip_long": 1, "clip_quick": 1}
    assert composers(wreck.data) == []


@pytest.mark.parametrize(
    ("whom", "picture"), [("worker", "testsrc"), pytest.param("pool", "testsrc2", marks=pytest.mark.long)]
)
def test_the_worker_that_composes_is_killed(desk: Desk, wreck: House, whom: str, picture: str) -> None:
    ffmpeg(
        "-f", "lavfi", "-i", f"{picture}=s=1280x720:r=30:d=5", "-preset", "ultrafast", desk.folder / "in.mp4"
    )
    desk.write(large(board(f"composing-{whom}", footage("in", "in.mp4"))))
    running = desk.start("render", "board.json", "--json")
    wait(lambda: bool(composers(wreck.data)), "FFmpeg composes")
    seen = composers(wreck.data)
    killed = pid_of(wreck.data, "worker_render") if whom == "worker" else parent(seen[0])
    kill(killed)
    wait(lambda: not set(seen) & set(composers(wreck.data)), "FFmpeg ended with its worker")
    done = desk.ended(running)
    assert look(done.film()).frames == 150
    exports = wreck.data / "projects" / f"proj_composing-{whom}" / "exports"
    assert [path.stem for path in exports.iterdir()] == [done.json["jobId"]], (
        "no half film under a final name"
    )


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_the_broker_forgets_everything(desk: Desk, wreck: House) -> None:
    slow = [clip(name, providerOptions={"latency": 2}) for name in "abc"]
    desk.write(board("flushed", *slow))
    running = desk.start("render", "board.json", "--json")
    submitted = "SELECT 1 FROM generations WHERE project_id = 'proj_flushed' AND state = 'submitted'"
    wait(lambda: len(ask(wreck.servers, submitted)) == 3, "all are asked for")
    with redis.Redis.from_url(wreck.servers.redis_url) as broker:
        broker.flushall()
    done = desk.ended(running)
    assert look(done.film()).frames == 15
    assert paid(wreck.servers, "proj_flushed") == {"clip_a": 1, "clip_b": 1, "clip_c": 1}
    keys = {each["cacheKey"] for each in desk.live("proj_flushed")["timeline"]}
    assert sorted(key for key in bills(wreck.data) if key in keys) == sorted(keys)


def test_after_all_that_everything_works_as_before(desk: Desk) -> None:
    done = desk.render(board("after", clip("one"), clip("two")))
    assert done.made() == {"clip_one": "generated", "clip_two": "generated"}


@pytest.mark.long
def test_a_clip_that_kills_its_workers_ends_as_failed(desk: Desk, wreck: House) -> None:
    """Three times its worker dies; then it ends, and its neighbour in the same worker does not suffer."""
    poison = clip("poison", provider="camera", sourceImage=desk.picture("a.jpg"), duration=20)
    desk.write(large(board("poison", poison, clip("good"))))
    running = desk.start("render", "board.json", "--json", "--on-missing", "skip")
    for crash in range(3):
        kill(filming_pid(wreck, "clip_poison", crash))
    done = desk.ended(running)
    assert (done.code, done.made()) == (3, {"clip_poison": "missing", "clip_good": "generated"})
    assert "worker died 3 times" in done.json["receipt"]["clips"][0]["note"]


def filming_pid(house: House, clip_id: str, crashes: int) -> int:
    """The process that films a clip whose workers died ``crashes`` times, as soon as there is one."""
    query = (
        "SELECT j.owner FROM jobs j JOIN generations g ON g.job_id = j.job_id AND g.owner = j.owner "
        "WHERE j.clip_id = %s AND j.crashes = %s AND g.state = 'succeeded'"
    )
    wait(lambda: bool(ask(house.servers, query, clip_id, crashes)), f"it is filmed after {crashes} crashes")
    return int(ask(house.servers, query, clip_id, crashes)[0][0].split(":")[1])
