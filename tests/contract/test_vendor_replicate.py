"""Replicate by itself: what its orders say, what its SDK cannot read, and how a lost order is found again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from PIL import Image

from jynco.adapters.providers.account import Account
from jynco.adapters.providers.replicate import Replicate
from jynco.errors import OutcomeUnknown, PollFailed, RequestRejected
from jynco.model.motion import PollState, Shot
from jynco.model.time import Rate
from tests.doubles.replicate import Replicate as Double
from tests.doubles.vendor import KEY, Fault, Reply


@pytest.fixture
def double() -> Iterator[Double]:
    with Double(b"clip") as double:
        yield double


@pytest.fixture
def replicate(double: Double) -> Replicate:
    return Replicate(Account("REPLICATE_API_TOKEN", KEY, double.address, 5.0))


@pytest.fixture
def still(tmp_path: Path) -> Path:
    Image.new("RGB", (64, 36), "teal").save(tmp_path / "still.png")
    return tmp_path / "still.png"


@pytest.fixture
def shot(still: Path) -> Shot:
    image = sha256(still.read_bytes()).hexdigest()
    return Shot("replicate", "bytedance/seedance-1-pro", "1", "waves", "", image, 120, Rate(24), 1920, 1080)


def soon() -> datetime:
    return datetime.now(UTC) - timedelta(seconds=1)


def test_an_order_says_what_was_fitted(replicate: Replicate, double: Double, shot: Shot, still: Path) -> None:
    given = dict(double.tasks[replicate.submit(replace(shot, seed=3), still).task_id].order["input"])
    assert given.pop("image").startswith("data:image/png;base64,")
    assert given == {
        "prompt": "waves",
        "duration": 5,
        "resolution": "1080p",
        "aspect_ratio": "16:9",
        "seed": 3,
    }


def test_an_order_without_a_seed_gets_the_shots_own(
    replicate: Replicate, double: Double, shot: Shot, still: Path
) -> None:
    for each in (shot, shot, replace(shot, image_sha256="1" * 64)):
        replicate.submit(each, still)
    first, again, other = (task.order["input"]["seed"] for task in double.tasks.values())
    assert first == again != other


@pytest.mark.parametrize("seed", [None, 7])
@pytest.mark.parametrize("kind", ["reset_after", "garbled_after"])
def test_an_order_whose_answer_was_lost_is_found(
    replicate: Replicate, double: Double, shot: Shot, still: Path, seed: int | None, kind: str
) -> None:
    since, asked = soon(), replace(shot, seed=seed)
    replicate.submit(replace(asked, prompt="another"), still)
    double.fail("submit", Fault(kind))
    with pytest.raises(OutcomeUnknown):
        replicate.submit(asked, still)
    ticket = replicate.find(asked, since)
    assert ticket is not None
    assert ticket.task_id == list(double.tasks)[1]
    assert replicate.poll(asked, ticket).state is PollState.WAITING
    assert sum(double.bills.values()) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": "other words"},
        {"model": "bytedance/seedance-1-lite"},
        {"frames": 240},
        {"seed": 8},
        {"image_sha256": "1" * 64},
        {"image_sha256": None},
    ],
)
def test_orders_of_others_are_not_taken_for_ours(
    replicate: Replicate, double: Double, shot: Shot, still: Path, change: dict[str, object]
) -> None:
    asked = replace(shot, seed=7)
    replicate.submit(asked, still)
    wanted = Shot.from_json(
        {**asked.to_json(), **{_JSON.get(name, name): value for name, value in change.items()}}
    )
    assert replicate.find(asked, soon()) is not None
    assert replicate.find(wanted, soon()) is None


_JSON = {"image_sha256": "imageSha256"}


def test_older_orders_are_left_alone(replicate: Replicate, shot: Shot, still: Path) -> None:
    replicate.submit(shot, still)
    assert replicate.find(shot, datetime.now(UTC) + timedelta(hours=1)) is None


def test_it_looks_through_all_pages(replicate: Replicate, double: Double, shot: Shot, still: Path) -> None:
    double.page = 2
    since = soon()
    ticket = replicate.submit(shot, still)
    for number in range(4):
        replicate.submit(replace(shot, prompt=f"another {number}"), still)
    found = replicate.find(shot, since)
    assert found is not None
    assert found.task_id == ticket.task_id
    assert double.seen["list"] == 3


def test_pages_elsewhere_are_not_opened_with_the_key(
    replicate: Replicate, double: Double, shot: Shot, still: Path
) -> None:
    elsewhere = "http://127.0.0.1:9/v1/predictions?cursor=1"
    double.fail("list", Fault("reply", Reply(200, {"next": elsewhere, "results": []})))
    assert replicate.find(shot, soon()) is None


@pytest.mark.parametrize(
    "fault", [Fault("reset"), Fault("reply", Reply(500)), Fault("reply", Reply(200, {}))]
)
def test_a_list_that_fails_is_asked_for_later(
    replicate: Replicate, double: Double, shot: Shot, fault: Fault
) -> None:
    double.fail("list", fault)
    with pytest.raises(PollFailed):
        replicate.find(shot, soon())
    assert double.seen["list"] == 1


@pytest.mark.parametrize("state", ["aborted", "canceled"])
def test_what_ended_there_has_ended(
    replicate: Replicate, double: Double, shot: Shot, still: Path, state: str
) -> None:
    double.life = (state,)
    answer = replicate.poll(shot, replicate.submit(shot, still))
    assert answer.state is PollState.FAILED
    assert answer.error is not None
    assert "cancelled at Replicate" in answer.error.message


def test_a_result_that_was_deleted_has_failed(
    replicate: Replicate, double: Double, shot: Shot, still: Path
) -> None:
    ticket = replicate.submit(shot, still)
    double.fail(
        "poll", Fault("reply", Reply(200, {"status": "succeeded", "output": None, "data_removed": True}))
    )
    assert replicate.poll(shot, ticket).state is PollState.FAILED


def test_options_are_refused(replicate: Replicate, shot: Shot, still: Path) -> None:
    with pytest.raises(RequestRejected, match="providerOptions"):
        replicate.submit(replace(shot, options={"go_fast": True}), still)
