"""The twin of the breakers: what is held against which gate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jynco.adapters.database import sentences
from jynco.adapters.database.memory.store import Store
from jynco.adapters.database.text import storable
from jynco.model.admission import Ask, Breaker, Gate, Verdict, Why
from jynco.model.ids import JobId


@dataclass(slots=True)
class _Row:
    failures: int = 0
    trips: int = 0
    reason: str = ""
    open_until: datetime | None = None
    probe_job: JobId | None = None
    probe_until: datetime | None = None


class Breakers:
    """Rows by gate; none where all is well."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rows: dict[Gate, _Row] = {}

    def look(self, ask: Ask) -> Verdict | None:
        """FAILING while the gate is paused, PROBED while somebody else tries it; None when this job may."""
        row = self._rows.get(ask.gate)
        if row is None or not row.trips:
            return None
        if row.open_until is not None and row.open_until > self._store.now():
            seconds = (row.open_until - self._store.now()).total_seconds()
            words = sentences.failing(ask.gate, row.failures, row.reason)
            return Verdict(Why.FAILING, seconds, reason=words, trips=row.trips)
        return None if self._may_probe(row, ask) else Verdict(Why.PROBED, reason=sentences.probed(ask.gate))

    def is_open(self, gate: Gate) -> bool:
        """Whether the gate is paused, or tried by one at a time."""
        return gate in self._rows and self._rows[gate].trips > 0

    def probe(self, ask: Ask) -> bool:
        """Whether this job is the one that tries a gate that was paused; True where it was not."""
        if not self.is_open(ask.gate):
            return True
        row = self._rows[ask.gate]
        if not self._may_probe(row, ask):
            return False
        row.probe_job, row.probe_until = ask.job.job_id, self._store.now(ask.lease)
        return True

    def close(self, gate: Gate) -> None:
        """The vendor answers again: nothing is held against it."""
        self._rows.pop(gate, None)

    def count(self, gate: Gate, fault: str, breaker: Breaker) -> None:
        """One more failure in a row. It pauses the gate when there were enough, or when it was a probe's."""
        row = self._rows.setdefault(gate, _Row())
        row.failures, row.reason = row.failures + 1, storable(fault)
        row.probe_job = row.probe_until = None
        # Orders that were under way when the gate was paused say nothing new.
        shut = row.open_until is not None and row.open_until > self._store.now()
        if not shut and (row.trips or row.failures >= breaker.failures):
            row.open_until = self._store.now(breaker.lasts(row.trips))
            row.trips += 1

    def failing(self) -> dict[tuple[str, str], tuple[int, str | None, datetime | None]]:
        """What is held against which model: failures in a row, the last one's words, the end of its pause."""
        now = self._store.now()
        found = sorted(self._rows.items(), key=lambda item: item[1].failures)
        return {
            (gate.provider, gate.model): (
                row.failures,
                row.reason,
                row.open_until if row.open_until and row.open_until > now else None,
            )
            for gate, row in found
        }

    def _may_probe(self, row: _Row, ask: Ask) -> bool:
        return row.probe_job == ask.job.job_id or self._store.free(row.probe_until)
