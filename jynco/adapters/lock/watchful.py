"""Locks for those whom somebody waits for: the wait for a lock ends as soon as it is in vain.

Whoever holds a project's lock may be waiting for a database that says nothing; to wait for the lock is then to wait
for the database, and people are to be told within seconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from jynco.errors import Busy
from jynco.ports import Lock

SLICE: Final = 0.5  # seconds between two looks; with 2 s for the look itself, still within 3


class WatchfulLocks:
    """Other locks, and a look at what their holders may be waiting for while ours is to be had."""

    def __init__(self, locks: Lock, look: Callable[[], None]) -> None:
        """``look`` raises ServiceAway when there is no point in waiting."""
        self._locks = locks
        self._look = look

    @contextmanager
    def hold(self, name: str, timeout: float = 30.0) -> Iterator[None]:
        """Hold ``name`` for the block; waits at most ``timeout`` seconds, then Busy. ServiceAway."""
        with ExitStack() as held:
            self._take(held, name, time.monotonic() + timeout)
            yield

    def _take(self, held: ExitStack, name: str, deadline: float) -> None:
        while True:
            left = deadline - time.monotonic()
            try:
                held.enter_context(self._locks.hold(name, max(0.0, min(SLICE, left))))
                return
            except Busy:
                if left <= SLICE:
                    raise
                self._look()
