"""What the rows say of what may be cleared away."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from jynco.model.ids import CacheKey


class Retention(Protocol):
    """Questions of those who clear away, about every tenant's rows. Raises ServiceAway."""

    def used(self, keys: Collection[CacheKey]) -> frozenset[CacheKey]: ...  # by a project that is there
    def busy_since(self) -> datetime | None: ...  # when the oldest job that has not ended was accepted
