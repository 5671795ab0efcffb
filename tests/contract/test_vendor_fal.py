"""fal by itself: what its orders say, and which addresses may see its key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from jynco.adapters.providers.account import Account
from jynco.adapters.providers.fal import Fal
from jynco.errors import CreditMissing, RequestRejected
from jynco.model.motion import PollState, Shot, Ticket
from jynco.model.time import Rate
from tests.doubles.fal import Fal as Double
from tests.doubles.vendor import KEY, Fault, Reply

SEEDANCE, KLING = "bytedance/seedance-2.0/image-to-video", "fal-ai/kling-video/v2.5-turbo/pro/image-to-video"
SHOT = Shot("fal", SEEDANCE, "1", "waves", "", "0" * 64, 126, Rate(30), 1920, 1080, seed=7)


@pytest.fixture
def double() -> Iterator[Double]:
    with Double(b"clip") as double:
        yield double


@pytest.fixture
def fal(double: Double) -> Fal:
    return Fal(Account("FAL_KEY", KEY, double.address, 5.0))


@pytest.fixture
def still(tmp_path: Path) -> Path:
    Image.new("RGB", (64, 36), "teal").save(tmp_path / "still.png")
    return tmp_path / "still.png"


def test_an_order_says_what_was_fitted(fal: Fal, double: Double, still: Path) -> None:
    order = dict(double.tasks[fal.submit(SHOT, still).task_id].order)
    assert order.pop("image_url").startswith("data:image/png;base64,")
    assert order == {
        "path": f"/{SEEDANCE}",
        "prompt": "waves",
        "duration": "5",
        "aspect_ratio": "16:9",
        "resolution": "720p",
        "seed": 7,
        "generate_audio": False,
    }


def test_words_alone_go_to_the_models_twin(fal: Fal, double: Double) -> None:
    order = double.tasks[fal.submit(SHOT, None).task_id].order
    assert order["path"] == "/bytedance/seedance-2.0/text-to-video"
    with pytest.raises(RequestRejected, match="give the clip a sourceImage"):
        fal.submit(replace(SHOT, model=KLING), None)


def test_a_film_shaped_like_its_picture_names_no_ratio(fal: Fal, double: Double, still: Path) -> None:
    shot = replace(SHOT, model=KLING, negative_prompt="people")
    order = double.tasks[fal.submit(shot, still).task_id].order
    assert set(order) == {"path", "prompt", "duration", "image_url", "negative_prompt"}


def test_the_addresses_it_names_are_kept(fal: Fal, double: Double, still: Path) -> None:
    ticket = fal.submit(SHOT, still)
    base = f"{double.address}/bytedance/seedance-2.0/requests/{ticket.task_id}"
    assert ticket.details == {"status": f"{base}/status", "response": base, "cancel": f"{base}/cancel"}


@pytest.mark.parametrize(
    "url", ["https://evil.example/status", "http://127.0.0.1:9/s", "https://queue.fal.run/s", 7, None]
)
def test_a_key_is_not_sent_to_addresses_that_lead_elsewhere(
    fal: Fal, double: Double, still: Path, url: object
) -> None:
    told = {"request_id": "r1", "status_url": url, "response_url": url, "cancel_url": url}
    double.fail("submit", Fault("reply", Reply(200, told)))
    base = f"{double.address}/bytedance/seedance-2.0/requests/r1"
    assert fal.submit(SHOT, still).details == {
        "status": f"{base}/status",
        "response": base,
        "cancel": f"{base}/cancel",
    }


def test_a_locked_account_is_told_from_a_wrong_key(fal: Fal, double: Double, still: Path) -> None:
    double.refuse("submit", 403, {"detail": "User is locked. Reason: Exhausted balance."})
    with pytest.raises(CreditMissing):
        fal.submit(SHOT, still)


def test_what_a_model_refuses_has_failed(fal: Fal, double: Double, still: Path) -> None:
    double.life = ("REFUSED:value_error",)
    answer = fal.poll(SHOT, fal.submit(SHOT, still))
    assert answer.state is PollState.FAILED
    assert answer.error is not None
    assert "Refused" in answer.error.message


def test_options_are_refused(fal: Fal, still: Path) -> None:
    with pytest.raises(RequestRejected, match="providerOptions"):
        fal.submit(replace(SHOT, options={"loras": []}), still)


def test_a_ticket_of_another_life_is_polled_by_its_addresses(fal: Fal, double: Double, still: Path) -> None:
    ticket = fal.submit(SHOT, still)
    kept = Ticket(ticket.task_id, dict(ticket.details))
    assert Fal(Account("FAL_KEY", KEY, double.address, 5.0)).poll(SHOT, kept).state is PollState.WAITING
