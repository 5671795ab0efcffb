"""Money at work: a plan and its ledger agree, budgets stop in time, and a cancelled clip is told off once."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from jynco.adapters.providers.account import Account
from jynco.adapters.providers.mock import Mock
from jynco.adapters.providers.runway import Runway
from jynco.agents.steps import Finished, Waiting
from jynco.errors import BudgetExceeded
from jynco.model.ids import ClipId
from jynco.model.jobs import Job
from jynco.model.money import Budget, Grain, Span, Waste
from jynco.model.motion import Capabilities, PollAnswer, PollState, Shot, Ticket
from jynco.model.plan import Wishes
from jynco.model.states import ClipStatus, JobState, Purpose
from jynco.model.time import Rate
from tests.contract.vendors import Watching
from tests.doubles import runway
from tests.doubles.vendor import KEY, Fault
from tests.unit.agents_kit import GIVE_UP, LEASE, PROJECT, Hands, Heart, Shop, clip, code, failing

ALL = Span()


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def budget(shop: Shop, usd: str, **options: bool) -> None:
    shop.database.books.set_budget(PROJECT, Budget(Decimal(usd), **options))


def spent(shop: Shop) -> str:
    return f"{shop.database.books.total(ALL).usd:.3f}"


# --- the price before the bill -------------------------------------------------------------------------


def test_what_the_plan_says_is_what_the_ledger_has(shop: Shop) -> None:
    twice = clip("c")
    shop.project(
        clip("a"), clip("b", duration=1.5), twice, {**twice, "clipId": "clip_d"}, failing("e", "moderated")
    )
    before = shop.plan()
    started = shop.start()
    shop.render(started)
    planned = {p.clip_id: p.usd for p in before.clips if p.usd and p.clip_id != "clip_e"}
    by_clip = {
        ClipId(part.grains[Grain.CLIP]): part.usd
        for part in shop.database.books.by([Grain.CLIP], ALL, None, 10)
        if part.usd
    }
    assert by_clip == planned
    assert shop.paid == len(planned)
    after = shop.plan()
    assert after.usd == before.usd - sum(planned.values()), "what is paid is not planned again"


# --- budgets -------------------------------------------------------------------------------------------


def test_a_plan_that_does_not_fit_is_refused_before_anything_is_sent(shop: Shop) -> None:
    shop.project(clip("a"), clip("b", "wild"))
    budget(shop, "0.04")
    with pytest.raises(BudgetExceeded, match=r"\$0\.05, and the project's budget is \$0\.04; nothing"):
        shop.start()
    assert shop.database.jobs.page(None, None, None, 10) == []


def test_a_clip_that_fits_no_more_fails_with_the_figures(shop: Shop) -> None:
    shop.project(clip("a"), clip("b", "wild"))
    jobs = shop.start(Wishes(Purpose.CLIPS)).clips
    budget(shop, "0.03")
    done, refused = (shop.work(job) for job in jobs)
    assert (done.state, code(refused)) == (JobState.COMPLETED, "budget_exceeded")
    assert refused.failure is not None
    assert "of $0.03 only" in refused.failure.message
    assert (shop.paid, spent(shop)) == (1, "0.025")
    budget(shop, "0.05")
    assert shop.work(shop.retry("clip_b")).state is JobState.COMPLETED


def test_failures_count_so_retries_end_at_the_budget(shop: Shop) -> None:
    shop.project(failing("a", "generation"))
    job = shop.start(Wishes(Purpose.CLIPS, budget_usd=Decimal("0.03"))).clips[0]
    assert code(shop.work(job)) == "generation_failed"
    budget(shop, "0.03")
    with pytest.raises(BudgetExceeded, match=r"of which \$0\.01 is left|\$0\.00 is left"):
        shop.retry("clip_a")
    assert shop.paid == 1


class Unpriced(Mock):
    """A vendor that publishes no price."""

    def capabilities(self, model: str | None) -> Capabilities:
        can = super().capabilities(model)
        return Capabilities(can.provider, can.model, can.model_version, text_to_video=True)


def test_a_model_without_a_price_wants_leave_where_there_is_a_budget(shop: Shop) -> None:
    shop.providers["mock"] = Unpriced(shop.clock, folder=shop.folder / "mock", billable=True)
    shop.project(clip("a"))
    budget(shop, "10")
    with pytest.raises(BudgetExceeded, match="whose price nobody publishes"):
        shop.start()
    budget(shop, "10", allow_unpriced=True)
    assert shop.work(shop.start(Wishes(Purpose.CLIPS)).clips[0]).state is JobState.COMPLETED


def test_what_is_free_is_made_within_a_budget_of_nothing(shop: Shop) -> None:
    shop.project(clip("a", "pan left", provider="camera"))
    budget(shop, "0")
    assert shop.work(shop.start(Wishes(Purpose.CLIPS)).clips[0]).state is JobState.COMPLETED


# --- what a vendor takes for nothing -------------------------------------------------------------------


class Charging(Mock):
    """A vendor that bills failures, and says so."""

    def poll(self, shot: Shot, ticket: Ticket) -> PollAnswer:
        answer = super().poll(shot, ticket)
        return PollAnswer(answer.state, actual_usd=Decimal("0.0125"), error=answer.error)


def test_the_vendors_own_price_of_a_failure_is_written_down(shop: Shop) -> None:
    shop.providers["mock"] = Charging(shop.clock, folder=shop.folder / "mock", billable=True)
    shop.project(failing("a", "generation"))
    shop.work(shop.start(Wishes(Purpose.CLIPS)).clips[0])
    (row,) = shop.attempts()
    assert (row.state, row.actual_usd) == ("failed", Decimal("0.0125"))
    (loss,) = shop.database.books.losses(ALL, None, 10)
    assert (loss.why, loss.usd) == (Waste.FAILED, Decimal("0.0125"))


def test_what_is_being_made_already_need_not_fit_into_the_budget_again(shop: Shop) -> None:
    shop.project(clip("a", providerOptions={"latency": 60}))
    budget(shop, "0.03")
    first = shop.start(Wishes(Purpose.PREVIEW))
    shop.step(first.clips[0])
    assert spent(shop) == "0.025"
    second = shop.start(Wishes(Purpose.FINAL))
    shop.clock.turn(61)
    for started in (first, second):
        for job in started.clips:
            assert shop.work(job).state is JobState.COMPLETED
    assert (shop.paid, spent(shop)) == (1, "0.025")


def test_what_nobody_knows_the_end_of_may_be_looked_at_in_a_full_budget(shop: Shop) -> None:
    shop.project(failing("a", "unknown", 1))
    budget(shop, "0.03")
    assert code(shop.work(shop.start(Wishes(Purpose.CLIPS)).clips[0])) == "outcome_unknown"
    assert code(shop.work(shop.retry("clip_a"))) == "consent_needed", "and not that there is no money"
    with pytest.raises(BudgetExceeded):
        shop.retry("clip_a", pay_again=True)
    assert shop.paid == 1


# --- cancelled -----------------------------------------------------------------------------------------


class Telling(Mock):
    """A vendor that can cancel: it counts how often, and stops (or does not)."""

    cancelled = 0
    stops = True

    def cancel(self, ticket: Ticket) -> None:
        assert ticket.task_id
        self.cancelled += 1

    def poll(self, shot: Shot, ticket: Ticket) -> PollAnswer:
        if self.cancelled and self.stops:
            return PollAnswer(PollState.FAILED, actual_usd=Decimal("0.02"))
        return super().poll(shot, ticket)


@pytest.fixture
def vendor(shop: Shop) -> Telling:
    vendor = Telling(shop.clock, folder=shop.folder / "mock", billable=True)
    shop.providers["mock"] = vendor
    return vendor


def in_flight(shop: Shop) -> Job:
    shop.project(clip("a", providerOptions={"latency": 60}))
    job = shop.start(Wishes(Purpose.CLIPS)).clips[0]
    assert isinstance(shop.step(job), Waiting)
    return job


@pytest.mark.parametrize("how", ["cancel", "delete"])
def test_the_vendor_is_told_once_and_its_charge_kept(shop: Shop, vendor: Telling, how: str) -> None:
    job = in_flight(shop)
    if how == "cancel":
        shop.architect.cancel(job.job_id)
    else:
        shop.architect.delete(PROJECT)
    for _ in range(3):
        shop.withdrawal.sweep("s")
        shop.clock.turn(6)
    assert vendor.cancelled == 1
    (row,) = shop.attempts()
    assert (row.state, row.error_code, row.actual_usd) == ("failed", "cancelled", Decimal("0.02"))
    (loss,) = shop.database.books.losses(ALL, None, 10)
    assert (loss.why, loss.usd) == (Waste.CANCELLED, Decimal("0.02"))


def test_what_comes_all_the_same_is_kept_and_shown_nowhere(shop: Shop, vendor: Telling) -> None:
    vendor.stops = False
    job = in_flight(shop)
    shop.architect.cancel(job.job_id)
    shop.withdrawal.sweep("s")
    assert shop.states() == ["submitted"]
    shop.clock.turn(61)
    shop.withdrawal.sweep("s")
    assert (shop.states(), vendor.cancelled) == (["done"], 1)
    row = shop.row("clip_a")
    assert (row.status, row.source_file) == (ClipStatus.PENDING, None)
    assert shop.database.books.losses(ALL, None, 10)[0].why is Waste.CANCELLED
    assert shop.work(shop.retry("clip_a")).state is JobState.COMPLETED
    assert shop.paid == 1
    assert shop.database.books.losses(ALL, None, 10) == [], "it bought something after all"


def test_whoever_wants_it_again_waits_for_the_cancelled_one(shop: Shop, vendor: Telling) -> None:
    vendor.stops = False
    shop.architect.cancel(in_flight(shop).job_id)
    shop.withdrawal.sweep("s")
    again = shop.retry("clip_a")
    assert isinstance(shop.step(again), Waiting)
    assert shop.states() == ["submitted"]
    shop.clock.turn(61)
    shop.withdrawal.sweep("s")
    assert shop.work(again).state is JobState.COMPLETED
    assert shop.paid == 1


def test_whoever_wants_it_after_it_was_cancelled_has_it_made_anew(shop: Shop, vendor: Telling) -> None:
    shop.architect.cancel(in_flight(shop).job_id)
    shop.withdrawal.sweep("s")
    vendor.cancelled = 0
    assert shop.work(shop.retry("clip_a")).state is JobState.COMPLETED
    assert (shop.states(), shop.paid) == (["failed", "done"], 2)


def test_a_clip_that_another_project_waits_for_is_not_cancelled(shop: Shop, vendor: Telling) -> None:
    job = in_flight(shop)
    name = shop.project(clip("b", providerOptions={"latency": 60}), project_id="proj_other")
    other = shop.start(Wishes(Purpose.CLIPS), name).clips[0]
    shop.architect.cancel(job.job_id)
    assert (shop.withdrawal.sweep("s"), vendor.cancelled) == (0, 0)
    shop.clock.turn(61)
    assert shop.work(other).state is JobState.COMPLETED
    assert shop.paid == 1


def test_a_worker_that_dies_over_a_cancellation_does_not_have_it_sent_twice(
    shop: Shop, vendor: Telling
) -> None:
    shop.architect.cancel(in_flight(shop).job_id)
    (row,) = shop.database.ledger.withdraw("dies", LEASE, 10)
    assert row.withdrawn_at is not None
    shop.clock.turn(LEASE + 61)
    shop.withdrawal.sweep("s")
    assert (vendor.cancelled, shop.states()) == (0, ["done"]), "it was never sent, and what came was paid"


def test_a_request_nobody_heard_the_answer_of_stays_unknown(shop: Shop, vendor: Telling) -> None:
    shop.project(clip("a"))
    job = shop.start(Wishes(Purpose.CLIPS)).clips[0]
    assert job.shot is not None
    row = shop.database.ledger.take(job.shot.key, job, "dies", LEASE, price=Decimal("0.025"))
    assert row is not None
    shop.database.ledger.sending(row, LEASE)
    shop.architect.cancel(job.job_id)
    shop.clock.turn(LEASE + 1)
    shop.withdrawal.sweep("s")
    assert (shop.states(), vendor.cancelled) == (["unknown"], 0)
    assert spent(shop) == "0.025"


def test_a_request_that_was_never_sent_owes_nothing(shop: Shop, vendor: Telling) -> None:
    shop.project(clip("a"))
    job = shop.start(Wishes(Purpose.CLIPS)).clips[0]
    assert job.shot is not None
    assert shop.database.ledger.take(job.shot.key, job, "dies", LEASE, price=Decimal("0.025"))
    shop.architect.cancel(job.job_id)
    shop.clock.turn(LEASE + 1)
    shop.withdrawal.sweep("s")
    assert (shop.states(), vendor.cancelled) == (["failed"], 0)
    assert spent(shop) == "0.000"


def test_what_is_free_is_simply_dropped(shop: Shop) -> None:
    shop.project(clip("a", "pan left", provider="camera"))
    job = shop.start(Wishes(Purpose.CLIPS)).clips[0]
    assert job.shot is not None
    assert shop.database.ledger.take(job.shot.key, job, "dies", 1)
    shop.architect.cancel(job.job_id)
    shop.clock.turn(2)
    shop.withdrawal.sweep("s")
    assert [row.error_code for row in shop.attempts()] == ["cancelled"]


# --- a real vendor's protocol --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    target = tmp_path_factory.mktemp("film") / "film.mp4"
    shot = Shot("mock", "mock", "1", "a card", "", None, 48, Rate(24), 96, 54)
    Mock(Hands()).collect(shot, None, Ticket("t", {"readyAt": ""}), target, Watching())
    return target.read_bytes()


@pytest.fixture
def double(shop: Shop, film: bytes) -> Iterator[runway.Runway]:
    with runway.Runway(film) as double:
        account = Account("RUNWAYML_API_SECRET", KEY, double.address, 5.0, {"gen4_turbo": Decimal("0.05")})
        shop.providers["runway"] = Runway(account)
        yield double


def test_runway_bills_what_ran_although_it_was_cancelled(shop: Shop, double: runway.Runway) -> None:
    """It knows nothing of a deleted task any more, so what it said before is all there is."""
    double.life = ("RUNNING",)
    shop.project(clip("a", "waves", provider="runway:gen4_turbo"))
    job = shop.start(Wishes(Purpose.CLIPS)).clips[0]
    assert isinstance(shop.step(job), Waiting)
    shop.architect.cancel(job.job_id)
    shop.withdrawal.sweep("s")
    assert double.cancelled == ["00000000-0000-4000-8000-000000000001"]
    (row,) = shop.attempts()
    assert (row.state, row.error_code, row.estimated_usd) == ("failed", "cancelled", Decimal("0.10"))
    assert "deleted the order" in (row.error_message or "")
    assert spent(shop) == "0.100"
    again = shop.retry("clip_a")
    double.life = ("SUCCEEDED",)
    assert shop.work(again, most=5).state is JobState.COMPLETED, "and nobody waits for it"


def test_what_was_made_before_it_was_cancelled_is_not_deleted_there(
    shop: Shop, double: runway.Runway
) -> None:
    double.life = ("RUNNING", "SUCCEEDED")
    shop.project(clip("a", "waves", provider="runway:gen4_turbo"))
    job = shop.start(Wishes(Purpose.CLIPS)).clips[0]
    assert isinstance(shop.step(job), Waiting)
    shop.architect.cancel(job.job_id)
    shop.withdrawal.sweep("s")
    assert (double.cancelled, shop.states()) == ([], ["done"])
    assert shop.work(shop.retry("clip_a")).state is JobState.COMPLETED
    assert sum(double.bills.values()) == 1


def refused_at_a_look(shop: Shop, double: runway.Runway) -> None:
    """An order whose job ended because the key was refused, and which nobody has retried since."""
    double.refuse("poll", 401)
    shop.project(clip("a", "waves", provider="runway:gen4_turbo"))
    assert code(shop.work(shop.start(Wishes(Purpose.CLIPS)).clips[0])) == "key_refused"
    assert (shop.withdrawal.sweep("s"), shop.states()) == (0, ["submitted"])
    shop.clock.turn(GIVE_UP + 1)


def test_what_nobody_retries_is_brought_in_all_the_same(shop: Shop, double: runway.Runway) -> None:
    double.life = ("SUCCEEDED",)
    refused_at_a_look(shop, double)
    shop.withdrawal.sweep("s")
    assert (double.cancelled, shop.states()) == ([], ["done"])
    assert shop.work(shop.retry("clip_a")).state is JobState.COMPLETED
    assert sum(double.bills.values()) == 1


@pytest.mark.parametrize("deaf", [False, True])
def test_what_nobody_retries_keeps_its_place_no_longer(shop: Shop, double: runway.Runway, deaf: bool) -> None:
    double.life = ("RUNNING",)
    refused_at_a_look(shop, double)
    if deaf:
        double.refuse("poll", 401)
    shop.withdrawal.sweep("s")
    (row,) = shop.attempts()
    assert (row.state, row.error_code, len(double.cancelled)) == ("unknown", "gave_up", 1)
    assert not shop.database.admission.running([row.cache_key])


def test_an_order_that_is_not_known_yet_is_asked_for_again(shop: Shop, double: runway.Runway) -> None:
    """A vendor's list may be behind its own answers; nobody told this one to stop."""
    double.refuse("poll", 404)
    shop.project(clip("a", "waves", provider="runway:gen4_turbo"))
    job = shop.start(Wishes(Purpose.CLIPS)).clips[0]
    assert isinstance(shop.step(job), Waiting)
    assert shop.states() == ["submitted"]
    assert shop.work(job).state is JobState.COMPLETED


def test_runways_own_price_of_a_failure_is_settled(shop: Shop, double: runway.Runway) -> None:
    double.life = ("FAILED:INTERNAL.BAD_OUTPUT.CODE01",)
    double.fail("poll", Fault("reset"))
    shop.project(clip("a", "waves", provider="runway:gen4_turbo"))
    assert isinstance(shop.step(job := shop.start(Wishes(Purpose.CLIPS)).clips[0]), Waiting)
    shop.clock.turn(6)
    assert isinstance(shop.step(job, heart=Heart()), Finished)
    (row,) = shop.attempts()
    assert (row.estimated_usd, row.actual_usd) == (Decimal("0.10"), Decimal("0.10"))
