"""What is measured, in the words of Prometheus. All of it comes from rows, so that every process answers the same."""

from __future__ import annotations

import importlib.metadata
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from jynco.model import metrics
from jynco.model.admission import GateReport
from jynco.model.metrics import Metric, Total, Vitals
from jynco.model.states import JobKind, Lane
from workers import queues

if TYPE_CHECKING:
    from prometheus_client.core import Metric as Family

Samples = Iterable[tuple[Sequence[str], float]]
WHERE: Final = ("queue", "kind", "priority")
WHO: Final = ("provider", "model")


class Measured:
    """One scrape, as a collector of prometheus_client: everything was asked before it is told."""

    def __init__(
        self,
        totals: Sequence[Total],
        vitals: Vitals,
        gates: Sequence[GateReport],
        paused: Iterable[str],
        now: datetime,
    ) -> None:
        self._totals = totals
        self._vitals = vitals
        self._gates = gates
        self._paused = frozenset(paused)
        self._now = now

    def collect(self) -> Iterator[Family]:
        """Every family; those in which nothing was counted yet have no samples."""
        by_metric: defaultdict[str, list[Total]] = defaultdict(list)
        for total in self._totals:
            by_metric[total.metric].append(total)
        for metric in metrics.ALL:
            build = _distribution if metric.bounds else _counter
            yield build(metric, by_metric[metric.name])
        yield from self._queues()
        yield from self._providers()
        yield from self._rest()

    def _queues(self) -> Iterator[Family]:
        lines = {queues.name(line.kind, line.lane): line for line in self._vitals.lines}
        names = [(queues.name(kind, lane), kind, lane) for kind in JobKind for lane in Lane]
        depth = [(at, float(lines[at[0]].waiting) if at[0] in lines else 0.0) for at in names]
        age = [(at, self._age(lines[at[0]].since) if at[0] in lines else 0.0) for at in names]
        held = [((at[0],), float(at[0] in self._paused)) for at in names]
        yield _gauge("jynco_queue_jobs", "Jobs that wait and have not begun.", WHERE, depth)
        yield _gauge("jynco_queue_age_seconds", "Age of the oldest job that waits.", WHERE, age)
        yield _gauge("jynco_queue_paused", "1 where people hold a queue back.", ("queue",), held)

    def _providers(self) -> Iterator[Family]:
        gates = [((gate.provider, gate.model), gate) for gate in self._gates]
        running = [(who, float(gate.running)) for who, gate in gates]
        waiting = [(who, float(gate.waiting)) for who, gate in gates]
        failing = [(who, float(bool(gate.open_until and gate.open_until > self._now))) for who, gate in gates]
        reserved = [(who, float(usd)) for who, usd in sorted(self._vitals.reserved.items())]
        yield _gauge("jynco_provider_running", "Attempts under way.", WHO, running)
        yield _gauge("jynco_provider_waiting", "Clips in line before a provider's limits.", WHO, waiting)
        yield _gauge(
            "jynco_provider_failing", "1 while a provider that keeps failing is let be.", WHO, failing
        )
        yield _gauge("jynco_reserved_usd", "US dollars of attempts that are not settled.", WHO, reserved)

    def _rest(self) -> Iterator[Family]:
        running = [((kind,), float(self._vitals.running.get(kind, 0))) for kind in JobKind]
        behind, owed = float(self._vitals.mirrors_behind), float(self._vitals.webhooks_owed)
        yield _gauge("jynco_jobs_running", "Jobs that have begun and not ended.", ("kind",), running)
        yield _gauge(
            "jynco_mirrors_behind",
            "Projects whose storyboard.json is older than their rows.",
            (),
            [((), behind)],
        )
        yield _gauge("jynco_webhooks_owed", "Webhooks that are not delivered yet.", (), [((), owed)])
        words = (_version(), sys.version.split()[0])
        yield _gauge("jynco_build_info", "What runs here.", ("version", "python"), [(words, 1.0)])

    def _age(self, since: datetime) -> float:
        return max(0.0, (self._now - since).total_seconds())


def _gauge(name: str, meaning: str, labels: Sequence[str], samples: Samples) -> Family:
    from prometheus_client.core import GaugeMetricFamily

    family = GaugeMetricFamily(name, meaning, labels=labels)
    for words, value in samples:
        family.add_metric([str(word) for word in words], value)
    return family


def _counter(metric: Metric, totals: Sequence[Total]) -> Family:
    from prometheus_client.core import CounterMetricFamily

    family = CounterMetricFamily(metric.name, metric.meaning, labels=metric.labels)
    for total in totals:
        family.add_metric(total.labels, total.amount)
    return family


def _distribution(metric: Metric, totals: Sequence[Total]) -> Family:
    from prometheus_client.core import HistogramMetricFamily

    family = HistogramMetricFamily(metric.name, metric.meaning, labels=metric.labels)
    parts: defaultdict[tuple[str, ...], list[Total]] = defaultdict(list)
    for total in totals:
        parts[total.labels].append(total)
    for labels, own in parts.items():
        amount = sum(total.amount for total in own)
        family.add_metric(
            labels, buckets=_cumulated(metric, {one.bucket: one.count for one in own}), sum_value=amount
        )
    return family


def _cumulated(metric: Metric, counts: Mapping[int, int]) -> list[tuple[str, float]]:
    """Prometheus' buckets hold everything below their bound, so each holds those before it."""
    bounds = [*(str(bound) for bound in metric.bounds), "+Inf"]
    so_far = [
        sum(count for bucket, count in counts.items() if bucket <= place) for place in range(len(bounds))
    ]
    return [(bound, float(number)) for bound, number in zip(bounds, so_far, strict=True)]


def _version() -> str:
    try:
        return importlib.metadata.version("jynco")
    except importlib.metadata.PackageNotFoundError:
        return "checkout"
