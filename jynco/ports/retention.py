"""What the rows say of what may be cleared away."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from jynco.model.ids import CacheKey, JobId
from jynco.model.retention import Ended


class Retention(Protocol):
    """Those who clear away look into every tenant's rows, and forget some. Raises ServiceAway.

    A job may be forgotten when it has ended, no clip shows it, nothing below it goes on, and its project has a newer
    one of its kind and purpose. Jobs that made a clip are takes of it, and stay.
    """

    def used(self, keys: Collection[CacheKey]) -> frozenset[CacheKey]: ...  # by a project that is there
    def busy_since(self) -> datetime | None: ...  # when the oldest job that has not ended was accepted
    def ended(
        self, before: datetime, films: datetime | None, after: Ended | None, limit: int
    ) -> Sequence[Ended]: ...  # jobs by their end; with a film only those from before ``films``
    def forget_jobs(self, before: datetime, job_ids: Collection[JobId]) -> int: ...  # how many went
    def told(self, before: datetime) -> int: ...  # events from before then; counts a million at most
    def forget_events(self, before: datetime, limit: int) -> int: ...  # the oldest of them; how many went
