"""The nemesis for a moment, and that it can be drawn again; ``make chaos`` lets it rage."""

from __future__ import annotations

import random

import pytest

from tests.chaos.nemesis import MISFORTUNES, plan, run

pytestmark = pytest.mark.timeout(300)


def test_the_same_seed_draws_the_same_misfortunes() -> None:
    drawn = [plan(random.Random(seed), 60.0) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert {each.name for each in plan(random.Random(1), 600.0)} == set(MISFORTUNES)


@pytest.mark.long
def test_a_short_storm() -> None:
    found = run(seed=1, seconds=12)
    assert found.faults > 0
    assert found.clips > 0
    assert found.good, found.notes
