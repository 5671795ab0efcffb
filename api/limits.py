"""How often a tenant may ask in a minute, told with every answer as the RateLimit headers of the IETF's draft.

All processes count together, in Valkey. While that is away each counts for itself: nobody is turned away for it.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import Flask, Response, g, request

from api.callers import OPEN, READING, caller, wants_name
from api.errors import TooMany
from config.quotas import rates_of
from config.settings import Settings

if TYPE_CHECKING:
    from limits.storage import MemoryStorage, RedisStorage

WINDOW: Final = 60  # seconds
PATIENCE: Final = 0.25  # seconds that a request waits for the count
AWAY: Final = 5.0  # seconds without asking Valkey once more, after it did not answer
log = logging.getLogger("jynco.api")


@dataclass(frozen=True, slots=True)
class Stand:
    """How a tenant stands in this minute."""

    policy: str
    most: int
    sent: int
    ends: float  # seconds until the next minute

    @property
    def headers(self) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers spells them."""
        left = max(0, self.most - self.sent)
        return {
            "RateLimit-Policy": f'"{self.policy}";q={self.most};w={WINDOW}',
            "RateLimit": f'"{self.policy}";r={left};t={math.ceil(self.ends)}',
        }


class Counter:
    """Counts by name, a minute at a time."""

    def __init__(self, redis_url: str | None) -> None:
        from limits.storage import MemoryStorage

        self._own: MemoryStorage = MemoryStorage()
        self._shared = None if redis_url is None else _shared(redis_url)
        self._away_until = 0.0

    def count(self, name: str) -> int:
        """How often it was counted before the minute ends, this time included."""
        return self._asked(lambda storage: storage.incr(name, WINDOW * 2))

    def counted(self, name: str) -> int:
        """How often it was counted so far."""
        return self._asked(lambda storage: storage.get(name))

    def _asked(self, ask: Callable[[MemoryStorage | RedisStorage], int]) -> int:
        if self._shared is not None and time.monotonic() >= self._away_until:
            try:
                return ask(self._shared)
            except Exception as fault:  # whatever the driver calls it
                self._away_until = time.monotonic() + AWAY
                log.warning("requests are counted by each process for itself: %s", type(fault).__name__)
        return ask(self._own)


def register(app: Flask, settings: Settings) -> None:
    """Count whoever has a name, where this installation has limits."""
    rates = rates_of(settings)
    most = {"read": rates.read, "write": rates.write}
    counter = Counter(settings.redis_url) if any(most.values()) else None

    def look() -> None:
        policy = "read" if request.method in READING else "write"
        allowed = most[policy]
        if counter is None or allowed is None or request.endpoint in OPEN or not wants_name(request.endpoint):
            return
        g.stand = stand = _stand(counter, policy, allowed, caller().tenant)
        if stand.sent > allowed:
            raise TooMany(
                f"More than {allowed} {policy} requests in a minute: wait {math.ceil(stand.ends)} s.",
                retry_after=stand.ends,
            )

    def tell(answer: Response) -> Response:
        stand: Stand | None = g.get("stand")
        if stand is not None:
            answer.headers.update(stand.headers)
        return answer

    app.before_request(look)
    app.after_request(tell)


def _stand(counter: Counter, policy: str, most: int, tenant: str) -> Stand:
    minute, into = divmod(time.time(), WINDOW)
    return Stand(policy, most, counter.count(f"{policy}/{tenant}/{minute:.0f}"), WINDOW - into)


def _shared(redis_url: str) -> RedisStorage:
    from limits.storage import RedisStorage
    from redis import ConnectionPool

    pool = ConnectionPool.from_url(redis_url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
    return RedisStorage("redis://", connection_pool=pool, key_prefix="jynco:rate")
