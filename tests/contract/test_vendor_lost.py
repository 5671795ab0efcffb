"""An order whose answer was lost, at a vendor that lists its orders: looked up, and never paid for twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jynco.adapters.providers.mock import Mock
from jynco.agents.steps import Waiting
from jynco.model.jobs import Job
from jynco.model.motion import Shot, Ticket
from jynco.model.plan import Wishes
from jynco.model.states import JobState, Purpose
from jynco.model.time import Rate
from tests.contract.vendors import CASES, Watching
from tests.doubles.vendor import Fault, Reply, Vendor
from tests.unit.agents_kit import Hands, Shop, clip, code

CASE = next(case for case in CASES if case.finds)
LOST = ["reset_after", "garbled_after"]
DEAF = Fault("reply", Reply(500))
BEHIND = Fault("reply", Reply(200, {"next": None, "results": []}))


@pytest.fixture
def vendor(tmp_path: Path) -> Iterator[Vendor]:
    shot = Shot("mock", "mock", "1", "a card", "", None, 60, Rate(24), 96, 54)
    Mock(Hands()).collect(shot, None, Ticket("t", {"readyAt": ""}), tmp_path / "film.mp4", Watching())
    with CASE.double((tmp_path / "film.mp4").read_bytes()) as vendor:
        yield vendor


@pytest.fixture
def shop(vendor: Vendor, tmp_path: Path) -> Shop:
    shop = Shop(tmp_path)
    shop.providers[CASE.name] = CASE.at(vendor)
    return shop


def asked(shop: Shop) -> Job:
    wanted = clip("a", "the waves roll in", provider=f"{CASE.name}:{CASE.model}")
    return shop.start(Wishes(Purpose.CLIPS), shop.project(wanted)).clips[0]


def bills(vendor: Vendor) -> int:
    return sum(vendor.bills.values())


@pytest.mark.parametrize("kind", [*LOST, "silence_after"])
def test_it_is_found_at_once_and_goes_on(shop: Shop, vendor: Vendor, kind: str) -> None:
    if kind == "silence_after":
        shop.providers[CASE.name] = CASE.at(vendor, timeout=0.5)
    vendor.fail("submit", Fault(kind))
    assert shop.work(asked(shop)).state is JobState.COMPLETED
    assert (shop.states(), vendor.seen["list"], bills(vendor)) == (["done"], 1, 1)


def test_a_list_that_cannot_be_read_is_read_later(shop: Shop, vendor: Vendor) -> None:
    vendor.fail("submit", Fault("reset_after"))
    vendor.fail("list", DEAF, DEAF)
    job = asked(shop)
    assert isinstance(shop.step(job), Waiting)
    assert shop.states() == ["intent"]
    assert shop.work(job).state is JobState.COMPLETED
    assert (shop.states(), vendor.seen["submit"], bills(vendor)) == (["done"], 1, 1)


def test_what_no_list_has_is_unknown_and_is_looked_for_again_before_consent_is_asked(
    shop: Shop, vendor: Vendor
) -> None:
    vendor.fail("submit", Fault("reset"))
    assert code(shop.work(asked(shop))) == "outcome_unknown"
    assert code(shop.work(shop.retry("clip_a"))) == "consent_needed"
    assert (vendor.seen["list"], vendor.seen["submit"], bills(vendor)) == (2, 1, 0)
    assert shop.work(shop.retry("clip_a", pay_again=True)).state is JobState.COMPLETED
    assert bills(vendor) == 1


@pytest.mark.parametrize("kind", LOST)
def test_what_the_list_has_late_is_found_by_a_retry_for_nothing(
    shop: Shop, vendor: Vendor, kind: str
) -> None:
    vendor.fail("submit", Fault(kind))
    vendor.fail("list", BEHIND)
    assert code(shop.work(asked(shop))) == "outcome_unknown"
    vendor.fail("list", DEAF)
    assert code(shop.work(shop.retry("clip_a"))) == "consent_needed", "nobody can say just now"
    assert shop.work(shop.retry("clip_a")).state is JobState.COMPLETED
    assert (shop.states(), bills(vendor)) == (["done"], 1)


@pytest.mark.parametrize(("kind", "ends"), [("reset", "outcome_unknown"), ("reset_after", None)])
def test_an_earlier_attempts_order_is_not_taken_for_the_lost_one(
    shop: Shop, vendor: Vendor, kind: str, ends: str | None
) -> None:
    """It has failed, so to take it for ours would have a third one ordered while the second is made."""
    vendor.life = (CASE.failed,)
    assert code(shop.work(asked(shop))) == "generation_failed"
    vendor.life = None
    vendor.fail("submit", Fault(kind))
    assert code(shop.work(shop.retry("clip_a"))) == ends
    assert shop.states() == ["failed", "unknown" if ends else "done"]
    assert bills(vendor) == (1 if ends else 2)


@pytest.mark.parametrize(("kind", "ends"), [("reset", "outcome_unknown"), ("reset_after", None)])
def test_the_same_order_of_another_tenant_is_not_taken_for_it(
    shop: Shop, vendor: Vendor, kind: str, ends: str | None
) -> None:
    """Words, picture and seed of people's own may be equal, and the list tells no tenants: the ledger does."""
    same = clip("a", "the waves roll in", provider=f"{CASE.name}:{CASE.model}", seed=7)
    shop.work(shop.start(Wishes(Purpose.CLIPS), shop.project(same)).clips[0])
    vendor.fail("submit", Fault(kind))
    shop.tenant = "acme"
    mine = shop.project(same, project_id="proj_acme")
    assert code(shop.work(shop.start(Wishes(Purpose.CLIPS), mine).clips[0])) == ends
    assert [row.state for row in shop.attempts(mine)] == ["unknown" if ends else "done"]
    assert bills(vendor) == (1 if ends else 2)
