"""What was found out about files in a bucket, kept in Redis for everybody for a while: a look need not be a journey.

It is only for those who plan. Whoever uses a file asks the bucket itself, so that nothing here can be wrong for long: a
Redis that is away, full or empty costs time and nothing else.
"""

from __future__ import annotations

import base64
import json
import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

from jynco.model.files import Told

if TYPE_CHECKING:
    import redis

T = TypeVar("T")
PATIENCE: Final = 0.3  # seconds: a bucket answers sooner than a Redis that does not
PAUSE: Final = 30.0  # seconds without a question, once it has failed
MOST: Final = 4096  # bytes of one entry: this Redis carries the bells, too
log: Final = logging.getLogger("jynco.storage")


class RedisIndex:
    """Entries by key, each for ``seconds``. ``scope``: which bucket's. Threads share it, and forks."""

    def __init__(self, url: str, scope: str, seconds: float) -> None:
        self._url = url
        self._scope = f"jynco:index:{scope}:"
        self._milliseconds = max(1, round(seconds * 1000))
        self._redis: redis.Redis | None = None
        self._quiet_until = 0.0

    def find(self, key: str) -> Told | None:
        """What was told of a file, unless that was long ago; None also where nobody answers."""
        found = self._ask(lambda redis: redis.get(self._scope + key))
        try:
            words = json.loads(found) if isinstance(found, bytes) else None
            return Told(base64.b64decode(words["label"]), int(words["size"])) if words else None
        except (ValueError, KeyError, TypeError):
            return None

    def keep(self, key: str, told: Told) -> None:
        """Remember it for a while."""
        words = json.dumps({"label": base64.b64encode(told.label).decode(), "size": told.size})
        if len(words) <= MOST:
            self._ask(lambda redis: redis.set(self._scope + key, words, px=self._milliseconds))

    def forget(self, *keys: str) -> None:
        """They have changed, or are gone."""
        if keys:
            self._ask(lambda redis: redis.delete(*(self._scope + key for key in keys)))

    def _ask(self, question: Callable[[redis.Redis], T]) -> T | None:
        import redis

        if time.monotonic() < self._quiet_until:
            return None
        try:
            return question(self._client())
        except (redis.RedisError, OSError) as fault:
            log.warning("the index of the bucket is away, the bucket is asked instead: %s", fault)
            self._quiet_until = time.monotonic() + PAUSE
            return None

    def _client(self) -> redis.Redis:
        if self._redis is None:
            import redis

            # Platforms sign their certificates themselves: without another word in the address, any is believed.
            plain = not self._url.startswith("rediss://") or "ssl_cert_reqs" in self._url
            trust = {} if plain else {"ssl_cert_reqs": "none"}
            self._redis = redis.Redis.from_url(
                self._url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, **trust
            )
        return self._redis
