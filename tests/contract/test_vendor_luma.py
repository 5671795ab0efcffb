"""Luma by itself: what its orders say and what its failure codes mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from jynco.adapters.providers.account import Account
from jynco.adapters.providers.luma import Luma
from jynco.errors import RequestRejected
from jynco.model.motion import PollState, Shot
from jynco.model.time import Rate
from tests.doubles.luma import Luma as Double
from tests.doubles.vendor import KEY

SHOT = Shot("luma", "ray-3.2", "1", "waves", "", "0" * 64, 120, Rate(24), 1920, 1080)


@pytest.fixture
def double() -> Iterator[Double]:
    with Double(b"clip") as double:
        yield double


@pytest.fixture
def luma(double: Double) -> Luma:
    return Luma(Account("LUMA_AGENTS_API_KEY", KEY, double.address, 5.0))


@pytest.fixture
def still(tmp_path: Path) -> Path:
    Image.new("RGB", (64, 36), "teal").save(tmp_path / "still.png")
    return tmp_path / "still.png"


@pytest.mark.parametrize(("frames", "duration"), [(1, "5s"), (120, "5s"), (121, "10s"), (240, "10s")])
def test_an_order_says_what_was_fitted(
    luma: Luma, double: Double, still: Path, frames: int, duration: str
) -> None:
    order = double.tasks[luma.submit(replace(SHOT, frames=frames), still).task_id].order
    assert {name: order[name] for name in ("model", "type", "prompt", "aspect_ratio")} == {
        "model": "ray-3.2",
        "type": "video",
        "prompt": "waves",
        "aspect_ratio": "16:9",
    }
    assert (order["video"]["duration"], order["video"]["resolution"]) == (duration, "720p")
    assert order["video"]["start_frame"]["media_type"] == "image/png"


def test_words_alone_will_do(luma: Luma, double: Double) -> None:
    assert "start_frame" not in double.tasks[luma.submit(SHOT, None).task_id].order["video"]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("content_moderated", "moderated"),
        ("budget_exhausted", "no_credit"),
        ("image_too_large", "request_rejected"),
        ("corrupt_input", "request_rejected"),
        ("rate_limited", "generation_failed"),
        ("output_not_found", "generation_failed"),
        ("something_new", "generation_failed"),
    ],
)
def test_its_failure_codes(luma: Luma, double: Double, still: Path, code: str, kind: str) -> None:
    double.life = (f"failed:{code}",)
    answer = luma.poll(SHOT, luma.submit(SHOT, still))
    assert answer.state is PollState.FAILED
    assert answer.error is not None
    assert answer.error.code == kind
    assert code in answer.error.message


def test_options_are_refused(luma: Luma, still: Path) -> None:
    with pytest.raises(RequestRejected, match="providerOptions"):
        luma.submit(replace(SHOT, options={"loop": True}), still)
