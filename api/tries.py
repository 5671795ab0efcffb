"""Wrong answers at the door, by where they came from: who gives many in a minute waits for the next one.

All processes count together, as requests are counted; while Valkey is away each counts for itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cached_property

from flask import current_app

from api.limits import WINDOW, Counter


class Tries:
    """At most ``most`` wrong answers of one address in a minute. Nothing is asked of Valkey before the first one."""

    def __init__(self, redis_url: str | None, most: int, clock: Callable[[], float] = time.time) -> None:
        self._redis_url, self._most, self._clock = redis_url, most, clock

    @cached_property
    def _counter(self) -> Counter:
        return Counter(self._redis_url)

    def wait(self, address: str) -> float:
        """Seconds until this address may try again; 0: now."""
        many = self._counter.counted(self._name(address)) >= self._most
        return WINDOW - self._clock() % WINDOW if many else 0.0

    def wrong(self, address: str) -> None:
        """Note a wrong answer."""
        self._counter.count(self._name(address))

    def _name(self, address: str) -> str:
        return f"wrong/{address}/{self._clock() // WINDOW:.0f}"


def tries() -> Tries:
    """Those of this application."""
    found = current_app.extensions["jynco.tries"]
    assert isinstance(found, Tries)
    return found
