"""How often a vendor is asked, and when an order is given up: in its own queue, deaf, and shared by many."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jynco.adapters.providers.mock import Mock
from jynco.agents.steps import Waiting
from jynco.model.jobs import Job
from jynco.model.motion import Shot, Ticket
from jynco.model.plan import Wishes
from jynco.model.states import JobState, Purpose
from jynco.model.time import Rate
from tests.contract.vendors import CASES, Watching
from tests.doubles.vendor import Fault, Reply, Vendor
from tests.unit.agents_kit import GIVE_UP, PROJECT, Hands, Shop, clip, code

RUNWAY = next(case for case in CASES if case.name == "runway")
DEAF = Fault("reply", Reply(500))
POLL = 5.0


@pytest.fixture
def runway(tmp_path: Path) -> Iterator[Vendor]:
    shot = Shot("mock", "mock", "1", "a card", "", None, 60, Rate(24), 96, 54)
    Mock(Hands()).collect(shot, None, Ticket("t", {"readyAt": ""}), tmp_path / "film.mp4", Watching())
    with RUNWAY.double((tmp_path / "film.mp4").read_bytes()) as vendor:
        yield vendor


@pytest.fixture
def shop(runway: Vendor, tmp_path: Path) -> Shop:
    shop = Shop(tmp_path, lineup=("runway:gen4_turbo",))
    shop.providers["runway"] = RUNWAY.at(runway)
    return shop


def asked(shop: Shop, project_id: str = PROJECT) -> Job:
    return shop.start(Wishes(Purpose.CLIPS), shop.project(clip("a"), project_id=project_id)).clips[0]


def pauses(shop: Shop, job: Job, count: int) -> list[float]:
    """How long the next so many steps wait, taken each as soon as it may be."""
    found = []
    for _ in range(count):
        step = shop.step(job)
        assert isinstance(step, Waiting)
        assert step.seconds is not None
        found.append(step.seconds)
        shop.clock.turn(step.seconds)
    return found


@pytest.mark.parametrize("state", RUNWAY.waiting)
def test_time_in_the_vendors_own_queue_does_not_count(shop: Shop, runway: Vendor, state: str) -> None:
    runway.life = (state,)
    job = asked(shop)
    for _ in range(6):
        assert isinstance(shop.step(job), Waiting)
        shop.clock.turn(GIVE_UP * 0.9)
    for task in runway.tasks.values():
        task.states.append(RUNWAY.running)
    shop.step(job), shop.step(job)
    assert shop.states() == ["submitted"], "it has just begun to run"
    for task in runway.tasks.values():
        task.states.append(RUNWAY.done)
    shop.clock.turn(POLL)
    assert shop.work(job).state is JobState.COMPLETED
    assert sum(runway.bills.values()) == 1


def test_a_queue_without_end_is_given_up_all_the_same(shop: Shop, runway: Vendor) -> None:
    runway.life = ("THROTTLED",)
    assert code(shop.work(asked(shop), pause=GIVE_UP / 2)) == "gave_up"
    assert shop.attempts()[0].task_id in runway.cancelled


def test_who_is_deaf_is_asked_more_and_more_seldom(shop: Shop, runway: Vendor) -> None:
    runway.fail("poll", *[DEAF] * 7)
    runway.life = (RUNWAY.running,)
    told = pauses(shop, asked(shop), 9)
    for seconds, least in zip(told, [5, 10, 20, 40, 60, 60, 60, 5, 5], strict=True):
        assert POLL <= least <= seconds <= least * 1.15


def test_a_download_that_breaks_off_is_begun_again_later_and_later(shop: Shop, runway: Vendor) -> None:
    runway.life = (RUNWAY.done,)
    runway.fail("result", *[DEAF] * 4)
    job = asked(shop)
    assert all(seconds >= least for seconds, least in zip(pauses(shop, job, 4), [5, 10, 20, 40], strict=True))
    assert shop.work(job).state is JobState.COMPLETED
    assert (runway.seen["result"], shop.job(job).attempts) == (5, 0)


def test_a_vendor_that_asks_for_patience_gets_it(shop: Shop, runway: Vendor) -> None:
    runway.fail("poll", Fault("reply", Reply(429, {}, {"Retry-After": "30"})))
    runway.life = (RUNWAY.running,)
    assert pauses(shop, asked(shop), 1)[0] >= 30


def test_an_order_for_which_many_wait_is_looked_at_as_seldom_as_any(shop: Shop, runway: Vendor) -> None:
    runway.life = (RUNWAY.running,)
    jobs = [asked(shop, f"proj_{number}") for number in range(4)]
    for _ in range(20):
        for number, job in enumerate(jobs):
            shop.step(job, f"w{number}")
            shop.clock.turn(0.5)
    assert runway.seen["poll"] <= 1 + 20 * 4 * 0.5 / POLL
    assert sum(runway.bills.values()) == 1


def test_who_dies_in_the_vendors_queue_is_followed_by_one_who_knows(shop: Shop, runway: Vendor) -> None:
    """What was heard last stands in the row, and not in the worker."""
    runway.life = ("THROTTLED",)
    job = asked(shop)
    shop.step(job)
    shop.clock.turn(GIVE_UP - 1)
    shop.step(job)
    shop.providers = {**shop.providers, "runway": RUNWAY.at(runway)}
    runway.fail("poll", DEAF)
    shop.clock.turn(GIVE_UP - 1)
    assert isinstance(shop.step(job, "w2"), Waiting)
    assert shop.states() == ["submitted"]
