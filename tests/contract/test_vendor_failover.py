"""When one vendor does not make a clip, the next one does: never in doubt, never twice, whoever dies in between."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from jynco.adapters.providers.mock import Mock
from jynco.agents.steps import Waiting
from jynco.model.admission import Breaker, Limits, Rules
from jynco.model.ids import ProjectId
from jynco.model.jobs import Job
from jynco.model.motion import Shot, Ticket
from jynco.model.plan import Action, Wishes
from jynco.model.states import JobState, Purpose
from jynco.model.storyboard import Json
from jynco.model.time import Rate
from tests.contract.vendors import CASES, Watching
from tests.doubles.vendor import Fault, Reply, Vendor
from tests.unit.agents_kit import LEASE, PROJECT, Hands, Killed, Mortal, Shop, clip, code

RUNWAY, LUMA = (next(case for case in CASES if case.name == name) for name in ("runway", "luma"))
BUSY = Fault("reply", Reply(429, {"error": "slow down"}))


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A real film, as long as the longest of these clips."""
    target = tmp_path_factory.mktemp("film") / "film.mp4"
    shot = Shot("mock", "mock", "1", "a card", "", None, 120, Rate(24), 96, 54)
    Mock(Hands()).collect(shot, None, _ticket(), target, Watching())
    return target.read_bytes()


def _ticket() -> Ticket:
    return Ticket("t", {"readyAt": ""})


@pytest.fixture
def runway(film: bytes) -> Iterator[Vendor]:
    with RUNWAY.double(film) as vendor:
        yield vendor


@pytest.fixture
def luma(film: bytes) -> Iterator[Vendor]:
    with LUMA.double(film) as vendor:
        yield vendor


@pytest.fixture
def shop(runway: Vendor, luma: Vendor, tmp_path: Path) -> Shop:
    shop = Shop(tmp_path, lineup=("runway:gen4_turbo", "luma:ray-3.2"))
    shop.providers |= {"runway": RUNWAY.at(runway), "luma": LUMA.at(luma)}
    return shop


def asked(shop: Shop, name: str = "a", project_id: str = PROJECT, **fields: Json) -> Job:
    wanted = clip(name, "the waves roll in", **fields)
    return shop.start(Wishes(Purpose.CLIPS), shop.project(wanted, project_id=project_id)).clips[0]


def paid(*vendors: Vendor) -> tuple[int, ...]:
    return tuple(sum(vendor.bills.values()) for vendor in vendors)


def makers(shop: Shop, project_id: str = PROJECT) -> list[tuple[str, str]]:
    return [(row.provider, str(row.state)) for row in shop.attempts(ProjectId(project_id))]


# --- who gives way, and when --------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 422])
def test_a_refusal_is_no_end_while_there_is_another(
    shop: Shop, runway: Vendor, luma: Vendor, status: int
) -> None:
    runway.refuse("submit", status)
    job = shop.work(asked(shop))
    assert job.state is JobState.COMPLETED
    assert makers(shop) == [("runway", "failed"), ("luma", "done")]
    assert paid(runway, luma) == (0, 1)
    row = shop.row("clip_a")
    assert (row.provider, row.model) == ("luma", "ray-3.2")
    assert job.shot is not None
    assert (row.cache_key, job.shot.provider) == (job.shot.key, "luma")


def test_who_is_busy_is_asked_four_times_first(shop: Shop, runway: Vendor, luma: Vendor) -> None:
    runway.fail("submit", *[BUSY] * 10)
    shop.rules = replace(shop.rules, breaker=Breaker(failures=99))
    job = shop.work(asked(shop))
    assert (job.state, runway.seen["submit"], luma.seen["submit"]) == (JobState.COMPLETED, 4, 1)
    assert [(remark.provider, remark.code, remark.refusals) for remark in job.said] == [
        ("runway", "not_accepted", 3)
    ]


def test_each_of_them_has_its_own_tries(shop: Shop, runway: Vendor, luma: Vendor) -> None:
    shop.rules = replace(shop.rules, breaker=Breaker(failures=99))
    runway.fail("submit", *[BUSY] * 10)
    luma.fail("submit", *[BUSY] * 3)
    job = shop.work(asked(shop))
    assert (job.state, runway.seen["submit"], luma.seen["submit"]) == (JobState.COMPLETED, 4, 4)


def test_a_generation_that_failed_is_made_by_another(shop: Shop, runway: Vendor, luma: Vendor) -> None:
    runway.life = (RUNWAY.running, RUNWAY.failed)
    assert shop.work(asked(shop)).state is JobState.COMPLETED
    assert makers(shop) == [("runway", "failed"), ("luma", "done")]


@pytest.mark.parametrize("fault", ["reset_after", "garbled_after"])
def test_nobody_takes_over_while_it_is_unknown_whether_it_was_made(
    shop: Shop, runway: Vendor, luma: Vendor, fault: str
) -> None:
    runway.fail("submit", Fault(fault))
    assert code(shop.work(asked(shop))) == "outcome_unknown"
    assert code(shop.work(shop.retry("clip_a"))) == "consent_needed"
    assert paid(runway, luma) == (1, 0)


def test_what_is_unknown_of_an_understudy_is_not_made_by_the_first(
    shop: Shop, runway: Vendor, luma: Vendor
) -> None:
    runway.refuse("submit", 402)
    luma.fail("submit", Fault("reset_after"))
    ended = shop.work(asked(shop))
    assert code(ended) == "outcome_unknown"
    assert ended.failure is not None
    assert "runway:gen4_turbo: " in ended.failure.message
    assert code(shop.work(shop.retry("clip_a"))) == "consent_needed"
    assert paid(runway, luma) == (0, 1)
    assert shop.work(shop.retry("clip_a", pay_again=True)).state is JobState.COMPLETED
    assert paid(runway, luma) == (1, 1)


def test_what_an_understudy_did_not_deliver_in_time_is_looked_at_once_more(
    shop: Shop, runway: Vendor, luma: Vendor
) -> None:
    runway.refuse("submit", 402)
    luma.life = (LUMA.running,)
    assert code(shop.work(asked(shop))) == "gave_up"
    for task in luma.tasks.values():
        task.states = deque([LUMA.done])
    assert shop.work(shop.retry("clip_a")).state is JobState.COMPLETED
    assert paid(runway, luma) == (0, 1)


@pytest.mark.parametrize("allowed", [False, True])
def test_what_safety_refused_is_asked_of_another_only_where_that_is_allowed(
    shop: Shop, runway: Vendor, luma: Vendor, allowed: bool
) -> None:
    shop.rules = Rules(failover_moderated=allowed)
    runway.life = (RUNWAY.moderated,)
    job = shop.work(asked(shop))
    assert (job.state is JobState.COMPLETED, luma.seen["submit"]) == (allowed, int(allowed))
    assert allowed or code(job) == "moderated"


def test_a_request_may_allow_it_for_itself(shop: Shop, runway: Vendor, luma: Vendor) -> None:
    runway.life = (RUNWAY.moderated,)
    assert code(shop.work(asked(shop))) == "moderated"
    allowed = Wishes(Purpose.CLIPS, failover_moderated=True)
    assert shop.work(shop.start(allowed).clips[0]).state is JobState.COMPLETED
    assert paid(runway, luma) == (2, 1)


def test_a_retry_may_allow_it(shop: Shop, runway: Vendor, luma: Vendor) -> None:
    runway.life = (RUNWAY.moderated,)
    assert code(shop.work(asked(shop))) == "moderated"
    assert code(shop.work(shop.retry("clip_a"))) == "moderated"
    assert shop.work(shop.retry("clip_a", failover_moderated=True)).state is JobState.COMPLETED
    assert luma.seen["submit"] == 1


def test_what_one_request_allows_is_not_allowed_to_another_that_runs(shop: Shop, runway: Vendor) -> None:
    runway.life = (RUNWAY.running,)
    first = asked(shop)
    again = shop.start(Wishes(Purpose.CLIPS, failover_moderated=True))
    assert (again.joined, again.clips[0].job_id == first.job_id) == (False, False)


def test_two_clips_that_come_to_the_same_understudy_are_one_bill(
    shop: Shop, runway: Vendor, luma: Vendor
) -> None:
    """Their first orders differ, and their understudy's does not."""
    runway.fail("submit", *[Fault("reply", Reply(402))] * 2)
    luma.life = (LUMA.running, LUMA.running, LUMA.done)
    lineups = ("runway:gen4_turbo,luma", "runway:gen4.5,luma")
    jobs = [asked(shop, f"c{n}", f"proj_{n}", provider=named) for n, named in enumerate(lineups)]
    assert jobs[0].shot != jobs[1].shot
    assert jobs[0].lineup[1] == jobs[1].lineup[1]
    while not all(shop.job(job).state.terminal for job in jobs):
        for number, job in enumerate(jobs):
            if not shop.job(job).state.terminal:
                shop.step(job, f"w{number}")
        shop.clock.turn(1)
    assert {shop.job(job).state for job in jobs} == {JobState.COMPLETED}
    assert paid(runway, luma) == (0, 1)


def test_who_waits_for_an_understudys_order_goes_on_with_it_when_its_job_is_cancelled(
    shop: Shop, runway: Vendor, luma: Vendor
) -> None:
    runway.fail("submit", *[Fault("reply", Reply(402))] * 2)
    luma.life = (LUMA.running,)
    lineups = ("runway:gen4_turbo,luma", "runway:gen4.5,luma")
    first, second = [asked(shop, f"c{n}", f"proj_{n}", provider=named) for n, named in enumerate(lineups)]
    shop.step(first), shop.step(first)
    shop.step(second, "w2"), shop.step(second, "w2")
    shop.architect.cancel(first.job_id)
    shop.withdrawal.sweep("w3")
    for task in luma.tasks.values():
        task.states.append(LUMA.done)
    assert shop.work(second, "w2").state is JobState.COMPLETED
    assert (paid(runway, luma), luma.cancelled) == ((0, 1), [])


def test_whoever_consents_to_pay_again_may_be_served_by_the_next(
    shop: Shop, runway: Vendor, luma: Vendor
) -> None:
    """What is unknown keeps everybody from ordering, and that is what the consent was given for."""
    runway.fail("submit", Fault("reset_after"), *[BUSY] * 4)
    assert code(shop.work(asked(shop))) == "outcome_unknown"
    assert shop.work(shop.retry("clip_a", pay_again=True)).state is JobState.COMPLETED
    assert shop.states() == ["unknown", *["failed"] * 4, "done"]
    assert paid(runway, luma) == (1, 1)


def test_what_was_delivered_and_is_no_good_is_paid_already(shop: Shop, runway: Vendor, luma: Vendor) -> None:
    runway.clip = runway.clip[: len(runway.clip) // 2]
    assert code(shop.work(asked(shop))) == "quality"
    assert paid(runway, luma) == (1, 0)


def test_the_end_says_what_each_of_them_said(shop: Shop, runway: Vendor, luma: Vendor) -> None:
    runway.refuse("submit", 400, {"error": "no such ratio"})
    luma.refuse("submit", 402, {"detail": "Insufficient credits"})
    job = shop.work(asked(shop))
    assert code(job) == "no_credit"
    words = shop.row("clip_a").error_message or ""
    assert words.index("runway:gen4_turbo: ") < words.index("no such ratio") < words.index("luma:ray-3.2: ")
    assert "no credit left" in words
    assert paid(runway, luma) == (0, 0)


def test_a_clip_that_names_its_provider_has_no_understudies_but_those_it_names(
    shop: Shop, runway: Vendor, luma: Vendor
) -> None:
    runway.refuse("submit", 400)
    assert code(shop.work(asked(shop, provider="runway:gen4_turbo"))) == "request_rejected"
    runway.refuse("submit", 400)
    both = asked(shop, "b", "proj_b", provider="runway:gen4_turbo, luma", seed=7)
    assert shop.work(both).state is JobState.COMPLETED
    assert luma.seen["submit"] == 1


# --- the plan, the cache and the receipt --------------------------------------------------------------


def test_who_cannot_do_it_is_skipped_with_the_reason(shop: Shop, runway: Vendor, luma: Vendor) -> None:
    job = asked(shop, sourceImage=None)  # gen4_turbo needs a picture
    planned = shop.plan(project_id=job.project_id).clips[0]
    assert planned.shot is not None
    assert planned.shot.provider == "luma"
    assert [remark.provider for remark in planned.skipped] == ["runway"]
    assert "needs a picture" in planned.skipped[0].message
    luma.refuse("submit", 422)
    ended = shop.work(job)
    assert ended.failure is not None
    assert "needs a picture" in ended.failure.message


def test_nobody_can_do_it_is_a_refused_plan(shop: Shop) -> None:
    planned = shop.plan(project_id=shop.project(clip("a", duration=60))).clips[0]
    assert planned.action is Action.FAILED
    assert planned.reason is not None
    assert "runway:gen4_turbo: " in planned.reason
    assert "luma:ray-3.2: " in planned.reason


def test_what_an_understudy_made_is_found_and_not_paid_again(
    shop: Shop, runway: Vendor, luma: Vendor
) -> None:
    runway.refuse("submit", 402)
    shop.work(asked(shop))
    planned = shop.plan(project_id=PROJECT).clips[0]
    assert planned.shot is not None
    assert (planned.action, planned.shot.provider) == (Action.CACHED, "luma")
    assert shop.work(asked(shop, "b", "proj_b")).state is JobState.COMPLETED
    assert paid(runway, luma) == (0, 1)


def test_the_film_and_its_receipt_have_the_understudys_clip(shop: Shop, runway: Vendor, luma: Vendor) -> None:
    runway.refuse("submit", 402)
    shop.project(clip("a", "the waves roll in"))
    rendered = shop.render(shop.start())
    assert rendered.failure is None
    assert rendered.receipt is not None
    (line,) = rendered.receipt.lines
    assert (line.provider, line.model, str(line.made)) == ("luma", "ray-3.2", "generated")


def test_a_second_request_joins_the_job_of_an_understudy(shop: Shop, runway: Vendor) -> None:
    runway.refuse("submit", 402)
    job = asked(shop)
    shop.step(job)
    again = shop.start(Wishes(Purpose.CLIPS), PROJECT)
    assert ([one.job_id for one in again.clips], again.joined) == ([job.job_id], True)


def test_another_project_waits_for_the_understudys_clip(shop: Shop, runway: Vendor, luma: Vendor) -> None:
    """It is being paid already; asking the first one again would be a second bill for the same clip."""
    runway.refuse("submit", 402)
    luma.life = (LUMA.running,)
    first, second = asked(shop), asked(shop, "b", "proj_b")
    for _ in range(3):
        shop.step(first)
    for _ in range(3):
        assert isinstance(shop.step(second, "w2"), Waiting)
    for task in luma.tasks.values():
        task.states.append(LUMA.done)
    assert shop.work(second, "w2").state is JobState.COMPLETED
    assert shop.work(first).state is JobState.COMPLETED
    assert paid(runway, luma) == (0, 1)


# --- whoever dies -------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", ["failed"])
def test_a_worker_that_dies_between_two_of_them_neither_pays_twice_nor_forgets(
    shop: Shop, runway: Vendor, luma: Vendor, after: str
) -> None:
    runway.refuse("submit", 402)
    job = asked(shop)
    with pytest.raises(Killed):
        shop.step(job, ledger=Mortal(shop.database.ledger, after=after))
    shop.clock.turn(LEASE + 1)
    assert shop.work(job, "w2").state is JobState.COMPLETED
    assert (paid(runway, luma), runway.seen["submit"]) == ((0, 1), 1)


@pytest.mark.parametrize("arrow", ["submitted", "succeeded", "done"])
def test_a_worker_that_dies_with_the_understudys_order_goes_on_with_it(
    shop: Shop, runway: Vendor, luma: Vendor, arrow: str
) -> None:
    runway.refuse("submit", 402)
    luma.life = (LUMA.done,)
    job = asked(shop)
    shop.step(job)
    with pytest.raises(Killed):
        shop.step(job, ledger=Mortal(shop.database.ledger, after=arrow))
    shop.clock.turn(LEASE + 1)
    assert shop.work(job, "w2").state is JobState.COMPLETED
    assert (paid(runway, luma), runway.seen["submit"]) == ((0, 1), 1)


# --- breakers, limits and pauses ----------------------------------------------------------------------


def test_while_one_keeps_failing_the_next_one_takes_over_without_asking_it(
    shop: Shop, runway: Vendor, luma: Vendor
) -> None:
    shop.rules = Rules(breaker=Breaker(failures=2, pause=600, longest=600))
    runway.fail("submit", *[Fault("reply", Reply(503))] * 50)
    jobs = [asked(shop, f"c{number}", f"proj_{number}", seed=number) for number in range(4)]
    for job in jobs:
        assert shop.work(job).state is JobState.COMPLETED
    assert (runway.seen["submit"], paid(runway, luma)) == (2, (0, 4))
    (said,) = shop.job(jobs[-1]).said
    assert "paused" in said.message
    assert "failed 2 times in a row" in said.message


def test_without_another_a_paused_one_is_waited_for_and_no_try_is_spent(shop: Shop, runway: Vendor) -> None:
    """Only refusals spend tries. Who never gets to ask ends after four pauses all the same."""
    shop.rules = Rules(breaker=Breaker(failures=2, pause=10, longest=60))
    runway.fail("submit", *[Fault("reply", Reply(503))] * 50)
    jobs = [asked(shop, f"c{number}", f"proj_{number}", seed=number, provider="runway") for number in (1, 2)]
    while not all(shop.job(job).state.terminal for job in jobs):
        for job in (job for job in jobs if not shop.job(job).state.terminal):
            shop.step(job)
        shop.clock.turn(2)
    assert [code(shop.job(job)) for job in jobs] == ["not_accepted"] * 2
    assert runway.seen["submit"] == sum(shop.job(job).attempts + 1 for job in jobs) - 1


def test_a_vendor_that_asks_for_patience_is_not_one_that_fails(shop: Shop, runway: Vendor) -> None:
    """Each clip is asked for four times, however many of them are refused."""
    shop.rules = Rules(breaker=Breaker(failures=2, pause=600, longest=600))
    runway.fail("submit", *[BUSY] * 50)
    for number in range(3):
        job = asked(shop, f"c{number}", f"proj_{number}", seed=number, provider="runway")
        assert code(shop.work(job)) == "not_accepted"
        assert runway.seen["submit"] == 4 * (number + 1)


def test_a_provider_that_is_back_is_found_by_one_probe(shop: Shop, runway: Vendor) -> None:
    shop.rules = Rules(breaker=Breaker(failures=2, pause=10, longest=60))
    runway.fail("submit", *[Fault("reply", Reply(503))] * 2)
    job = asked(shop, provider="runway")
    shop.step(job), shop.step(job)
    shop.clock.turn(11)
    assert shop.work(job).state is JobState.COMPLETED
    assert shop.database.admission.report() == []


def test_who_has_no_room_waits_and_is_not_refused(shop: Shop, runway: Vendor, luma: Vendor) -> None:
    """Neither does the next one take over: it is waiting, not failing."""
    shop.rules = Rules(limits={"runway": Limits(concurrent=1)})
    runway.life = (RUNWAY.running,)
    first, second = asked(shop), asked(shop, "b", "proj_b", seed=2)
    shop.step(first)
    for _ in range(9):
        step = shop.step(second, "w2")
        assert isinstance(step, Waiting)
        assert step.seconds is not None
        shop.clock.turn(5)
    assert (shop.job(second).attempts, paid(runway, luma)) == (0, (1, 0))
    for task in runway.tasks.values():
        task.states.append(RUNWAY.done)
    assert shop.work(first).state is JobState.COMPLETED
    runway.life = None
    assert shop.work(second, "w2").state is JobState.COMPLETED
    assert paid(runway, luma) == (2, 0)


def test_what_people_hold_back_waits_and_what_was_ordered_goes_on(shop: Shop, runway: Vendor) -> None:
    runway.life = (RUNWAY.running,)
    first, second = asked(shop), asked(shop, "b", "proj_b", seed=2)
    shop.step(first)
    shop.database.admission.pause("provider:runway")
    assert isinstance(shop.step(second, "w2"), Waiting)
    for task in runway.tasks.values():
        task.states.append(RUNWAY.done)
    assert shop.work(first).state is JobState.COMPLETED
    assert paid(runway) == (1,)
    runway.life = None
    shop.database.admission.resume("provider:runway")
    assert shop.work(second, "w2").state is JobState.COMPLETED
