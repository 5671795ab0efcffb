"""A connection that does not wait for ever, and that tells the next one when its server is silent.

A server that is frozen keeps its connections open: no error comes, and nothing else does. Over TCP the kernel would
notice a dead network, but a frozen process has a living one, and a local socket has none. So the time is taken here.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg.abc import RV

if TYPE_CHECKING:
    from psycopg.abc import PQGen

PAUSE: Final = 1.0  # seconds after a silence in which nobody else need find it out by waiting
INTERVAL: Final = 0.1  # seconds between two looks for Ctrl+C


@dataclass(slots=True)
class Silence:
    """How long one gate waits for an answer (seconds), and whether it has just waited in vain."""

    limit: float
    _until: float = field(default=0.0, init=False)

    @property
    def lasts(self) -> bool:
        """Whether the server was silent a moment ago."""
        return time.monotonic() < self._until

    def noticed(self) -> None:
        """Somebody has waited in vain."""
        self._until = time.monotonic() + PAUSE


class Line(psycopg.Connection[tuple[Any, ...]]):
    """A connection of psycopg's whose every wait for the server has an end."""

    silence: Silence | None = None

    @classmethod
    def opened(cls, silence: Silence, *args: Any, **params: Any) -> Line:
        """As ``connect``, and at once an OperationalError while the server is known to be silent."""
        if silence.lasts:
            raise psycopg.OperationalError("the server was silent a moment ago")
        try:
            line = cls.connect(*args, **params)
        except psycopg.errors.ConnectionTimeout:
            silence.noticed()
            raise
        line.silence = silence
        return line

    def wait(self, gen: PQGen[RV], interval: float = INTERVAL, timeout: float | None = None) -> RV:
        """As psycopg's, but an OperationalError, and the end of this connection, when nothing comes."""
        if timeout is not None or self.silence is None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, self.silence.limit)
        except psycopg.errors._WaitTimeout as late:
            self.silence.noticed()
            self.pgconn.finish()  # who knows what it would say next
            raise psycopg.OperationalError(f"the server said nothing for {self.silence.limit:g} s") from late
