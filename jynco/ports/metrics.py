"""What happened, counted where the truth is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from jynco.model.metrics import Tally, Total, Vitals


class Metrics(Protocol):
    """Counters that every process shares. Raises ServiceAway when the database is."""

    def count(self, *tallies: Tally) -> None: ...  # what happens in no transaction of its own
    def totals(self) -> Sequence[Total]: ...
    def vitals(self) -> Vitals: ...
    def fold(self) -> int: ...  # adds up what was written one by one; how many rows went
