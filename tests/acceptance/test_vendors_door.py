"""At the vendors' door with real workers: many clips on few threads, limits, pauses, and another vendor taking over."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from config.settings import read
from jynco.adapters.providers.mock import Mock
from jynco.bootstrap import build
from jynco.embedded import Servers
from jynco.embedded.locks import until
from jynco.model.admission import LATE
from jynco.model.motion import Shot, Ticket
from jynco.model.plan import Wishes
from jynco.model.states import Purpose
from jynco.model.time import Rate
from tests.acceptance.conftest import House
from tests.acceptance.kit import PATIENCE, Desk, ask, bills, board, clip, environment, held, pid_of, wait
from tests.contract.vendors import CASES, Watching
from tests.doubles.vendor import KEY, Vendor
from tests.faults.kit import Estate, publish
from tests.unit.agents_kit import Hands

pytestmark = pytest.mark.timeout(300)
RUNWAY, LUMA = (next(case for case in CASES if case.name == name) for name in ("runway", "luma"))
LINEUP = "runway:gen4_turbo,luma"
MANY = 200


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What the vendors deliver."""
    target = tmp_path_factory.mktemp("film") / "film.mp4"
    shot = Shot("mock", "mock", "1", "a card", "", None, 120, Rate(24), 96, 54)
    Mock(Hands()).collect(shot, None, Ticket("t", {"readyAt": ""}), target, Watching())
    return target.read_bytes()


@pytest.fixture(scope="module")
def runway(film: bytes) -> Iterator[Vendor]:
    with RUNWAY.double(film) as vendor:
        yield vendor


@pytest.fixture(scope="module")
def luma(film: bytes) -> Iterator[Vendor]:
    with LUMA.double(film) as vendor:
        yield vendor


@pytest.fixture(scope="module")
def keys(runway: Vendor, luma: Vendor) -> dict[str, str]:
    """An environment in which both vendors are on this machine."""
    return {
        "JYNCO_PROVIDER": LINEUP,
        "RUNWAYML_API_SECRET": KEY,
        "RUNWAYML_BASE_URL": runway.address,
        "LUMA_AGENTS_API_KEY": KEY,
        "LUMA_BASE_URL": luma.address,
        "JYNCO_LIMITS": "mock=concurrent=2",
    }


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, keys: dict[str, str]) -> Iterator[House]:
    """Workers that let two clips at a time into the mock."""
    data = tmp_path_factory.mktemp("door") / "data"
    with held(data, **keys) as servers:
        yield House(servers, data)


@pytest.fixture
def desk(house: House, keys: dict[str, str], tmp_path: Path) -> Iterator[Desk]:
    with Desk(tmp_path, house.data, environment(**keys)).tidy() as made:
        yield made


def shots(desk: Desk, count: int) -> list[dict[str, Any]]:
    """Clips of one picture, each with words of its own."""
    picture = desk.picture("sea.png")
    return [clip(f"c{n}", provider=None, sourceImage=picture, duration=2) for n in range(count)]


def test_one_vendor_takes_over_from_another_whoever_is_killed(
    house: House, desk: Desk, runway: Vendor, luma: Vendor
) -> None:
    for _ in range(50):
        runway.refuse("submit", 402, {"error": "You do not have enough credits."})
    running = desk.start("render", desk.write(board("over", *shots(desk, 4))), "--json")
    wait(lambda: runway.seen["submit"] or running.poll() is not None, "somebody is asked")
    os.kill(pid_of(house.data, "worker_motion"), signal.SIGKILL)
    running.wait(2 * PATIENCE)
    done = desk.ended(running)
    unsure = [line for line in done.json["clips"] if line["status"] != "completed"]
    for line in unsure:  # killed between the request and its answer: nobody knows, so nobody asked another
        assert "--pay-again" in line["errorMessage"]
    assert max(luma.bills.values(), default=1) == 1
    assert sum(runway.bills.values()) == 0
    made = [line for line in done.json["clips"] if line["status"] == "completed"]
    assert {(line["provider"], line["model"]) for line in made} <= {("luma", "ray-3.2")}


def test_a_limit_holds_for_all_and_waiting_is_no_refusal(house: House, desk: Desk) -> None:
    clips = [clip(f"c{n}", providerOptions={"latency": 0.4}) for n in range(6)]
    done = desk.render(board("room", *clips))
    done.film()
    assert {line["attempts"] for line in done.json["clips"]} == {0}
    spans = ask(
        house.servers, "SELECT created_at, updated_at FROM generations WHERE project_id = %s", "proj_room"
    )
    assert len(spans) == 6
    at_once = [sum(begun <= moment < ended for begun, ended in spans) for moment, _ in spans]
    assert max(at_once) == 2


@pytest.mark.long
def test_two_clips_need_not_wait_for_two_hundred_of_another_project(house: House, desk: Desk) -> None:
    """Neither in the queue nor at the vendor, who takes two at a time: theirs come after a few of the many."""
    many = (clip(f"c{n}", providerOptions={"latency": 0.3}) for n in range(MANY))
    running = desk.start("render", desk.write(board("crowd", *many), "crowd.json"), "--json")
    made = "SELECT count(*) FROM jobs WHERE project_id = 'proj_crowd' AND kind = 'motion' AND state = 'completed'"
    wait(lambda: ask(house.servers, made) >= [(3,)], "the crowd is being made")
    desk.render(board("pair", clip("a"), clip("b"))).film()
    asked = "SELECT min(created_at) FROM generations WHERE project_id = 'proj_pair'"
    accepted = "SELECT min(created_at) FROM jobs WHERE project_id = 'proj_pair'"
    between = "SELECT count(*) FROM generations WHERE project_id = 'proj_crowd' AND created_at BETWEEN"
    ((since,),), ((until_,),) = ask(house.servers, accepted), ask(house.servers, asked)
    ((before,),) = ask(house.servers, f"{between} %s AND %s", since, until_)
    assert before <= 4, "of the crowd, after the pair was accepted and before it was begun"
    ((left,),) = ask(house.servers, made)
    assert left < MANY / 2
    film = ask(house.servers, "SELECT job_id FROM jobs WHERE project_id = 'proj_crowd' AND kind = 'render'")
    desk.jynco("cancel", *film[0])
    desk.ended(running)


def test_a_paused_queue_begins_nothing_and_goes_on_when_it_is_resumed(house: House, desk: Desk) -> None:
    assert desk.jynco("queues", "pause", "motion.normal", "--json").json["paused"] is True
    try:
        running = desk.start("render", desk.write(board("held", clip("a"))), "--json")
        query = "SELECT state, due_at > now() FROM jobs WHERE project_id = %s AND kind = 'motion'"
        wait(lambda: ask(house.servers, query, "proj_held") == [("queued", True)], "it is held back")
        listed = desk.jynco("queues", "list", "--json").json["items"]
        assert [one["name"] for one in listed if one["paused"]] == ["motion.normal"]
        assert not ask(house.servers, "SELECT 1 FROM generations WHERE project_id = %s", "proj_held")
    finally:
        desk.jynco("queues", "resume", "motion.normal")
    desk.ended(running).film()


def test_a_paused_provider_is_asked_for_nothing_while_others_go_on(house: House, desk: Desk) -> None:
    before = len(bills(house.data))
    with psycopg.connect(house.servers.database_url) as connection:
        connection.execute("INSERT INTO pauses (name) VALUES ('provider:mock')")
    try:
        running = desk.start("render", desk.write(board("quiet", clip("a"))), "--json")
        query = "SELECT 1 FROM jobs WHERE project_id = %s AND kind = 'motion' AND state = 'running'"
        wait(lambda: ask(house.servers, query, "proj_quiet"), "a worker has seen it")
        picture = desk.picture("sea.png")
        desk.render(
            board("other", clip("a", provider="camera", sourceImage=picture)), "--out", "o.mp4"
        ).film()
        assert len(bills(house.data)) == before
    finally:
        with psycopg.connect(house.servers.database_url) as connection:
            connection.execute("DELETE FROM pauses")
    desk.ended(running).film()


@pytest.mark.long
def test_two_hundred_clips_in_flight_need_one_process(tmp_path: Path) -> None:
    """Its sixteen threads hold none of them, so it makes something else meanwhile."""
    with held(tmp_path, ("worker_motion", "beat"), JYNCO_POLL_SECONDS="60") as servers:
        clips = (clip(f"c{n}", providerOptions={"latency": 1000}) for n in range(MANY))
        started(servers, tmp_path, board("many", *clips))
        counted = "SELECT count(*) FROM generations WHERE state = 'submitted'"
        assert until(lambda: ask(servers, counted) == [(MANY,)], 3 * PATIENCE, 0.2), (
            "not all are in flight at once"
        )
        assert len(set(bills(tmp_path))) == len(bills(tmp_path)) == MANY
        started(servers, tmp_path, board("one", clip("a")))
        made = "SELECT state FROM jobs WHERE project_id = 'proj_one' AND kind = 'motion'"
        wait(lambda: ask(servers, made) == [("completed",)], "another clip is made meanwhile")
        assert ask(servers, counted) == [(MANY,)]


def test_whoever_leaves_a_place_calls_the_next_whose_message_is_late(tmp_path: Path) -> None:
    """One at a time, and only the first one's message ever comes; nobody sweeps."""
    one = {"JYNCO_LIMITS": "mock=concurrent=1"}
    with held(tmp_path, ("worker_motion",), **one) as servers:
        clips = (clip(f"c{n}", providerOptions={"latency": (LATE + 2) * (n == 0)}) for n in range(5))
        started(servers, tmp_path, board("late", *clips), **one)
        ((first,),) = ask(servers, "SELECT job_id FROM jobs WHERE clip_id = 'clip_c0'")
        publish(Estate(servers, tmp_path, ""), "motion.make", "motion.normal", first)
        made = "SELECT count(*) FROM jobs WHERE kind = 'motion' AND state = 'completed'"
        wait(lambda: ask(servers, made) == [(5,)], "each has called the next")
        begun = ask(servers, "SELECT clip_id FROM generations ORDER BY generation_id")
        assert begun == [(f"clip_c{n}",) for n in range(5)]
        assert len(bills(tmp_path)) == 5


def started(servers: Servers, data: Path, document: dict[str, Any], **more: str) -> None:
    """Commit the jobs of a document's clips; the sweeper, where there is one, rings for them."""
    variables = {"JYNCO_DATA": str(data), **more}
    urls = {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}
    home = build(read({**variables, **urls}))
    home.storyboard.store(document)
    home.architect.start(document["projectId"], Wishes(Purpose.CLIPS))
    home.close()
