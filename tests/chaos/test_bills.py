"""The chaos itself: a little of it, and that it would see a clip that was paid twice, lost, or left behind."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from jynco.adapters.providers.mock import Mock
from jynco.model.jobs import Failure
from jynco.model.motion import Shot, Ticket
from jynco.model.plan import Wishes
from jynco.model.states import JobState, Purpose
from jynco.model.time import Rate
from tests.chaos.__main__ import told
from tests.chaos.bills import Wanted, reckoned, stuck
from tests.chaos.tally import Tally
from tests.chaos.troubles import Trouble, troubles
from tests.chaos.wild import Wild, prompt_of, wild
from tests.contract.vendors import CASES, Case, Watching
from tests.unit.agents_kit import Hands, Shop, clip

ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(300)
@pytest.mark.long
def test_a_little_chaos_costs_nothing() -> None:
    """Real workers, a real SDK, one vendor, and at least one kill."""
    little = "--part bills --rounds 1 --seed 1 --vendors luma --clips 3 --kills 2 --workers 1 --seconds 150"
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos", *little.split()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    last = done.stdout.splitlines()[-1]
    assert last.endswith("(seed 1): 0 double bills, 0 lost charges, 0 stuck clips")
    assert "total: 0 kills" not in last


# --- that it can count


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    found = request.param
    assert isinstance(found, Case)
    return found


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    target = tmp_path_factory.mktemp("film") / "film.mp4"
    shot = Shot("mock", "mock", "1", "a card", "", None, 120, Rate(24), 96, 54)
    Mock(Hands()).collect(shot, None, Ticket("t", {"readyAt": ""}), target, Watching())
    return target.read_bytes()


@pytest.fixture
def vendor(case: Case, film: bytes) -> Iterator[Wild]:
    with wild(case.double, film, lambda _verb, _moment: None) as vendor:
        yield vendor


def test_a_clip_that_is_ordered_twice_is_seen(case: Case, vendor: Wild, tmp_path: Path) -> None:
    """One worker does as it must; another then sends the same order once more, past the ledger."""
    shop = Shop(tmp_path)
    shop.providers[case.name] = case.at(vendor)
    wanted = clip("a", prompt_of("x"), provider=f"{case.name}:{case.model}")
    job = shop.work(shop.start(Wishes(Purpose.CLIPS), shop.project(wanted)).clips[0])
    assert job.state is JobState.COMPLETED
    assert vendor.billed("x") == 1
    assert list(reckoned(case.name, "x", 1, shop.attempts())) == []
    assert job.shot is not None
    shop.providers[case.name].submit(job.shot, tmp_path / "picture.png")
    found = list(reckoned(case.name, "x", vendor.billed("x"), shop.attempts()))
    assert [(note.kind, note.count) for note in found] == [("double", 1), ("lost", 1)]


def test_a_bill_that_nobody_wrote_down_is_seen() -> None:
    assert [(note.kind, note.count) for note in reckoned("luma", "x", 1, [])] == [("lost", 1)]


def test_a_clip_that_does_not_end_or_ends_for_no_reason_is_seen(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    job = shop.start(Wishes(Purpose.CLIPS), shop.project(clip("a", provider="mock"))).clips[0]
    left = Wanted(CASES[0], "x", Trouble("calm"), job, is_crowded=False)
    failed = replace(job, state=JobState.FAILED, failure=Failure("quality", "It is no film."))
    bad = replace(left, job=failed)
    meant = replace(bad, trouble=Trouble("no film", ends=frozenset({"quality"})))
    done = replace(left, job=replace(job, state=JobState.COMPLETED))
    assert [note.kind for note in stuck([left, bad, meant, done], hit=True)] == ["stuck", "stuck"]


def test_what_was_seen_is_told_last_and_makes_it_fail(capsys: pytest.CaptureFixture[str]) -> None:
    fine = Tally("luma", rounds=1, clips=3, kills=2)
    assert told([fine], 1) == 0
    assert told([replace(fine, kills=0)], 1) == 1, "nobody was killed: nothing was shown"
    for wrong in (replace(fine, double=1), replace(fine, lost=1), replace(fine, stuck=1)):
        assert told([fine, wrong], 1) == 1
    assert capsys.readouterr().out.splitlines()[-1].endswith("0 double bills, 0 lost charges, 1 stuck clips")


def test_every_vendor_has_every_trouble(case: Case) -> None:
    names = [trouble.name for trouble in troubles(case, random.Random(1))]
    assert len(set(names)) == len(names)
    for kind in (
        "429 seconds",
        "429 date",
        "429 absurd",
        "500 before",
        "reset before",
        "reset after",
        "refused",
    ):
        assert kind in names
    for kind in ("silence after", "hang", "truncated", "half a film", "expired", "no credit", "moderated"):
        assert kind in names
