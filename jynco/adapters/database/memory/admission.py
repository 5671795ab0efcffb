"""The twin of the vendors' gates: the same answers from lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from jynco.adapters.database import sentences
from jynco.adapters.database.memory.breakers import Breakers
from jynco.adapters.database.memory.queueing import Line
from jynco.adapters.database.memory.store import Store, alone
from jynco.model.admission import Ask, Breaker, Gate, GateReport, Limits, Verdict, Why
from jynco.model.ids import CacheKey
from jynco.model.jobs import Job

KEPT: Final = timedelta(days=1, minutes=5)


class MemoryAdmission:
    """The twin of the tables ``admissions``, ``breakers`` and ``pauses``."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._line = Line(store)
        self._breakers = Breakers(store)

    @alone
    def ask(self, ask: Ask) -> Verdict:
        """Whether the attempt may begin."""
        if self.running([ask.key]):
            self._line.leave(ask.job.job_id)
            return Verdict(Why.RUNNING)
        names = {*ask.gate.pauses, f"{ask.job.kind}.{ask.job.lane}"}
        held = next((name for name in sorted(self.store.pauses) if name in names), None)
        if held is not None:
            return Verdict(Why.HELD, reason=held)
        failing = self._breakers.look(ask)
        if failing is not None:
            return failing
        stands = self._line.ask(ask) if ask.limited else Verdict(Why.ADMITTED)
        if stands.why is Why.ADMITTED and not self._breakers.probe(ask):
            return Verdict(Why.PROBED, reason=sentences.probed(ask.gate))
        return stands

    @alone
    def call(self, gate: Gate, whole: Limits, model: Limits) -> Sequence[Job]:
        """Whose turn it is and who would come late; each is told of once."""
        shut = self._breakers.is_open(gate) or any(name in self.store.pauses for name in gate.pauses)
        return () if shut else self._line.call(gate, whole, model)

    @alone
    def heard(self, gate: Gate, fault: str | None, breaker: Breaker) -> None:
        """The vendor took or refused an order on its merits (None), or failed."""
        if fault is None:
            self._breakers.close(gate)
        else:
            self._breakers.count(gate, fault, breaker)

    @alone
    def running(self, keys: Sequence[CacheKey]) -> frozenset[CacheKey]:
        """Those of the keys that have a live attempt."""
        rows = (kept.generation for kept in self.store.attempts)
        return frozenset(row.cache_key for row in rows if row.state.live and row.cache_key in keys)

    @alone
    def pause(self, name: str) -> None:
        """Hold a queue or a provider back until it is resumed."""
        self.store.pauses.setdefault(name, self.store.now())

    @alone
    def resume(self, name: str) -> None:
        """Let it go on."""
        self.store.pauses.pop(name, None)

    @alone
    def paused(self) -> Mapping[str, datetime]:
        """What is held back, and since when."""
        return dict(sorted(self.store.pauses.items()))

    @alone
    def report(self) -> Sequence[GateReport]:
        """How the gates are doing at which something runs, waits or fails; by name."""
        live = (kept.generation for kept in self.store.attempts if kept.generation.state.live)
        running = Counter((row.provider, row.model) for row in live)
        waiting, failing = self._line.lengths(), self._breakers.failing()
        names = sorted({*running, *waiting, *failing})
        return [_report(name, running[name], waiting[name], failing.get(name)) for name in names]

    @alone
    def sweep(self) -> int:
        """Forget admissions that no limit counts any more, and who has not come back for a day."""
        return self._line.forget(self.store.now() - KEPT)


def _report(
    name: tuple[str, str], running: int, waiting: int, failing: tuple[int, str | None, datetime | None] | None
) -> GateReport:
    failures, reason, until = failing or (0, None, None)
    return GateReport(*name, running, waiting, failures, reason, until)
