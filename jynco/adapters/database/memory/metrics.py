"""The twin of the tallies."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from decimal import Decimal

from jynco.adapters.database.memory import census
from jynco.adapters.database.memory.store import Store, alone
from jynco.model.metrics import Tally, Total, Vitals
from jynco.model.money import charge, settled
from jynco.model.states import JobState
from jynco.model.webhooks import DeliveryState


class MemoryMetrics:
    """Counters of everything that happened, whoever's it was."""

    def __init__(self, store: Store) -> None:
        self.store = store

    @alone
    def count(self, *tallies: Tally) -> None:
        """Add these."""
        self.store.count(*tallies)

    @alone
    def totals(self) -> Sequence[Total]:
        """All that was counted, by name."""
        sums = sorted(self.store.totals.items())
        return [Total(*key, count, amount) for key, (count, amount) in sums]

    @alone
    def vitals(self) -> Vitals:
        """How things stand now."""
        jobs = [row.job for row in self.store.jobs.values()]
        owed = [row for row in self.store.deliveries.values() if row.delivery.state is DeliveryState.PENDING]
        return Vitals(
            census.census(self.store, lambda _: True).lines,
            Counter(job.kind for job in jobs if job.state is JobState.RUNNING),
            self._reserved(),
            sum(project.mirrored < project.changes for project in self.store.projects.values()),
            len(owed),
        )

    def fold(self) -> int:
        """Nothing is written one by one here."""
        return 0

    def _reserved(self) -> dict[tuple[str, str], Decimal]:
        sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for row in (kept.generation for kept in self.store.attempts):
            if not settled(row):
                sums[row.provider, row.model] += charge(row) or Decimal(0)
        return {names: usd for names, usd in sums.items() if usd}
