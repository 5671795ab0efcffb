"""How long who was not let in stays away: as long as the line takes, so that asking costs little however long it is."""

from __future__ import annotations

import pytest

from jynco.adapters.clock import SystemClock
from jynco.adapters.database.memory import MemoryDatabase
from jynco.agents.motion.door import LONGEST_WAIT, Door
from jynco.model.admission import Limits, Rules, Verdict, Why
from jynco.model.motion import Shot
from jynco.model.time import Rate

SHOT = Shot("mock", "mock", "1", "calm", "", None, 5, Rate(10), 96, 54)
POLL = 2.0


@pytest.fixture
def door() -> Door:
    rules = Rules(limits={"mock": Limits(concurrent=4)}, poll=POLL)
    return Door(MemoryDatabase(SystemClock()).admission, rules, 30)


def wait(door: Door, verdict: Verdict) -> float:
    seconds = door.wait(verdict, SHOT).seconds
    assert seconds is not None
    return seconds


@pytest.mark.parametrize(
    ("place", "rate", "least", "most"),
    [
        (0, 0.5, POLL, POLL),  # next: as often as anybody looks
        (10, 0.5, 16, 16),  # of the 20 s that ten others should take
        (10, 50.0, POLL, POLL),
        (1000, 0.5, LONGEST_WAIT, LONGEST_WAIT),
        (8, 0.0, 2 * POLL, 2 * POLL),  # nobody was let in lately: four go on at each look, at best
    ],
)
def test_the_line_says_when_to_come_back(
    door: Door, place: int, rate: float, least: float, most: float
) -> None:
    told = wait(door, Verdict(Why.FULL, place=place, rate=rate))
    assert least * 0.9 <= told <= most * 1.1


def test_nobody_comes_back_before_there_can_be_room(door: Door) -> None:
    assert wait(door, Verdict(Why.FULL, seconds=30, place=0, rate=0.1)) >= 27
    assert wait(door, Verdict(Why.FAILING, seconds=20, trips=1)) >= 0.99 * 20
