"""The twin of what the rows say of clips."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from jynco.adapters.database.memory.store import Store, alone
from jynco.model.ids import CacheKey


class MemoryRetention:
    """Looks into clips, attempts and jobs of all tenants."""

    def __init__(self, store: Store) -> None:
        self.store = store

    @alone
    def used(self, keys: Collection[CacheKey]) -> frozenset[CacheKey]:
        """Those that a clip of a project shows, or that were ordered for a project that is there still."""
        shown = {row.cache_key for row in self.store.clips.values()}
        attempts = (kept.generation for kept in self.store.attempts)
        ordered = {row.cache_key for row in attempts if row.project_id in self.store.projects}
        return frozenset(keys) & (shown | ordered)

    @alone
    def busy_since(self) -> datetime | None:
        """When the oldest job that has not ended was accepted; None when there is none."""
        going = (row.job for row in self.store.jobs.values() if not row.job.state.terminal)
        return min((job.created_at for job in going if job.created_at), default=None)
