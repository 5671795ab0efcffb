"""Motion: every arrow of the ledger, every death between two of them, and never two bills for one clip."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from jynco.adapters.providers.mock import Mock
from jynco.agents.motion import Motion
from jynco.agents.steps import Finished, Refused, Waiting
from jynco.errors import Cancelled, KeyRefused, LeaseLost, ServiceAway
from jynco.model.jobs import Job
from jynco.model.motion import PollAnswer, Shot, Ticket
from jynco.model.plan import Wishes
from jynco.model.states import ClipStatus, GenerationState, JobState, Purpose
from jynco.model.storyboard import Json
from jynco.ports import brink
from tests.unit.agents_kit import GIVE_UP, LEASE, PROJECT, Heart, Killed, Mortal, Shop, clip, code, failing

BRIEF: Final = 0.03  # seconds, of a lease that is slept over


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def asked(shop: Shop, wanted: dict[str, Json], project_id: str = PROJECT) -> Job:
    """A job for the one clip of a project."""
    name = shop.project(wanted, project_id=project_id)
    return shop.start(Wishes(Purpose.CLIPS), name).clips[0]


# --- the straight way ---------------------------------------------------------------------------------


def test_a_clip_is_made_and_paid_once(shop: Shop) -> None:
    job = shop.work(asked(shop, clip("a")))
    assert job.state is JobState.COMPLETED
    row = shop.row("clip_a")
    assert (row.status, row.cache_hit, str(row.cost_usd)) == (ClipStatus.COMPLETED, False, "0.025")
    assert row.source_file is not None
    assert shop.quartermaster.film(shop.quartermaster.file(job.project_id, row.source_file)).frames == 5
    assert (shop.states(), shop.paid) == (["done"], 1)


def test_what_is_there_is_not_made_again(shop: Shop) -> None:
    shop.work(asked(shop, clip("a")))
    again = shop.work(asked(shop, clip("b"), project_id="proj_other"))
    assert again.state is JobState.COMPLETED
    assert shop.row("clip_b", again.project_id).cache_hit
    assert (shop.states(again.project_id), shop.paid) == ([], 1)


def test_nobody_waits_while_the_vendor_works(shop: Shop) -> None:
    job = asked(shop, clip("a", providerOptions={"latency": 60}))
    assert isinstance(shop.step(job), Waiting)
    shop.clock.turn(5)
    assert isinstance(shop.step(job, "w2"), Waiting), "the attempt was released, so another worker can look"
    assert shop.states() == ["submitted"]
    shop.clock.turn(60)
    assert isinstance(shop.step(job, "w3"), Finished)
    assert shop.paid == 1


def test_a_free_provider_films_what_was_planned(shop: Shop) -> None:
    job = shop.work(asked(shop, clip("a", "pan left", provider="camera")))
    assert job.state is JobState.COMPLETED
    assert shop.row("clip_a").provider == "camera"


# --- refusals and failures ----------------------------------------------------------------------------


def test_a_refused_submit_is_tried_again_and_counted(shop: Shop) -> None:
    job = asked(shop, failing("a", "not_accepted", 3))
    assert [isinstance(shop.step(job), Refused) for _ in range(3)] == [True] * 3
    assert shop.job(job).attempts == 3
    assert isinstance(shop.step(job), Finished)
    assert shop.states() == ["failed", "failed", "failed", "done"]
    assert shop.paid == 1


@pytest.mark.parametrize(
    ("fail", "ends", "bills"),
    [
        ("moderated", "moderated", 0),
        ("rejected", "request_rejected", 0),
        ("no_credit", "no_credit", 0),
        ("key", "key_refused", 0),
        ("generation", "generation_failed", 1),
        ("quality", "quality", 1),
        ("unknown", "outcome_unknown", 1),
    ],
)
def test_a_failure_ends_the_job_with_its_reason(shop: Shop, fail: str, ends: str, bills: int) -> None:
    job = shop.work(asked(shop, failing("a", fail)))
    assert (job.state, code(job)) == (JobState.FAILED, ends)
    assert shop.row("clip_a").status is ClipStatus.FAILED
    assert shop.row("clip_a").error_message
    assert shop.states() == ["unknown" if fail == "unknown" else "failed"]
    assert shop.paid == bills


def test_an_unknown_outcome_is_paid_again_with_consent_only_and_only_once(shop: Shop) -> None:
    shop.work(asked(shop, failing("a", "unknown", 1)))
    assert code(shop.work(shop.retry("clip_a"))) == "consent_needed"
    assert shop.paid == 1
    assert shop.work(shop.retry("clip_a", pay_again=True)).state is JobState.COMPLETED
    assert (shop.states(), shop.paid) == (["unknown", "done"], 2)
    assert shop.work(shop.retry("clip_a", pay_again=True)).state is JobState.COMPLETED
    assert shop.paid == 2


def test_consent_is_not_for_what_the_same_job_leaves_unknown(shop: Shop) -> None:
    shop.work(asked(shop, failing("a", "unknown", 2)))
    job = shop.retry("clip_a", pay_again=True)
    with pytest.raises(Killed):
        shop.step(job, ledger=Mortal(shop.database.ledger, after="unknown"))
    shop.clock.turn(2 * LEASE)
    assert code(shop.work(job, "w2")) == "consent_needed"
    assert (shop.states(), shop.paid) == (["unknown", "unknown"], 2)


def test_a_picture_replaced_after_the_plan_is_not_filmed_under_the_old_key(shop: Shop) -> None:
    job = asked(shop, clip("a"))
    shop.picture("images/sea.png", "red")
    assert code(shop.work(job)) == "asset_refused"
    assert (shop.states(), shop.paid) == (["failed"], 0)
    again = shop.work(shop.retry("clip_a"))
    assert again.state is JobState.COMPLETED
    assert again.shot != job.shot


def test_a_picture_replaced_while_the_vendor_works_costs_nothing(shop: Shop) -> None:
    job = asked(shop, clip("a", providerOptions={"latency": 60}))
    shop.step(job)
    shop.picture("images/sea.png", "red")
    shop.clock.turn(61)
    assert shop.work(job).state is JobState.COMPLETED
    assert shop.paid == 1


def test_a_provider_that_is_not_here_is_said_so(shop: Shop) -> None:
    job = asked(shop, clip("a"))
    del shop.providers["mock"]
    ended = shop.work(job)
    assert code(ended) == "request_rejected"
    assert ended.failure is not None
    assert "choose one of camera" in ended.failure.message
    assert shop.states() == []


class Keyless(Mock):
    """A vendor that has forgotten our key."""

    def poll(self, shot: Shot, ticket: Ticket) -> PollAnswer:
        raise KeyRefused("The key ran out: set another one.")


def test_a_key_that_ran_out_does_not_lose_what_was_paid(shop: Shop) -> None:
    real = shop.providers["mock"]
    shop.providers["mock"] = Keyless(shop.clock, folder=shop.folder / "mock", billable=True)
    assert code(shop.work(asked(shop, clip("a")))) == "key_refused"
    assert shop.states() == ["submitted"]
    shop.providers["mock"] = real
    assert shop.work(shop.retry("clip_a")).state is JobState.COMPLETED
    assert (shop.states(), shop.paid) == (["done"], 1)


# --- giving up ----------------------------------------------------------------------------------------


class Counting(Mock):
    """Counts how often it is asked to cancel."""

    cancelled = 0

    def cancel(self, ticket: Ticket) -> None:
        self.cancelled += 1
        raise ServiceAway("Nobody listens.")


def given_up(shop: Shop) -> Counting:
    """A clip that takes an hour, and was given up after a quarter of one."""
    provider = Counting(shop.clock, folder=shop.folder / "mock", billable=True)
    shop.providers["mock"] = provider
    job = asked(shop, clip("a", providerOptions={"latency": 3600}))
    assert isinstance(shop.step(job), Waiting)
    shop.clock.turn(GIVE_UP + 1)
    assert code(shop.work(job)) == "gave_up"
    return provider


def test_giving_up_cancels_once_and_leaves_it_unknown(shop: Shop) -> None:
    provider = given_up(shop)
    assert provider.cancelled == 1
    assert (shop.states(), shop.paid) == (["unknown"], 1)


def test_what_was_given_up_on_is_looked_at_again_for_nothing(shop: Shop) -> None:
    given_up(shop)
    assert code(shop.work(shop.retry("clip_a"))) == "gave_up"
    shop.clock.turn(3600)
    assert shop.work(shop.retry("clip_a")).state is JobState.COMPLETED
    assert (shop.states(), shop.paid) == (["done"], 1)


def test_what_was_given_up_on_is_made_anew_with_consent(shop: Shop) -> None:
    given_up(shop)
    job = shop.retry("clip_a", pay_again=True)
    assert isinstance(shop.step(job), Waiting)
    assert (shop.states(), shop.paid) == (["unknown", "submitted"], 2)


def test_polls_that_fail_are_repeated_until_it_is_too_late(shop: Shop) -> None:
    job = asked(shop, failing("a", "poll"))
    assert isinstance(shop.step(job), Waiting)
    shop.clock.turn(GIVE_UP / 2)
    assert isinstance(shop.step(job), Waiting)
    shop.clock.turn(GIVE_UP / 2)
    assert code(shop.work(job)) == "gave_up"
    assert shop.job(job).attempts == 0
    assert shop.paid == 1


# --- deaths -------------------------------------------------------------------------------------------

DEATHS = {
    "before it says that it sends": ({"before": "sent"}, None, 1),
    "before the request": ({"after": "sent"}, "outcome_unknown", 0),
    "after the request": ({"before": "submitted"}, "outcome_unknown", 1),
    "with the number": ({"after": "submitted"}, None, 1),
    "before it is written that it was made": ({"before": "succeeded"}, None, 1),
    "before the download": ({"after": "succeeded"}, None, 1),
    "after the download": ({"before": "done"}, None, 1),
    "before the job's end": ({"after": "done"}, None, 1),
}


@pytest.mark.parametrize("moment", DEATHS)
def test_a_worker_that_dies_never_costs_a_second_bill(shop: Shop, moment: str) -> None:
    when, ends, bills = DEATHS[moment]
    job = asked(shop, clip("a"))
    with pytest.raises(Killed):
        shop.step(job, ledger=Mortal(shop.database.ledger, **when))
    shop.clock.turn(2 * LEASE)
    ended = shop.work(job, "w2")
    assert code(ended) == ends
    assert shop.paid == bills
    row = shop.row("clip_a")
    if ends is None:
        assert (row.cache_hit, str(row.cost_usd)) == (False, "0.025"), "what was paid is told"
        assert shop.states() == (["failed", "done"] if when == {"before": "sent"} else ["done"])
    else:
        assert code(shop.work(shop.retry("clip_a"))) == "consent_needed"
        assert shop.paid == bills


@pytest.mark.parametrize("moment", DEATHS)
def test_a_free_clip_is_made_whenever_its_worker_died(shop: Shop, moment: str) -> None:
    job = asked(shop, clip("a", provider="camera"))
    with pytest.raises(Killed):
        shop.step(job, ledger=Mortal(shop.database.ledger, **DEATHS[moment][0]))
    shop.clock.turn(2 * LEASE)
    assert shop.work(job, "w2").state is JobState.COMPLETED
    assert shop.states()[-1] == "done"


@pytest.mark.parametrize("fail", ["generation", "quality", "moderated"])
def test_a_failure_that_nobody_heard_of_is_not_paid_again(shop: Shop, fail: str) -> None:
    job = asked(shop, failing("a", fail))
    with pytest.raises(Killed):
        shop.step(job, ledger=Mortal(shop.database.ledger, after="failed"))
    shop.clock.turn(2 * LEASE)
    ended = shop.work(job, "w2")
    assert ended.state is JobState.FAILED
    assert (shop.states(), shop.paid) == (["failed"], 0 if fail == "moderated" else 1)


def test_a_refusal_that_nobody_heard_of_is_tried_again(shop: Shop) -> None:
    job = asked(shop, failing("a", "not_accepted", 1))
    with pytest.raises(Killed):
        shop.step(job, ledger=Mortal(shop.database.ledger, after="failed"))
    shop.clock.turn(2 * LEASE)
    assert shop.work(job, "w2").state is JobState.COMPLETED
    assert shop.paid == 1


def test_a_worker_that_is_sent_away_before_the_request_leaves_nothing_unknown(shop: Shop) -> None:
    job = asked(shop, clip("a"))
    claim = shop.claim(job)
    looks = iter([None, ServiceAway("This worker is ending.")])

    def goes() -> None:
        fault = next(looks)
        if fault is not None:
            raise fault

    with pytest.raises(ServiceAway):
        shop.motion().advance(claim, Heart(goes))
    shop.database.jobs.park(claim, 0)
    assert shop.work(job, "w2").state is JobState.COMPLETED
    assert (shop.states(), shop.paid) == (["failed", "done"], 1)


def test_a_worker_that_is_sent_away_while_it_fetches_hands_its_attempt_back(shop: Shop) -> None:
    job = asked(shop, clip("a"))
    claim = shop.claim(job)

    def goes() -> None:
        if shop.states() == ["succeeded"]:
            raise Cancelled("Somebody cancelled it.")

    with pytest.raises(Cancelled):
        shop.motion().advance(claim, Heart(goes))
    shop.database.jobs.park(claim, 0)
    assert isinstance(shop.step(job, "w2"), Finished), "the lease need not run out first"
    assert shop.paid == 1


# --- two at once --------------------------------------------------------------------------------------


def test_a_sleeper_that_wakes_after_its_lease_asks_for_nothing(shop: Shop) -> None:
    job = asked(shop, clip("a"))
    looks = iter(range(9))

    def sleeps() -> None:
        if next(looks) == 1:  # the look right before it says that it sends
            shop.clock.turn(2 * LEASE)
            assert shop.work(job, "w2").state is JobState.COMPLETED

    with pytest.raises(LeaseLost):
        shop.motion().advance(shop.claim(job), Heart(sleeps))
    assert (shop.states(), shop.paid) == (["failed", "done"], 1)
    assert "nothing was sent" in (shop.attempts()[0].error_message or "")


class Dozing(Mock):
    """A vendor to whom the line opens only after others have given the request up."""

    def __init__(self, shop: Shop, meanwhile: Callable[[], object]) -> None:
        super().__init__(shop.clock, folder=shop.folder / "mock", billable=True)
        self._meanwhile = meanwhile

    def submit(self, shot: Shot, image: Path | None) -> Ticket:
        time.sleep(BRIEF)
        self._meanwhile()
        brink.look()
        return super().submit(shot, image)


def test_a_sleeper_that_wakes_while_its_line_opens_sends_nothing(shop: Shop) -> None:
    job = asked(shop, clip("a"))
    claim = shop.claim(job)

    def overtaken() -> None:
        shop.clock.turn(2 * LEASE)
        assert shop.work(job, "w2").state is JobState.FAILED, "nobody knows whether it was sent"

    shop.providers["mock"] = Dozing(shop, overtaken)
    impatient = Motion(
        shop.database.ledger,
        shop.quartermaster,
        shop.providers,
        shop.clock,
        shop.database.jobs,
        shop.database.admission,
        lease=BRIEF,
        give_up=60,
        rules=shop.rules,
    )
    with pytest.raises(LeaseLost):
        impatient.advance(claim, Heart())
    assert (shop.states(), shop.paid) == (["unknown"], 0)


class Slow(Mock):
    """A vendor whose answer takes so long that others give the request up."""

    def __init__(self, shop: Shop) -> None:
        super().__init__(shop.clock, folder=shop.folder / "mock", billable=True)
        self._shop = shop
        self.job: Job | None = None

    def submit(self, shot: Shot, image: Path | None) -> Ticket:
        ticket = super().submit(shot, image)
        if self.job is not None:
            job, self.job = self.job, None
            self._shop.clock.turn(2 * LEASE)
            assert code(self._shop.work(job, "w2")) == "outcome_unknown"
        return ticket


def test_an_answer_that_comes_late_is_kept_for_the_next_job(shop: Shop) -> None:
    slow = shop.providers["mock"] = Slow(shop)
    job = slow.job = asked(shop, clip("a"))
    with pytest.raises(LeaseLost):
        shop.motion().advance(shop.claim(job), Heart())
    assert shop.states() == ["submitted"]
    assert shop.work(shop.retry("clip_a")).state is JobState.COMPLETED
    assert shop.paid == 1


def test_who_comes_second_waits_for_the_first_one(shop: Shop) -> None:
    first = asked(shop, clip("a", providerOptions={"latency": 20}))
    second = asked(shop, clip("b", providerOptions={"latency": 20}), project_id="proj_other")
    assert first.shot is not None
    taken = shop.database.ledger.take(first.shot.key, first, "w1", LEASE)
    assert taken is not None
    assert isinstance(shop.step(second, "w2"), Waiting)
    shop.database.ledger.advance(taken, GenerationState.FAILED)
    assert isinstance(shop.step(second, "w2"), Waiting)
    shop.clock.turn(21)
    assert shop.work(first).state is JobState.COMPLETED
    assert shop.work(second, "w2").state is JobState.COMPLETED
    assert shop.paid == 1


def test_two_projects_that_wait_for_one_clip_pay_once_for_its_failure(shop: Shop) -> None:
    first = asked(shop, failing("a", "generation"))
    second = asked(shop, failing("b", "generation"), project_id="proj_other")
    assert [code(shop.work(job)) for job in (first, second)] == ["generation_failed"] * 2
    assert shop.paid == 1
    assert code(shop.work(shop.retry("clip_a"))) == "generation_failed"
    assert shop.paid == 2, "whoever asks after the failure asks anew"


def test_what_another_made_between_look_and_row_is_used(shop: Shop) -> None:
    first = asked(shop, clip("a"))
    second = asked(shop, clip("b"), project_id="proj_other")
    looks = iter(range(9))

    def overtakes() -> None:
        if next(looks) == 0:  # after the look at the shelf
            shop.work(first, "w1")

    step = shop.motion().advance(shop.claim(second, "w2"), Heart(overtakes))
    assert isinstance(step, Finished)
    assert step.outcome.cache_hit
    assert shop.paid == 1
    assert [row.error_code for row in shop.attempts(second.project_id)] == ["made_meanwhile"]


@pytest.mark.parametrize("seed", range(12))
def test_no_order_of_steps_and_deaths_brings_a_second_bill(shop: Shop, seed: int) -> None:
    dice = random.Random(seed)
    jobs = [
        asked(shop, clip("a", providerOptions={"latency": 8}), project_id=f"proj_{number}")
        for number in range(3)
    ]
    for _ in range(60):
        open_jobs = [job for job in jobs if not shop.job(job).state.terminal]
        if not open_jobs:
            break
        job = dice.choice(open_jobs)
        moment = dice.choice(["", "", "", *("submitted", "succeeded", "done")])
        after = dice.random() < 0.5
        dying = {"after" if after else "before": moment}
        try:
            shop.step(job, f"w{dice.randrange(4)}", ledger=Mortal(shop.database.ledger, **dying))
        except Killed:
            shop.clock.turn(2 * LEASE)
        shop.clock.turn(dice.choice([0.1, 3, 9]))
    assert all(shop.job(job).state.terminal for job in jobs)
    assert shop.paid == 1
    assert all(code(shop.job(job)) in {None, "outcome_unknown", "consent_needed"} for job in jobs)
