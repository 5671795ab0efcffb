"""What happened is counted in the transaction in which it happens: once, for good, and whoever asks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from jynco.model import metrics
from jynco.model.findings import Finding
from jynco.model.ids import ClipId, JobId
from jynco.model.jobs import ClipRow, Generation, Receipt, ReceiptLine
from jynco.model.metrics import Metric
from jynco.model.motion import Ticket
from jynco.model.states import ClipStatus, GenerationState, JobKind, Lane, Made
from tests.contract.databases import FILM, LEASE, PROJECT, Subject, broken, document, made, motion, shot

FINAL = document(outputSettings={"fps": 30})


def counted(subject: Subject, metric: Metric, *labels: str) -> tuple[int, float]:
    """How often, and how much in all."""
    found = [
        total
        for total in subject.database.metrics.totals()
        if (total.metric, total.labels) == (metric.name, labels)
    ]
    return sum(total.count for total in found), sum(total.amount for total in found)


def attempt(subject: Subject, name: str, *steps: GenerationState, usd: str | None = None) -> Generation:
    row = subject.database.ledger.take(shot(name).key, motion(name), "w", LEASE, price=Decimal("0.50"))
    assert row is not None
    for step in steps:
        ticket = Ticket("task") if step is GenerationState.SUBMITTED else None
        last = Decimal(usd) if usd and step is steps[-1] else None
        row = subject.database.ledger.advance(row, step, ticket=ticket, actual_usd=last)
    return row


def test_ends_are_counted_by_agent_and_reason(subject: Subject) -> None:
    _, good, bad = subject.begin("a", "b")
    subject.database.jobs.finish_motion(subject.claim(good), made(good))
    subject.database.jobs.finish_motion(subject.claim(bad), broken(bad))
    assert counted(subject, metrics.AGENT_RUNS, "architect", "completed", "") == (1, 1)
    assert counted(subject, metrics.AGENT_RUNS, "motion", "completed", "") == (1, 1)
    assert counted(subject, metrics.AGENT_RUNS, "motion", "failed", "moderated") == (1, 1)
    assert counted(subject, metrics.CACHE_LOOKUPS, "clip", "miss") == (2, 2)
    waited, seconds = counted(subject, metrics.QUEUE_WAIT, "normal")
    assert waited == 2
    assert seconds >= 0


def test_what_was_there_already_is_a_hit(subject: Subject) -> None:
    subject.database.projects.create(PROJECT, document())
    there = [
        ClipRow(PROJECT, ClipId(f"clip_{name}"), ClipStatus.COMPLETED, cache_hit=name != "footage")
        for name in ("a", "b", "footage")
    ]
    subject.database.jobs.accept([], there)
    assert counted(subject, metrics.CACHE_LOOKUPS, "clip", "hit") == (1, 2)


def test_a_film_counts_its_time_and_what_it_took(subject: Subject) -> None:
    film = subject.begin()[0]
    subject.database.jobs.cancel(film.job_id)
    assert counted(subject, metrics.AGENT_RUNS, "render", "cancelled", "") == (1, 1)

    again = replace(film, job_id=JobId("job_render_again"), document=FINAL)
    subject.database.jobs.accept([again], [])
    claim = subject.claim(again)
    receipt = Receipt((ReceiptLine(ClipId("clip_a"), Made.FOOTAGE),), frames=90)
    subject.database.jobs.finish_render(claim, output="x.mp4", receipt=receipt, failure=None)
    assert counted(subject, metrics.FILM_SECONDS, "final") == (1, 3.0)
    assert counted(subject, metrics.RENDER_SECONDS, "final")[0] == 1


def test_a_lease_that_ran_out_is_counted_when_somebody_takes_over(subject: Subject) -> None:
    job = subject.begin("a")[1]
    subject.claim(job)
    assert counted(subject, metrics.LEASES_LOST, "motion") == (0, 0)
    subject.wait(LEASE + 1)
    claim = subject.claim(job, "worker-2")
    assert counted(subject, metrics.LEASES_LOST, "motion") == (1, 1)
    subject.database.jobs.park(claim, 0)
    subject.claim(job)
    assert counted(subject, metrics.LEASES_LOST, "motion") == (1, 1), "what is handed back is not lost"


def test_an_attempt_is_counted_at_its_end_and_its_price_once(subject: Subject) -> None:
    subject.begin("a", "b")
    states = GenerationState
    row = attempt(subject, "a", states.SUBMITTED, states.SUCCEEDED)
    assert subject.database.metrics.vitals().reserved == {("camera", "default"): Decimal("0.50")}
    subject.database.ledger.advance(row, states.DONE, actual_usd=Decimal("0.75"))
    assert counted(subject, metrics.GENERATION, "camera", "default")[0] == 1
    assert counted(subject, metrics.ATTEMPTS, "camera", "default", "done") == (1, 1)
    assert counted(subject, metrics.SPEND, "camera", "default") == (1, 0.75)
    assert subject.database.metrics.vitals().reserved == {}


def test_an_unknown_charge_is_reserved_until_somebody_looks_it_up(subject: Subject) -> None:
    subject.begin("a")
    row = attempt(subject, "a", GenerationState.UNKNOWN)
    assert counted(subject, metrics.ATTEMPTS, "camera", "default", "unknown") == (1, 1)
    assert counted(subject, metrics.SPEND, "camera", "default") == (0, 0)
    assert subject.database.metrics.vitals().reserved == {("camera", "default"): Decimal("0.50")}
    subject.database.books.settle(
        row.generation_id, Finding(billed=True, by="me", at=datetime.now(UTC), usd=Decimal("0.40"))
    )
    assert counted(subject, metrics.SPEND, "camera", "default") == (1, 0.4)
    assert subject.database.metrics.vitals().reserved == {}


def test_beats_count_nothing(subject: Subject) -> None:
    subject.begin("a")
    row = attempt(subject, "a", GenerationState.SUBMITTED)
    later = subject.database.ledger.advance(row, GenerationState.FAILED)
    subject.database.ledger.beat(row, LEASE)
    subject.database.ledger.beat(later, LEASE)
    assert counted(subject, metrics.ATTEMPTS, "camera", "default", "failed") == (1, 1)


def test_folding_changes_no_sum_and_forgets_nothing_of_deleted_projects(subject: Subject) -> None:
    job = subject.begin("a")[1]
    subject.database.jobs.finish_motion(subject.claim(job), made(job))
    subject.database.metrics.count(*[metrics.SWEEPER.tally("ring", amount=2.0)] * 5)
    before = subject.database.metrics.totals()
    subject.database.projects.delete(PROJECT)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: subject.database.metrics.fold(), range(4)))
    assert subject.database.metrics.totals() == before
    assert counted(subject, metrics.SWEEPER, "ring") == (5, 10.0)


def test_a_distribution_keeps_its_buckets(subject: Subject) -> None:
    for seconds in (0.05, 0.1, 0.3, 9999.0):
        subject.database.metrics.count(metrics.QUEUE_WAIT.tally("low", amount=seconds))
    found = [(total.bucket, total.count) for total in subject.database.metrics.totals()]
    assert found == [(0, 2), (1, 1), (len(metrics.QUEUE_WAIT.bounds), 1)]


def test_vitals_see_every_tenant(subject: Subject) -> None:
    jobs = subject.begin("a", "b")
    subject.claim(jobs[1])
    vitals = subject.database.of("somebody-else").metrics.vitals()
    assert [(line.kind, line.lane, line.waiting) for line in vitals.lines] == [
        (JobKind.MOTION, Lane.NORMAL, 1)
    ]
    assert vitals.running == {JobKind.MOTION: 1}
    assert vitals.mirrors_behind == 1
    assert subject.database.jobs.get(FILM).started_at is None


def test_a_tally_has_a_word_for_each_label() -> None:
    with pytest.raises(ValueError, match="agent, outcome, code"):
        metrics.AGENT_RUNS.tally("motion")
