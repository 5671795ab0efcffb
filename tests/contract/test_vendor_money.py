"""A clip is paid once at every vendor: with the agents, the ledger and real files, whatever breaks and whoever dies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jynco.adapters.providers.mock import Mock
from jynco.agents.steps import Finished
from jynco.model.jobs import Job
from jynco.model.motion import Shot, Ticket
from jynco.model.plan import Wishes
from jynco.model.states import JobState, Purpose
from jynco.model.time import Rate
from tests.contract.vendors import CASES, Case, Watching
from tests.doubles.vendor import Fault, Reply, Vendor
from tests.unit.agents_kit import GIVE_UP, LEASE, PROJECT, Hands, Killed, Mortal, Shop, clip, code


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A real film, as long as the longest of these clips."""
    target = tmp_path_factory.mktemp("film") / "film.mp4"
    shot = Shot("mock", "mock", "1", "a card", "", None, 120, Rate(24), 96, 54)
    Mock(Hands()).collect(shot, None, Ticket("t", {"readyAt": ""}), target, Watching())
    return target.read_bytes()


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    found = request.param
    assert isinstance(found, Case)
    return found


@pytest.fixture
def vendor(case: Case, film: bytes) -> Iterator[Vendor]:
    with case.double(film) as vendor:
        yield vendor


@pytest.fixture
def shop(case: Case, vendor: Vendor, tmp_path: Path) -> Shop:
    shop = Shop(tmp_path)
    reborn(shop, case, vendor)
    return shop


def reborn(shop: Shop, case: Case, vendor: Vendor) -> None:
    """Another process: nothing of the last one's objects is left, and its leases run out."""
    shop.providers[case.name] = case.at(vendor)
    shop.clock.turn(LEASE + 1)


def asked(shop: Shop, case: Case, name: str = "a", project_id: str = PROJECT, **fields: float) -> Job:
    wanted = clip(name, "the waves roll in", provider=f"{case.name}:{case.model}", **fields)
    return shop.start(Wishes(Purpose.CLIPS), shop.project(wanted, project_id=project_id)).clips[0]


def paid(vendor: Vendor) -> int:
    return sum(vendor.bills.values())


def test_a_clip_is_made_and_paid_once_through_every_fault(shop: Shop, case: Case, vendor: Vendor) -> None:
    busy = Fault("reply", Reply(429, {"error": "slow down"}, {"Retry-After": "1"}))
    vendor.fail("submit", busy, busy)
    vendor.fail("poll", Fault("reply", Reply(500)), Fault("reset"), Fault("garbled"), busy)
    vendor.fail("result", Fault("reply", Reply(503)), Fault("reset"))
    vendor.expired = 1
    job = shop.work(asked(shop, case))
    assert job.state is JobState.COMPLETED
    assert shop.states() == ["failed", "failed", "done"]
    assert (paid(vendor), vendor.seen["submit"]) == (1, 3)
    assert shop.row("clip_a").cost_usd == (
        shop.attempts()[-1].actual_usd or shop.attempts()[-1].estimated_usd
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("sent", ""),
        ("", "sent"),
        ("submitted", ""),
        ("", "submitted"),
        ("succeeded", ""),
        ("", "succeeded"),
        ("done", ""),
        ("", "done"),
    ],
)
def test_whoever_dies_at_any_arrow_pays_once(
    shop: Shop, case: Case, vendor: Vendor, before: str, after: str
) -> None:
    vendor.life = (case.done,)
    job = asked(shop, case)
    with pytest.raises(Killed):
        shop.step(job, ledger=Mortal(shop.database.ledger, before, after))
    reborn(shop, case, vendor)
    ended = shop.work(job, "w2")
    lost = before == "submitted" and not case.finds
    if lost or after == "sent":  # nobody heard an answer, and the vendor keeps no list (or lists nothing)
        assert (ended.state, code(ended)) == (JobState.FAILED, "outcome_unknown")
        assert paid(vendor) == (1 if lost else 0)
    else:
        assert ended.state is JobState.COMPLETED
        assert paid(vendor) == 1


def test_what_nobody_knows_is_paid_again_with_consent_only(shop: Shop, case: Case, vendor: Vendor) -> None:
    vendor.fail("submit", Fault("reset_after"))
    ended = shop.work(asked(shop, case))
    if case.finds:
        assert (ended.state, paid(vendor)) == (JobState.COMPLETED, 1), "its list tells what became of it"
        return
    assert (code(ended), paid(vendor)) == ("outcome_unknown", 1)
    assert code(shop.work(shop.retry("clip_a"))) == "consent_needed"
    assert paid(vendor) == 1
    assert shop.work(shop.retry("clip_a", pay_again=True)).state is JobState.COMPLETED
    assert paid(vendor) == 2


def test_a_consent_is_for_one_order(shop: Shop, case: Case, vendor: Vendor) -> None:
    """It was given, and nothing was ordered with it: whoever retries without it pays nothing again."""
    vendor.fail("submit", Fault("reset_after"), *[Fault("reply", Reply(429, {"error": "slow down"}))] * 4)
    ended = shop.work(asked(shop, case))
    if case.finds:
        assert (ended.state, paid(vendor)) == (JobState.COMPLETED, 1), "its list tells what became of it"
        return
    busy = shop.work(shop.retry("clip_a", pay_again=True))
    assert (code(busy), shop.states()) == ("not_accepted", ["unknown", *["failed"] * 4])
    assert code(shop.work(shop.retry("clip_a"))) == "consent_needed"
    assert paid(vendor) == 1
    assert shop.work(shop.retry("clip_a", pay_again=True)).state is JobState.COMPLETED
    assert (paid(vendor), shop.states()[-1]) == (2, "done")


def test_the_plan_says_what_will_be_ordered(shop: Shop, case: Case, vendor: Vendor) -> None:
    """Half a second is planned at the price of the shortest clip that can be ordered."""
    job = asked(shop, case)
    planned = shop.plan(project_id=job.project_id).clips[0]
    shortest = shop.providers[case.name].capabilities(case.model).durations[0]
    assert planned.usd == shortest * case.price
    shop.work(job)
    assert shop.attempts()[0].estimated_usd == planned.usd


def test_clips_that_are_cut_from_one_order_are_paid_once(shop: Shop, case: Case, vendor: Vendor) -> None:
    lengths = [0.5, 1.0, 1.9]
    for number, seconds in enumerate(lengths):
        job = asked(shop, case, f"c{number}", f"proj_{number}", duration=seconds)
        assert shop.work(job).state is JobState.COMPLETED
    assert paid(vendor) == 1


def test_what_is_no_film_never_enters_the_cache(shop: Shop, case: Case, vendor: Vendor) -> None:
    """All its bytes came, and they are not a film; half of one is just as bad."""
    for number, data in enumerate([b"\0" * 5000, vendor.clip[: len(vendor.clip) // 2]]):
        vendor.clip = data
        job = asked(shop, case, f"c{number}", f"proj_{number}")
        assert code(shop.work(job)) == "quality"
        assert job.shot is not None
        assert not list(shop.storage.keys("cache/"))


def test_a_vendor_that_hangs_is_given_up_late(shop: Shop, case: Case, vendor: Vendor) -> None:
    vendor.life = (case.running,)
    ended = shop.work(asked(shop, case), pause=GIVE_UP / 3)
    assert code(ended) == "gave_up"
    assert len(vendor.cancelled) == case.cancels
    assert paid(vendor) == 1


@pytest.mark.parametrize("kind", ["moderated", "failed"])
def test_what_the_vendor_could_not_make_is_not_ordered_again(
    shop: Shop, case: Case, vendor: Vendor, kind: str
) -> None:
    vendor.life = (case.moderated if kind == "moderated" else case.failed,)
    ended = shop.work(asked(shop, case))
    assert code(ended) == ("moderated" if kind == "moderated" else "generation_failed")
    assert paid(vendor) == 1


def test_a_key_that_stops_working_loses_no_clip(shop: Shop, case: Case, vendor: Vendor) -> None:
    vendor.refuse("poll", 401)
    vendor.refuse("poll", 401)
    job = asked(shop, case)
    assert isinstance(shop.step(job), Finished)
    assert code(shop.job(job)) == "key_refused"
    again = shop.retry("clip_a")
    while vendor.seen["poll"] < 2:
        shop.step(again)
    assert shop.work(shop.retry("clip_a")).state is JobState.COMPLETED
    assert paid(vendor) == 1
