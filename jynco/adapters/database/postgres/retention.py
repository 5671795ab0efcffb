"""Which clips the rows still speak of."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select, union

from jynco.adapters.database.postgres.gate import Gate
from jynco.adapters.database.postgres.tables import OPEN, clips, generations, jobs, projects
from jynco.model.ids import CacheKey


class PostgresRetention:
    """Looks into clips, attempts and jobs of all tenants."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def used(self, keys: Collection[CacheKey]) -> frozenset[CacheKey]:
        """Those that a clip of a project shows, or that were ordered for a project that is there still."""
        wanted = list(keys)
        shown = select(clips.c.cache_key).where(clips.c.cache_key.in_(wanted))
        ordered = select(generations.c.cache_key).join(
            projects, projects.c.project_id == generations.c.project_id
        )
        ordered = ordered.where(generations.c.cache_key.in_(wanted))
        with self._gate.autocommit() as connection:
            return frozenset(CacheKey(key) for key in connection.scalars(union(shown, ordered)))

    def busy_since(self) -> datetime | None:
        """When the oldest job that has not ended was accepted; None when there is none."""
        oldest = select(func.min(jobs.c.created_at)).where(jobs.c.state.in_(OPEN))
        with self._gate.autocommit() as connection:
            found: datetime | None = connection.scalar(oldest)
        return found
