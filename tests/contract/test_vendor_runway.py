"""Runway by itself: what its orders say, what its failure codes mean, and that our table is its API's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import typing_extensions as typing
from PIL import Image

from jynco.adapters.providers.runway import Runway
from jynco.errors import RequestRejected
from jynco.model.motion import PollState, Shot
from jynco.model.storyboard import Json
from jynco.model.time import Rate
from tests.contract.vendors import CASES
from tests.doubles.runway import Runway as Double

CASE = CASES[0]
SHOT = Shot("runway", "gen4_turbo", "1", "waves", "", "0" * 64, 126, Rate(30), 1920, 1080, seed=7)
MODELS = [
    "gen4_turbo",
    "gen4.5",
    "veo3.1",
    "veo3.1_fast",
    "kling2.5_turbo_pro",
    "kling3.0_standard",
    "kling3.0_pro",
    "klingO3_standard",
    "klingO3_pro",
    "seedance2",
    "seedance2_fast",
    "seedance2_mini",
    "kling3.0_4k",
    "klingO3_4k",
    "seedance2_5",
    "happyhorse_1_0",
    "grok_imagine_1_5",
    "grok_imagine_1_5_lite",
    "gemini_omni_flash",
    "gemini_omni_flash_1.1",
]
# The API's types do not say which seconds these take, and what is guessed wrongly is paid or refused.
UNSAID = {"hailuo3", "h3_max", "kling_4", "wan3", "wan3_prime"}


@pytest.fixture
def double() -> Iterator[Double]:
    with Double(b"clip") as double:
        yield double


@pytest.fixture
def runway(double: Double) -> Runway:
    return Runway(CASE.account(double.address))


@pytest.fixture
def still(tmp_path: Path) -> Path:
    Image.new("RGB", (64, 36), "teal").save(tmp_path / "still.png")
    return tmp_path / "still.png"


def test_an_order_says_what_was_fitted(runway: Runway, double: Double, still: Path) -> None:
    runway.submit(SHOT, still)
    order = dict(double.tasks[runway_id(double)].order)
    assert order.pop("promptImage").startswith("data:image/png;base64,")
    assert order == {
        "model": "gen4_turbo",
        "promptText": "waves",
        "ratio": "1280:720",
        "duration": 5,
        "seed": 7,
    }


def runway_id(double: Double) -> str:
    return list(double.tasks)[-1]


def test_models_with_sound_are_asked_for_none(runway: Runway, double: Double, still: Path) -> None:
    runway.submit(replace(SHOT, model="veo3.1_fast", negative_prompt="people"), still)
    order = double.tasks[runway_id(double)].order
    assert (order["audio"], order["negativePrompt"], order["duration"], order["ratio"]) == (
        False,
        "people",
        6,
        "1920:1080",
    )


@pytest.mark.parametrize(("size", "ratio"), [((1000, 1000), "1280:720"), ((830, 1100), "720:1280")])
def test_words_alone_are_filmed_in_the_shapes_there_are(
    runway: Runway, double: Double, size: tuple[int, int], ratio: str
) -> None:
    runway.submit(replace(SHOT, model="gen4.5", width=size[0], height=size[1]), None)
    order = double.tasks[runway_id(double)].order
    assert order["ratio"] == ratio
    assert "promptImage" not in order
    assert double.seen["submit"] == 1


def test_a_model_that_needs_a_picture_says_so(runway: Runway) -> None:
    with pytest.raises(RequestRejected, match="give the clip a sourceImage"):
        runway.submit(SHOT, None)


def test_its_option_goes_along(runway: Runway, double: Double, still: Path) -> None:
    runway.submit(replace(SHOT, options={"publicFigureThreshold": "low"}), still)
    assert double.tasks[runway_id(double)].order["contentModeration"] == {"publicFigureThreshold": "low"}


@pytest.mark.parametrize("value", ["high", 1, None, []])
def test_its_option_is_checked(runway: Runway, still: Path, value: Json) -> None:
    with pytest.raises(RequestRejected, match="publicFigureThreshold"):
        runway.submit(replace(SHOT, options={"publicFigureThreshold": value}), still)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (":SAFETY.INPUT.TEXT", "moderated"),
        (":SAFETY.OUTPUT.VIDEO", "moderated"),
        (":INPUT_PREPROCESSING.SAFETY.TEXT", "moderated"),
        (":THIRD_PARTY.SAFETY", "moderated"),
        (":INTERNAL.BAD_OUTPUT.CODE01", "generation_failed"),
        (":INPUT_PREPROCESSING.INTERNAL", "generation_failed"),
        (":ASSET.INVALID", "request_rejected"),
        ("", "generation_failed"),
    ],
)
def test_its_failure_codes(runway: Runway, double: Double, still: Path, code: str, kind: str) -> None:
    double.life = (f"FAILED{code}",)
    answer = runway.poll(SHOT, runway.submit(SHOT, still))
    assert answer.state is PollState.FAILED
    assert answer.error is not None
    assert answer.error.code == kind
    assert answer.actual_usd == Decimal("0.25")


def test_it_says_what_it_cost(runway: Runway, double: Double, still: Path) -> None:
    double.life = ("RUNNING", "SUCCEEDED")
    ticket = runway.submit(SHOT, still)
    assert ticket.estimated_usd == Decimal("0.25")
    assert runway.poll(SHOT, ticket).fraction == 0.5
    assert runway.poll(SHOT, ticket).actual_usd == Decimal("0.25")


def test_what_somebody_cancelled_there_has_ended(runway: Runway, double: Double, still: Path) -> None:
    double.life = ("CANCELLED",)
    answer = runway.poll(SHOT, runway.submit(SHOT, still))
    assert answer.error is not None
    assert "cancelled at Runway" in answer.error.message


@pytest.mark.parametrize("name", MODELS)
def test_the_table_is_what_the_api_says(runway: Runway, name: str) -> None:
    """The SDK is made from Runway's own description: each model's type lists its ratios, and knows what it takes."""
    from runwayml.types import image_to_video_create_params as params

    offered = runway.capabilities(name)
    hints = next(
        hints
        for kind in vars(params).values()
        if typing.is_typeddict(kind)
        for hints in [typing.get_type_hints(kind)]
        if typing.get_args(hints.get("model")) == (name,)
    )
    ratios = {ratio for ratio in typing.get_args(hints.get("ratio")) if not ratio.startswith("auto_")}
    assert {f"{width}:{height}" for width, height in offered.sizes} <= ratios
    assert bool(offered.sizes) == bool(ratios)
    assert offered.takes_seed == ("seed" in hints)
    assert offered.takes_negative_prompt == ("negative_prompt" in hints)
    listed = [value for value in typing.get_args(hints["duration"]) if isinstance(value, int)]
    assert not listed or tuple(listed) == offered.durations


@pytest.mark.parametrize(
    ("model", "word", "value"),
    [
        ("grok_imagine_1_5", "resolution", "720p"),
        ("grok_imagine_1_5_lite", "ratio", "auto_720p"),
        ("happyhorse_1_0", "resolution", "720p"),
    ],
)
def test_what_is_shaped_like_its_picture_is_told_its_lines(
    runway: Runway, double: Double, still: Path, model: str, word: str, value: str
) -> None:
    from runwayml.types import image_to_video_create_params as params

    runway.submit(replace(SHOT, model=model, seed=None), still)
    assert double.tasks[runway_id(double)].order[word] == value
    kinds = [kind for kind in vars(params).values() if typing.is_typeddict(kind)]
    hints = [typing.get_type_hints(kind) for kind in kinds]
    (own,) = [hint for hint in hints if typing.get_args(hint.get("model")) == (model,)]
    assert value in typing.get_args(own[word])


def test_a_picture_that_could_be_a_likeness_is_placed_first(
    runway: Runway, double: Double, still: Path
) -> None:
    runway.submit(replace(SHOT, model="seedance2_5"), still)
    (picture,) = double.tasks[runway_id(double)].order["promptImage"]
    assert (picture["position"], picture["uri"][:10]) == ("first", "data:image")


def test_every_model_of_the_api_is_in_the_table(runway: Runway) -> None:
    from runwayml.types.image_to_video_create_params import ImageToVideoCreateParams

    kinds = typing.get_args(ImageToVideoCreateParams)
    assert {typing.get_args(typing.get_type_hints(kind)["model"])[0] for kind in kinds} == set(
        MODELS
    ) | UNSAID
    with pytest.raises(RequestRejected) as caught:
        runway.capabilities("none")
    assert caught.value.message.partition("one of ")[2].rstrip(".").split(", ") == MODELS
