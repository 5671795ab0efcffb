"""A vendor's answer to an order outlives a database that goes between the two: what is paid is never paid again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from jynco.adapters.database.memory.ledger import MemoryLedger
from jynco.agents.motion import Motion
from jynco.agents.steps import Finished, Refused, Step
from jynco.errors import LeaseLost, ServiceAway
from jynco.model.jobs import Generation, Job
from jynco.model.plan import Wishes
from jynco.model.states import JobState, Purpose
from tests.unit.agents_kit import LEASE, Heart, Shop, clip, failing


class Forgetful(MemoryLedger):
    """The rows in memory, whose database goes for some writes of a certain state: before them, or before it answers."""

    def __init__(self, shop: Shop, state: str, times: int, *, written: bool = False) -> None:
        rows = shop.database.ledger
        assert isinstance(rows, MemoryLedger)
        super().__init__(rows.store)
        self.state, self.times, self.written = state, times, written
        self.meanwhile: Callable[[], object] = lambda: None

    def advance(self, generation: Generation, state: str, **known: object) -> Generation:
        goes = state == self.state and self.times > 0
        if not goes or self.written:
            row = super().advance(generation, state, **known)  # type: ignore[arg-type]
        if goes:
            self.times -= 1
            self.meanwhile()
            raise ServiceAway("The database went.")
        return row


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def asked(shop: Shop, fail: str = "") -> Job:
    shop.project(failing("a", fail, 1) if fail else clip("a"))
    return shop.start(Wishes(Purpose.CLIPS)).clips[0]


def step(shop: Shop, job: Job, ledger: Forgetful, give_up: float = 60.0) -> Step:
    tools = (
        ledger,
        shop.quartermaster,
        shop.providers,
        shop.clock,
        shop.database.jobs,
        shop.database.admission,
    )
    return Motion(*tools, lease=LEASE, give_up=give_up, rules=shop.rules).advance(shop.claim(job), Heart())


@pytest.mark.parametrize("times", [1, 3])
def test_an_accepted_order_waits_for_the_database(shop: Shop, times: int) -> None:
    assert isinstance(step(shop, asked(shop), Forgetful(shop, "submitted", times)), Finished)
    assert (shop.states(), shop.paid) == (["done"], 1)


@pytest.mark.parametrize("state", ["submitted", "failed"])
def test_a_write_whose_answer_was_lost_is_a_write(shop: Shop, state: str) -> None:
    job = asked(shop, "not_accepted" if state == "failed" else "")
    ended = step(shop, job, Forgetful(shop, state, 1, written=True))
    assert isinstance(ended, Refused if state == "failed" else Finished)
    assert shop.paid == (0 if state == "failed" else 1)


def test_a_refusal_waits_for_the_database_and_is_tried_again_without_consent(shop: Shop) -> None:
    job = asked(shop, "not_accepted")
    assert isinstance(step(shop, job, Forgetful(shop, "failed", 3)), Refused)
    assert shop.states() == ["failed"]
    shop.clock.turn(2 * LEASE)
    assert shop.work(job, "w2").state is JobState.COMPLETED
    assert shop.paid == 1


@pytest.mark.parametrize(
    ("fail", "state", "stands"), [("", "submitted", "submitted"), ("key", "failed", "failed")]
)
def test_who_was_given_up_meanwhile_still_says_what_the_vendor_answered(
    shop: Shop, fail: str, state: str, stands: str
) -> None:
    job, ledger = asked(shop, fail), Forgetful(shop, state, 1)

    def given_up() -> None:
        shop.clock.turn(2 * LEASE)
        assert shop.work(job, "w2").state is JobState.FAILED
        assert shop.states() == ["unknown"]

    ledger.meanwhile = given_up
    with pytest.raises(LeaseLost):
        step(shop, job, ledger)
    assert shop.states() == [stands]
    assert shop.work(shop.retry("clip_a")).state is JobState.COMPLETED
    assert shop.paid == 1


def test_what_can_never_be_written_down_is_named_in_the_log(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "jynco.motion"), pytest.raises(ServiceAway):
        step(shop, asked(shop), Forgetful(shop, "submitted", 99), give_up=0.1)
    assert len(caplog.messages) == 2, "not at every try"
    assert "mock accepted" in caplog.messages[-1]
    assert "given up" in caplog.messages[-1]
    assert shop.paid == 1
