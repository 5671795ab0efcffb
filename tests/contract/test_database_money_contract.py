"""Money in the ledger: reserved before anything is sent, never over a budget, added up exactly, and lost openly."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from threading import Barrier

import pytest

from jynco.adapters.database.desk import desk
from jynco.errors import BudgetExceeded, Conflict, NotFound, UsageWrong
from jynco.model.findings import Finding
from jynco.model.ids import ClipId, JobId, ProjectId
from jynco.model.jobs import Failure, Generation, Job
from jynco.model.money import Budget, Grain, Span, Spend, Waste
from jynco.model.motion import Ticket
from jynco.model.states import GenerationState
from jynco.ports import Database
from tests.contract.databases import (
    FILM,
    LEASE,
    PROJECT,
    Subject,
    broken,
    document,
    made,
    motion,
    pending,
    shot,
)

INTENT, SUBMITTED, SUCCEEDED, DONE, FAILED, UNKNOWN = GenerationState
WORKERS = 20
ALL = Span()


def usd(text: str) -> Decimal:
    return Decimal(text)


def take(database: Database, name: str, price: str | None, owner: str = "w1", **options: str) -> Generation:
    job = replace(motion(name), options=options) if options else motion(name)
    row = database.ledger.take(shot(name).key, job, owner, LEASE, price=None if price is None else usd(price))
    assert row is not None
    return row


def ended(
    database: Database,
    name: str,
    *steps: GenerationState,
    price: str | None = "0.50",
    actual: str | None = None,
    code: str | None = None,
) -> Generation:
    """An attempt that went this way; the vendor names its own price at the last step, or never."""
    row = take(database, name, price)
    for step in steps:
        last = step is steps[-1]
        row = database.ledger.advance(
            row,
            step,
            ticket=Ticket(f"task-{name}") if step is SUBMITTED else None,
            actual_usd=usd(actual) if last and actual else None,
            failure=Failure(code, "Why.") if last and code else None,
        )
    return row


@pytest.fixture
def database(subject: Subject) -> Database:
    subject.database.projects.create(PROJECT, document())
    return subject.database


# --- what is reserved and settled ---------------------------------------------------------------------


def test_the_price_is_reserved_with_the_intent_and_the_vendors_own_counts_more(database: Database) -> None:
    row = take(database, "a", "0.50")
    assert (row.estimated_usd, row.tenant, row.correlation_id) == (usd("0.50"), "local", "request-1")
    assert (row.shot, row.job_id) == (shot("a"), motion("a").job_id)
    silent = database.ledger.advance(row, SUBMITTED, ticket=Ticket("task"))
    assert silent.estimated_usd == usd("0.50"), "a vendor that says nothing takes nothing back"
    told = database.ledger.advance(
        take(database, "b", "0.50"), SUBMITTED, ticket=Ticket("t", {}, usd("0.60"))
    )
    assert told.estimated_usd == usd("0.60")
    assert database.books.total(ALL) == Spend(2, usd("0"), usd("1.10"))


WAYS: list[tuple[tuple[GenerationState, ...], str | None, str, str]] = [
    ((), None, "0", "0.50"),
    ((FAILED,), None, "0", "0"),  # the vendor never took it
    ((SUBMITTED,), None, "0", "0.50"),
    ((SUBMITTED, FAILED), None, "0.50", "0"),  # taken and not made: its price counts until the vendor says
    ((SUBMITTED, FAILED), "0.20", "0.20", "0"),
    ((SUBMITTED, SUCCEEDED), "0.45", "0", "0.45"),
    ((SUBMITTED, SUCCEEDED, DONE), "0.45", "0.45", "0"),
    ((SUBMITTED, SUCCEEDED, DONE), None, "0.50", "0"),
    ((UNKNOWN,), None, "0", "0.50"),
]


@pytest.mark.parametrize(("steps", "actual", "settled", "reserved"), WAYS)
def test_every_end_has_its_charge(
    database: Database,
    steps: tuple[GenerationState, ...],
    actual: str | None,
    settled: str,
    reserved: str,
) -> None:
    ended(database, "a", *steps, actual=actual)
    assert database.books.total(ALL) == Spend(1, usd(settled), usd(reserved))


def test_what_nobody_has_told_is_counted_and_not_guessed(database: Database) -> None:
    database.ledger.advance(take(database, "a", None), SUBMITTED, ticket=Ticket("t"))
    assert database.books.total(ALL) == Spend(1, unpriced=1)


# --- budgets ------------------------------------------------------------------------------------------


def test_what_does_not_fit_begins_nothing_and_says_the_figures(database: Database) -> None:
    database.books.set_budget(PROJECT, Budget(usd("1")))
    ended(database, "a", SUBMITTED, SUCCEEDED, DONE, price="0.70")
    with pytest.raises(BudgetExceeded, match=r"\$0\.40.*\$1\.00.*\$0\.30 is left.*nothing was sent"):
        take(database, "b", "0.40")
    assert len(database.ledger.history(PROJECT)) == 1
    take(database, "c", "0.30")
    assert [room.left for room in database.books.rooms(PROJECT)] == [0]


def test_who_resumes_reserves_nothing(database: Database) -> None:
    database.books.set_budget(PROJECT, Budget(usd("0.50")))
    database.ledger.release(take(database, "a", "0.50"))
    assert take(database, "a", "0.50", "w2").attempt == 1


def test_who_waits_is_not_refused(database: Database) -> None:
    database.books.set_budget(PROJECT, Budget(usd("0.50")))
    take(database, "a", "0.50")
    other = replace(motion("a"), job_id=JobId("job_motion_other"))
    assert database.ledger.take(shot("a").key, other, "w2", LEASE, price=usd("0.50")) is None


def test_what_costs_nothing_fits_into_every_budget(database: Database) -> None:
    database.books.set_budget(PROJECT, Budget(usd("0")))
    assert take(database, "a", "0").fresh
    with pytest.raises(BudgetExceeded):
        take(database, "b", "0.000001")


def test_an_order_without_a_price_wants_leave(database: Database) -> None:
    assert take(database, "a", None).fresh, "without a budget nobody minds"
    database.books.set_budget(PROJECT, Budget(usd("10")))
    with pytest.raises(BudgetExceeded, match="Nobody publishes"):
        take(database, "b", None)
    database.books.set_budget(PROJECT, Budget(usd("10"), allow_unpriced=True))
    assert take(database, "b", None).fresh


def test_the_clips_of_one_request_share_its_budget(database: Database) -> None:
    take(database, "a", "0.60", budgetUsd="1")
    with pytest.raises(BudgetExceeded, match="this job's budget"):
        take(database, "b", "0.60", budgetUsd="1")
    other = replace(motion("c"), correlation_id="request-2", options={"budgetUsd": "1"})
    assert database.ledger.take(shot("c").key, other, "w1", LEASE, price=usd("0.60"))


def test_a_tenants_budget_holds_for_all_its_projects_and_no_others(subject: Subject) -> None:
    acme, zoo = subject.database.of("acme"), subject.database.of("zoo")
    for tenant, names in ((acme, "ab"), (zoo, "c")):
        for name in names:
            tenant.projects.create(ProjectId(f"proj_{name}"), {**document(), "projectId": f"proj_{name}"})
    acme.books.set_budget(None, Budget(usd("1")))

    def begin(name: str) -> Generation | None:
        job = replace(motion(name), project_id=ProjectId(f"proj_{name}"))
        return subject.database.ledger.take(shot(name).key, job, "w1", LEASE, price=usd("0.60"))

    assert begin("a")
    with pytest.raises(BudgetExceeded, match="this month's budget of 'acme'"):
        begin("b")
    assert begin("c")
    assert zoo.books.budget(None) is None
    assert [room.spent for room in acme.books.rooms(None)] == [usd("0.60")]
    assert acme.books.total(ALL).usd == zoo.books.total(ALL).usd == usd("0.60")
    assert subject.database.books.total(ALL).usd == usd("1.20")


def test_a_budget_is_changed_and_taken_away(database: Database) -> None:
    for place in (PROJECT, None):
        assert database.books.budget(place) is None
        for budget in (Budget(usd("2.5")), Budget(usd("3"), allow_unpriced=True), None, None):
            database.books.set_budget(place, budget)
            assert database.books.budget(place) == budget


def test_a_budget_goes_with_its_project_and_its_charges_stay(database: Database) -> None:
    database.books.set_budget(PROJECT, Budget(usd("1")))
    ended(database, "a", SUBMITTED, SUCCEEDED, DONE)
    database.projects.delete(PROJECT)
    assert database.books.total(Span(PROJECT)).usd == usd("0.50")
    database.projects.create(PROJECT, document())
    assert database.books.budget(PROJECT) is None


def test_nobody_sees_or_sets_anothers_budget(subject: Subject, database: Database) -> None:
    stranger = subject.database.of("zoo")
    for ask in (
        lambda: stranger.books.budget(PROJECT),
        lambda: stranger.books.rooms(PROJECT),
        lambda: stranger.books.set_budget(PROJECT, Budget(usd("1"))),
        lambda: stranger.books.set_budget(PROJECT, None),
        lambda: database.books.set_budget(ProjectId("proj_nowhere"), Budget(usd("1"))),
        lambda: database.books.rooms(ProjectId("proj_nowhere")),
    ):
        with pytest.raises(NotFound):
            ask()
    assert database.books.budget(PROJECT) is None
    assert (stranger.books.total(ALL), stranger.ledger.latest(shot("a").key)) == (Spend(), None)


@pytest.mark.parametrize("kind", ["project", "tenant", "request"])
def test_twenty_workers_at_once_never_go_over_a_budget(database: Database, kind: str) -> None:
    if kind != "request":
        database.books.set_budget(PROJECT if kind == "project" else None, Budget(usd("1")))
    options = {"budgetUsd": "1"} if kind == "request" else {}
    line = Barrier(WORKERS)

    def work(number: int) -> bool:
        line.wait()
        try:
            take(database, f"c{number}", "0.15", f"w{number}", **options)
        except BudgetExceeded:
            return False
        return True

    with ThreadPoolExecutor(WORKERS) as workers:
        assert sum(workers.map(work, range(WORKERS))) == 6
    assert database.books.total(ALL).usd == usd("0.90")


# --- spend, told apart --------------------------------------------------------------------------------


def spend_of(found: Sequence[Spend]) -> dict[tuple[str, ...], str]:
    return {tuple(part.grains.values()): f"{part.usd:.2f}" for part in found}


def test_spend_is_told_by_what_people_ask(database: Database) -> None:
    ended(database, "a", SUBMITTED, SUCCEEDED, DONE, actual="0.10")
    ended(database, "a", SUBMITTED, FAILED, actual="0.01", code="generation_failed")
    ended(database, "b", SUBMITTED, price="0.25")
    today = datetime.now(UTC).date().isoformat()
    told = {
        (Grain.CLIP,): {("clip_a",): "0.11", ("clip_b",): "0.25"},
        (Grain.PROJECT, Grain.CLIP): {(PROJECT, "clip_a"): "0.11", (PROJECT, "clip_b"): "0.25"},
        (Grain.PROVIDER, Grain.MODEL): {("camera", "default"): "0.36"},
        (Grain.TENANT, Grain.DAY): {("local", today): "0.36"},
    }
    for grains, parts in told.items():
        assert spend_of(database.books.by(grains, ALL, None, 100)) == parts


def test_spend_comes_in_pages_and_its_parts_are_the_whole(database: Database) -> None:
    for number in range(7):
        ended(database, f"c{number}", SUBMITTED, SUCCEEDED, DONE, actual="0.100001")
    pages: list[Spend] = []
    after: list[str] | None = None
    while page := database.books.by([Grain.PROJECT, Grain.CLIP], ALL, after, 3):
        pages += page
        after = list(page[-1].grains.values())
    assert [part.grains[Grain.CLIP] for part in pages] == [f"clip_c{number}" for number in range(7)]
    assert sum(part.usd for part in pages) == database.books.total(ALL).usd == usd("0.700007")


def test_days_and_projects_narrow_it(database: Database) -> None:
    ended(database, "a", SUBMITTED, SUCCEEDED, DONE)
    today = datetime.now(UTC).date()
    spans = {
        Span(since=today, until=today): 1,
        Span(until=date(2000, 1, 1)): 0,
        Span(since=date(2999, 1, 1)): 0,
        Span(until=date.max): 1,
        Span(PROJECT): 1,
        Span(ProjectId("proj_other")): 0,
    }
    assert {span: database.books.total(span).attempts for span in spans} == spans


# --- charges that bought nothing ----------------------------------------------------------------------


def test_every_charge_that_bought_nothing_is_told_with_its_reason(subject: Subject) -> None:
    names = ("good", "gone", "black", "lost", "broken", "refused", "late")
    jobs: dict[str, Job] = {job.clip_id or "": job for job in subject.begin(*names)[1:]}
    database = subject.database
    ended(database, "good", SUBMITTED, SUCCEEDED, DONE)
    database.jobs.finish_motion(subject.claim(jobs["clip_good"]), made(jobs["clip_good"]))
    ended(database, "gone", SUBMITTED, SUCCEEDED, DONE, actual="0.11")  # no clip shows it
    ended(database, "black", SUBMITTED, SUCCEEDED, FAILED, actual="0.12", code="quality")
    ended(database, "lost", UNKNOWN, price="0.13", code="outcome_unknown")
    ended(database, "broken", SUBMITTED, FAILED, price="0.14", code="generation_failed")
    ended(database, "refused", FAILED, code="not_accepted")
    ended(database, "late", SUBMITTED, FAILED, actual="0.15", code="cancelled")
    losses = database.books.losses(ALL, None, 100)
    assert [(loss.generation.clip_id, loss.why, str(loss.usd)[:4]) for loss in losses] == [
        ("clip_late", Waste.CANCELLED, "0.15"),
        ("clip_broken", Waste.FAILED, "0.14"),
        ("clip_lost", Waste.UNKNOWN, "0.13"),
        ("clip_black", Waste.QUALITY, "0.12"),
        ("clip_gone", Waste.SUPERSEDED, "0.11"),
    ]
    assert database.books.lost(ALL).usd == usd("0.65")
    first, second = losses[:2], database.books.losses(ALL, losses[1].generation.generation_id, 2)
    assert [*first, *second] == losses[:4]


def found(billed: bool, price: str | None = None) -> Finding:
    return Finding(billed, "Ada", datetime(2026, 11, 22, tzinfo=UTC), None if price is None else usd(price))


def test_what_was_not_billed_is_reserved_no_longer_and_may_be_made_anew(subject: Subject) -> None:
    subject.begin("lost")
    books = subject.database.books
    row = ended(subject.database, "lost", UNKNOWN, price="0.13", code="outcome_unknown")
    assert books.total(ALL).reserved == usd("0.13")
    settled = books.settle(row.generation_id, found(billed=False))
    assert settled == replace(
        subject.database.ledger.latest(row.cache_key) or row, updated_at=settled.updated_at
    )
    assert (settled.state, settled.error_code, settled.details["settledBy"]) == (FAILED, "not_billed", "Ada")
    assert books.total(ALL).usd == 0
    assert not books.losses(ALL, None, 9)
    assert subject.database.ledger.unknown(row.cache_key) is None
    with pytest.raises(Conflict, match="failed"):
        books.settle(row.generation_id, found(billed=False))


@pytest.mark.parametrize(("price", "charge"), [(None, "0.13"), ("0.2", "0.2")])
def test_what_was_billed_has_its_price_and_wants_consent_still(
    subject: Subject, price: str | None, charge: str
) -> None:
    subject.begin("lost")
    books = subject.database.books
    row = ended(subject.database, "lost", UNKNOWN, price="0.13", code="outcome_unknown")
    books.settle(row.generation_id, found(True, price))
    total = books.total(ALL)
    assert (total.settled, total.reserved) == (usd(charge), usd("0"))
    (loss,) = books.losses(ALL, None, 9)
    assert (loss.why, loss.usd) == (Waste.UNKNOWN, usd(charge))
    assert "Ada found on 2026-11-22" in (loss.generation.error_message or "")
    assert subject.database.ledger.unknown(row.cache_key) is not None


def test_only_what_is_there_and_unknown_and_ones_own_is_settled(subject: Subject, database: Database) -> None:
    running = take(database, "a", "0.10")
    with pytest.raises(Conflict):
        database.books.settle(running.generation_id, found(billed=False))
    lost = ended(database, "b", UNKNOWN, price=None, code="outcome_unknown")
    with pytest.raises(UsageWrong, match="how much"):
        database.books.settle(lost.generation_id, found(billed=True))
    for attempt in (lost.generation_id + 1000, 2**70):
        with pytest.raises(NotFound):
            database.books.settle(attempt, found(billed=False))
    with pytest.raises(NotFound):
        desk(database).of("others").books.settle(lost.generation_id, found(billed=False))


def test_a_clip_that_was_paid_again_lost_its_first_price(subject: Subject) -> None:
    job = subject.begin("a")[1]
    for _ in range(2):
        ended(subject.database, "a", SUBMITTED, SUCCEEDED, DONE)
    subject.database.jobs.finish_motion(subject.claim(job), made(job))
    (loss,) = subject.database.books.losses(ALL, None, 10)
    assert (loss.generation.attempt, loss.why) == (1, Waste.SUPERSEDED)


# --- attempts that nobody wants any more --------------------------------------------------------------


def in_flight(subject: Subject, name: str = "a") -> Generation:
    """An order whose film was cancelled while the vendor worked."""
    subject.begin(name)
    row = ended(subject.database, name, SUBMITTED)
    subject.database.ledger.release(row)
    return row


def test_what_is_wanted_is_not_withdrawn(subject: Subject) -> None:
    in_flight(subject)
    assert subject.database.ledger.withdraw("s", LEASE, 10) == []


@pytest.mark.parametrize("how", ["cancel", "delete"])
def test_an_attempt_whose_job_is_gone_is_withdrawn_once(subject: Subject, how: str) -> None:
    before = in_flight(subject)
    if how == "cancel":
        subject.database.jobs.cancel(FILM)
    else:
        subject.database.projects.delete(PROJECT)
    (row,) = subject.database.ledger.withdraw("s", LEASE, 10)
    assert (row.generation_id, row.owner, row.fresh, row.shot) == (before.generation_id, "s", True, shot("a"))
    assert row.withdrawn_at is not None
    assert subject.database.ledger.withdraw("t", LEASE, 10) == [], "somebody is at it"
    subject.wait(LEASE + 1)
    (again,) = subject.database.ledger.withdraw("t", LEASE, 10)
    assert (again.fresh, again.withdrawn_at) == (False, row.withdrawn_at)


def test_a_withdrawn_attempt_is_resumed_by_nobody_until_it_has_ended(subject: Subject) -> None:
    in_flight(subject)
    subject.database.jobs.cancel(FILM)
    (row,) = subject.database.ledger.withdraw("s", LEASE, 10)
    subject.database.ledger.release(row)
    other = replace(motion("a"), job_id=JobId("job_motion_other"))
    assert subject.database.ledger.take(shot("a").key, other, "w2", LEASE) is None
    (row,) = subject.database.ledger.withdraw("s", LEASE, 10)
    subject.database.ledger.advance(row, FAILED)
    fresh = subject.database.ledger.take(shot("a").key, other, "w2", LEASE)
    assert fresh is not None
    assert (fresh.attempt, fresh.withdrawn_at) == (2, None)


def test_what_another_clip_waits_for_is_not_withdrawn(subject: Subject) -> None:
    in_flight(subject)
    other = ProjectId("proj_other")
    subject.database.projects.create(other, {**document(), "projectId": other})
    twin = replace(
        motion("a", None), job_id=JobId("job_motion_twin"), project_id=other, clip_id=ClipId("clip_b")
    )
    subject.database.jobs.accept([twin], [pending(twin)])
    subject.database.jobs.cancel(FILM)
    assert subject.database.ledger.withdraw("s", LEASE, 10) == []
    subject.database.jobs.cancel(twin.job_id)
    assert len(subject.database.ledger.withdraw("s", LEASE, 10)) == 1


@pytest.mark.parametrize("code", ["key_refused", "no_credit"])
def test_what_a_failed_job_had_ordered_is_withdrawn_when_nobody_retries_it(
    subject: Subject, code: str
) -> None:
    (job,) = subject.begin("a")[1:]
    subject.database.ledger.release(ended(subject.database, "a", SUBMITTED))
    why = Failure(code, "Mend the account, then retry.")
    subject.database.jobs.finish_motion(subject.claim(job), replace(broken(job), failure=why))
    assert subject.database.ledger.withdraw("s", LEASE, 10) == []
    assert subject.database.ledger.withdraw("s", LEASE, 10, grace=60) == []
    twin = replace(motion("a", None), job_id=JobId("job_motion_twin"))
    subject.database.jobs.accept([twin], [pending(twin)])
    assert subject.database.ledger.withdraw("s", LEASE, 10, grace=0) == [], "a retry waits for it"
    subject.database.jobs.finish_motion(subject.claim(twin), replace(broken(twin), failure=why))
    assert len(subject.database.ledger.withdraw("s", LEASE, 10, grace=0)) == 1


def test_a_held_attempt_is_left_to_its_holder(subject: Subject) -> None:
    subject.begin("a")
    ended(subject.database, "a", SUBMITTED)
    subject.database.jobs.cancel(FILM)
    assert subject.database.ledger.withdraw("s", LEASE, 10) == []


def test_whoever_asks_for_an_unknown_attempt_again_wants_it(subject: Subject) -> None:
    in_flight(subject)
    subject.database.jobs.cancel(FILM)
    (row,) = subject.database.ledger.withdraw("s", LEASE, 10)
    lost = subject.database.ledger.advance(row, UNKNOWN)
    found = subject.database.ledger.advance(lost, SUBMITTED)
    assert found.withdrawn_at is None


def test_the_latest_attempt_is_found_by_its_key(database: Database) -> None:
    assert database.ledger.latest(shot("a").key) is None
    ended(database, "a", FAILED)
    second = take(database, "a", "0.50")
    found = database.ledger.latest(shot("a").key)
    assert found == replace(second, fresh=False)
