"""The same films over each broker that teams may bring along: made, cancelled, and finished when a worker is killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.acceptance.conftest import House
from tests.acceptance.kit import Desk, ask, bills, board, clip, environment, held, look, paid, pid_of, wait
from tests.conftest import find_or_skip
from tests.rabbitmq_server import PROGRAM, rabbitmq

pytestmark = pytest.mark.timeout(300)


@dataclass(frozen=True, slots=True)
class Carried(House):
    """A house whose bells are carried by one kind of broker."""

    broker: str
    variables: dict[str, str]


@pytest.fixture(scope="module", params=["valkey", "rabbitmq"])
def carried(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Carried]:
    """Servers and workers, with a real broker between them."""
    with ExitStack() as over:
        variables = {}
        if request.param == "rabbitmq":
            find_or_skip(PROGRAM)
            variables["JYNCO_BROKER_URL"] = over.enter_context(rabbitmq())
        data = tmp_path_factory.mktemp(request.param) / "data"
        servers = over.enter_context(held(data, **variables))
        yield Carried(servers, data, request.param, variables)


@pytest.fixture
def desk(carried: Carried, tmp_path: Path) -> Iterator[Desk]:
    with Desk(tmp_path, carried.data, environment(**carried.variables)).tidy() as made:
        yield made


def submitted(house: House, project: str, clips: int) -> None:
    """Wait until its vendor has been asked for so many clips of a project."""
    query = "SELECT 1 FROM generations WHERE project_id = %s AND state = 'submitted'"
    wait(lambda: len(ask(house.servers, query, project)) == clips, f"{clips} are asked for")


def test_a_film_whose_vendor_takes_its_time(desk: Desk, carried: Carried) -> None:
    """Its clips are parked and come back, some of them refused at first."""
    slow = clip("slow", providerOptions={"latency": 1.5})
    refused = clip("refused", providerOptions={"fail": "not_accepted", "times": 1})
    done = desk.render(board("slow", slow, refused, clip("quick")))
    assert look(done.film()).frames == 15
    assert paid(carried.servers, "proj_slow") == {"clip_slow": 1, "clip_refused": 1, "clip_quick": 1}


def test_a_worker_is_killed(desk: Desk, carried: Carried) -> None:
    slow = [clip(name, providerOptions={"latency": 2}) for name in "ab"]
    desk.write(board("killed", *slow))
    running = desk.start("render", "board.json", "--json")
    submitted(carried, "proj_killed", 2)
    os.kill(pid_of(carried.data, "worker_motion"), signal.SIGKILL)
    assert look(desk.ended(running).film()).frames == 10
    assert paid(carried.servers, "proj_killed") == {"clip_a": 1, "clip_b": 1}
    keys = {each["cacheKey"] for each in desk.live("proj_killed")["timeline"]}
    assert sorted(key for key in bills(carried.data) if key in keys) == sorted(keys)


def test_a_film_is_cancelled(desk: Desk, carried: Carried) -> None:
    desk.write(board("cancelled", clip("slow", providerOptions={"latency": 600})))
    running = desk.start("render", "board.json", "--json")
    submitted(carried, "proj_cancelled", 1)
    query = "SELECT job_id FROM jobs WHERE project_id = 'proj_cancelled' AND kind = 'render'"
    ((job,),) = ask(carried.servers, query)
    ended = desk.jynco("cancel", job, "--json")
    assert (ended.code, ended.json["state"]) == (0, "cancelled")
    assert desk.ended(running).json["state"] == "cancelled"
