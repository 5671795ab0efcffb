"""When a file was last wanted. S3 keeps no such time, so a file that is wanted is copied onto itself once a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from jynco.adapters.storage.s3.bucket import Bucket
from jynco.errors import NotFound

EVERY: Final = timedelta(days=1)
REMEMBERED: Final = 50_000  # keys whose times need not be asked for


class Wanting:
    """Reads and sets the times of keys, with as few requests as can be."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._times: dict[str, datetime] = {}

    def noted(self, key: str, modified: datetime) -> None:
        """An answer said when it was written."""
        if len(self._times) >= REMEMBERED:
            self._times.clear()
        self._times[key] = modified

    def touch(self, key: str) -> bool:
        """Whether it is there; its time is of today then."""
        now = datetime.now(UTC)
        modified = self._times.get(key) or self._bucket.modified(key)
        if modified is None:
            return False
        if now - modified > EVERY:
            try:
                self._bucket.copy(key, key)
            except NotFound:
                self._times.pop(key, None)
                return False
            modified = now
        self.noted(key, modified)
        return True

    def expire(self, key: str, seen: datetime) -> bool:
        """Whether it is gone, because nobody has wanted it since ``seen``."""
        modified = self._bucket.modified(key)
        if modified is not None and modified > seen:
            return False
        self._bucket.delete(key)
        self._times.pop(key, None)
        return True
