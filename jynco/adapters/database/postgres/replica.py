"""A replica: which questions it may answer, and how old its answers may be.

How far it is behind is not asked of its clock, which stands still while nothing is written and goes on telling
"no lag" while nothing arrives. The truth is asked how far it has written, the replica how far it has read: it is
behind by no more than the time since the truth stood where the replica stands.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from typing import Final

from sqlalchemy import text

from jynco.adapters.database.postgres.gate import Gate
from jynco.errors import JyncoError

EVERY: Final = 1.0  # seconds between two looks
AWAY: Final = 10.0  # seconds until one that did not answer is asked again
MARKS: Final = 64  # looks that are remembered
_WRITTEN: Final = text("SELECT pg_current_wal_lsn()::text")
_READ: Final = text("SELECT pg_last_wal_replay_lsn()::text")
log: Final = logging.getLogger("jynco.replica")


class Replica:
    """A copy of the truth, and how old it may be. Threads may share it."""

    def __init__(self, truth: Gate, copy: Gate, most: float) -> None:
        """``most``: seconds that an answer may be old."""
        self.gate = copy
        self._truth = truth.whole
        self._most = most
        self._marks: deque[tuple[float, int]] = deque(maxlen=MARKS)
        self._lock = threading.Lock()
        self._next = 0.0
        self._known: float | None = None
        self._looked = 0.0

    def behind(self) -> float | None:
        """Seconds that its answers may be old at most; None where it is not to be asked."""
        if time.monotonic() >= self._next and self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._lock.release()
        if self._known is None:
            return None
        old = self._known + time.monotonic() - self._looked
        return old if old <= self._most else None

    def _look(self) -> None:
        """One round trip to each. Who comes meanwhile goes by the look before."""
        began = time.monotonic()
        try:
            self._marks.append((began, _position(_ask(self._truth, _WRITTEN))))
            read = _position(_ask(self.gate.whole, _READ))
        except (JyncoError, ValueError) as fault:
            log.warning("the replica is not asked: %s", fault)
            self._known, self._next = None, time.monotonic() + AWAY
            return
        reached = [moment for moment, written in self._marks if written <= read]
        self._known = began - max(reached) if reached else None
        self._looked, self._next = began, time.monotonic() + EVERY


def _ask(gate: Gate, question: object) -> str:
    with gate.autocommit() as connection:
        return str(connection.scalar(question))  # type: ignore[call-overload] # any text with one word


def _position(told: str) -> int:
    """How many bytes of the log that is, from ``16/B374D848``. ValueError where there is none: it is no replica."""
    high, _, low = told.partition("/")
    if not low:
        raise ValueError("DATABASE_REPLICA_URL leads to a server that follows no other")
    return (int(high, 16) << 32) + int(low, 16)
