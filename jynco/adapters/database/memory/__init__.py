"""The truth in memory: the twin of Postgres for one process, gone when it ends."""

from __future__ import annotations

from copy import copy

from jynco.adapters.database.memory.admission import MemoryAdmission
from jynco.adapters.database.memory.books import MemoryBooks
from jynco.adapters.database.memory.exits import MemoryExits
from jynco.adapters.database.memory.jobs import MemoryJobs
from jynco.adapters.database.memory.keys import MemoryKeys
from jynco.adapters.database.memory.ledger import MemoryLedger
from jynco.adapters.database.memory.metrics import MemoryMetrics
from jynco.adapters.database.memory.projects import MemoryProjects
from jynco.adapters.database.memory.replies import MemoryReplies
from jynco.adapters.database.memory.retention import MemoryRetention
from jynco.adapters.database.memory.store import Store
from jynco.adapters.database.memory.uploads import MemoryUploads
from jynco.adapters.database.memory.webhooks import MemoryWebhooks
from jynco.model.money import Budget
from jynco.ports import Clock

__all__ = ["MemoryDatabase"]


class MemoryDatabase:
    """``jynco.ports.Database`` in dictionaries, held to the same tests as Postgres. Threads may share it."""

    def __init__(self, clock: Clock, *, ceiling: Budget | None = None) -> None:
        """``ceiling``: what every tenant may spend in a month, whatever its own budget says."""
        store = Store(clock)
        self._ceiling = ceiling
        self._furnish(store, None)
        self.replies = MemoryReplies(store)
        self.keys = MemoryKeys(store)
        self.exits = MemoryExits(store)
        self.admission = MemoryAdmission(store)
        self.metrics = MemoryMetrics(store)
        self.retention = MemoryRetention(store)

    def of(self, tenant: str) -> MemoryDatabase:
        """The same database as one tenant sees it: what is somebody else's is not there."""
        theirs = copy(self)
        theirs._furnish(self.projects.store, tenant)
        return theirs

    def _furnish(self, store: Store, tenant: str | None) -> None:
        self.projects = MemoryProjects(store, tenant)
        self.jobs = MemoryJobs(store, tenant)
        self.ledger = MemoryLedger(store, tenant, self._ceiling)
        self.books = MemoryBooks(store, tenant, self._ceiling)
        self.webhooks = MemoryWebhooks(store, tenant)
        self.uploads = MemoryUploads(store, tenant)

    @property
    def reading(self) -> MemoryDatabase:
        """There is no copy of it."""
        return self

    @property
    def behind(self) -> float:
        """It is never old."""
        return 0.0

    def ping(self) -> None:
        """It is always there."""

    def close(self) -> None:
        """Nothing to close."""
