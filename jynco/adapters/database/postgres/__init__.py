"""The truth in Postgres."""

from __future__ import annotations

from copy import copy

from sqlalchemy import text

from jynco.adapters.database.postgres.admission import PostgresAdmission
from jynco.adapters.database.postgres.books import PostgresBooks
from jynco.adapters.database.postgres.exits import PostgresExits
from jynco.adapters.database.postgres.gate import WAITED_FOR, WORKING, Gate
from jynco.adapters.database.postgres.jobs import PostgresJobs
from jynco.adapters.database.postgres.keys import PostgresKeys
from jynco.adapters.database.postgres.ledger import PostgresLedger
from jynco.adapters.database.postgres.metrics import PostgresMetrics
from jynco.adapters.database.postgres.projects import PostgresProjects
from jynco.adapters.database.postgres.replica import Replica
from jynco.adapters.database.postgres.replies import PostgresReplies
from jynco.adapters.database.postgres.retention import PostgresRetention
from jynco.adapters.database.postgres.uploads import PostgresUploads
from jynco.adapters.database.postgres.webhooks import PostgresWebhooks
from jynco.model.money import Budget

__all__ = ["PostgresDatabase"]


class PostgresDatabase:
    """Postgres behind ``jynco.ports.Database``. Nothing is opened before it is first asked."""

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 5,
        application_name: str = "jynco",
        waited_for: bool = False,
        ceiling: Budget | None = None,
        replica: tuple[str, float] | None = None,
    ) -> None:
        """``waited_for``: somebody waits for each answer, so that the database is given up after 2 s of silence.

        ``ceiling``: what every tenant may spend in a month, whatever its own budget says. ``replica``: the address of
        a copy, and how many seconds its answers may be old.
        """
        self._ceiling = ceiling
        patience = WAITED_FOR if waited_for else WORKING
        gate = Gate(url, pool_size=pool_size, application_name=application_name, patience=patience)
        self._replica: Replica | None = None
        self.behind = 0.0
        if replica is not None:
            copied = Gate(
                replica[0], pool_size=pool_size, application_name=application_name, patience=patience
            )
            self._replica = Replica(gate, copied, replica[1])
        self._furnish(gate)

    def of(self, tenant: str) -> PostgresDatabase:
        """The same database as one tenant sees it: what is somebody else's is not there."""
        theirs = copy(self)
        theirs._furnish(self._gate.of(tenant))
        return theirs

    @property
    def reading(self) -> PostgresDatabase:
        """Where lists are read: the replica while it is close behind, else here. ``behind`` says how old it may be."""
        behind = None if self._replica is None else self._replica.behind()
        if self._replica is None or behind is None:
            return self
        other, tenant = copy(self), self._gate.tenant
        other._furnish(self._replica.gate.whole if tenant is None else self._replica.gate.of(tenant))
        other._replica, other.behind = None, behind
        return other

    def _furnish(self, gate: Gate) -> None:
        self._gate = gate
        self.projects = PostgresProjects(self._gate)
        self.jobs = PostgresJobs(self._gate)
        self.ledger = PostgresLedger(self._gate, self._ceiling)
        self.books = PostgresBooks(self._gate, self._ceiling)
        self.replies = PostgresReplies(self._gate)
        self.keys = PostgresKeys(self._gate.whole)
        self.exits = PostgresExits(self._gate.whole)
        self.admission = PostgresAdmission(self._gate.whole)
        self.webhooks = PostgresWebhooks(self._gate)
        self.uploads = PostgresUploads(self._gate)
        self.metrics = PostgresMetrics(self._gate.whole)
        self.retention = PostgresRetention(self._gate.whole)

    def ping(self) -> None:
        """Raises ServiceAway when Postgres does not answer."""
        with self._gate.autocommit() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Close the pool's connections; the next question would open new ones."""
        self._gate.engine.dispose()
        if self._replica is not None:
            self._replica.gate.engine.dispose()
