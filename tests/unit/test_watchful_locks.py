"""A wait for a lock that ends as soon as it is in vain."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from jynco.adapters.lock.memory import MemoryLocks
from jynco.adapters.lock.watchful import SLICE, WatchfulLocks
from jynco.errors import Busy, ServiceAway


class Eyes:
    """Counts looks; from the first on it may see that the database is away."""

    def __init__(self, *, away: bool = False) -> None:
        self.looks = 0
        self._away = away

    def look(self) -> None:
        self.looks += 1
        if self._away:
            raise ServiceAway("away")


def test_a_free_lock_is_had_without_a_look() -> None:
    eyes = Eyes(away=True)
    with WatchfulLocks(MemoryLocks(), eyes.look).hold("a", 0):
        assert eyes.looks == 0


def test_it_goes_on_waiting_while_there_is_hope() -> None:
    eyes, locks, let_go = Eyes(), MemoryLocks(), Event()
    mine = WatchfulLocks(locks, eyes.look)
    with ThreadPoolExecutor(1) as pool:
        with locks.hold("a"):
            waiting = pool.submit(lambda: _take(mine, let_go))
            while eyes.looks < 2:
                time.sleep(0.01)
            assert not let_go.is_set()
        waiting.result(30)
    assert let_go.is_set()


def _take(locks: WatchfulLocks, had: Event) -> None:
    with locks.hold("a"):
        had.set()


def test_it_ends_when_what_everybody_waits_for_is_away() -> None:
    eyes, locks = Eyes(away=True), MemoryLocks()
    with locks.hold("a"), pytest.raises(ServiceAway, match="away"), WatchfulLocks(locks, eyes.look).hold("a"):
        raise AssertionError("it is held by somebody else")
    assert eyes.looks == 1


def test_it_ends_when_its_time_is_up() -> None:
    eyes, locks = Eyes(), MemoryLocks()
    mine = WatchfulLocks(locks, eyes.look)
    with locks.hold("a"), pytest.raises(Busy), mine.hold("a", SLICE * 1.5):
        raise AssertionError("it is held by somebody else")
    assert eyes.looks == 1
