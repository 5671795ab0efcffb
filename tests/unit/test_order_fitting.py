"""What is ordered in place of what was wanted: the rule that clips and their keys follow."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jynco.errors import RequestRejected
from jynco.model.motion import Capabilities, Shot
from jynco.model.time import Rate

CAN = Capabilities(
    "vendor",
    "model",
    "1",
    durations=(4, 6, 8),
    sizes=((1280, 720), (1920, 1080), (720, 1280), (960, 960), (1112, 834), (560, 420)),
    takes_negative_prompt=False,
    needs_prompt=True,
    longest_prompt=10,
)
SHOT = Shot("vendor", "model", "1", "waves", "", "0" * 64, 90, Rate(30), 1920, 1080)


@pytest.mark.parametrize(
    ("frames", "rate", "seconds"),
    [(1, Rate(30), 4), (120, Rate(30), 4), (121, Rate(30), 6), (240, Rate(30), 8), (60, Rate(10), 6)],
)
def test_the_shortest_duration_that_is_long_enough(frames: int, rate: Rate, seconds: int) -> None:
    ordered = CAN.ordered(replace(SHOT, frames=frames, rate=rate))
    assert ordered.rate.seconds(ordered.frames) == seconds


def test_what_no_duration_reaches_is_refused_with_the_longest() -> None:
    with pytest.raises(RequestRejected, match=r"at most 8 s, not 8\.1 s: shorten the clip"):
        CAN.ordered(replace(SHOT, frames=243))


@pytest.mark.parametrize(
    ("wanted", "size"),
    [
        ((1920, 1080), (1920, 1080)),
        ((1280, 720), (1280, 720)),
        ((854, 480), (1280, 720)),
        ((3840, 2160), (1920, 1080)),
        ((1080, 1920), (720, 1280)),
        ((1000, 1000), (960, 960)),
        ((400, 300), (560, 420)),
        ((1600, 1200), (1112, 834)),
    ],
)
def test_the_nearest_shape_and_of_it_the_smallest_that_is_large_enough(
    wanted: tuple[int, int], size: tuple[int, int]
) -> None:
    ordered = CAN.ordered(replace(SHOT, width=wanted[0], height=wanted[1]))
    assert (ordered.width, ordered.height) == size


def test_clips_that_are_cut_from_one_order_have_one_key() -> None:
    cut = replace(SHOT, frames=75, rate=Rate(25), width=1280)
    assert CAN.ordered(cut).key == CAN.ordered(replace(cut, frames=100)).key
    assert CAN.ordered(cut).key != CAN.ordered(replace(cut, frames=101)).key


def test_who_films_any_length_and_size_is_asked_for_just_that() -> None:
    assert Capabilities("camera", "camera", "1").ordered(SHOT) == SHOT


@pytest.mark.parametrize(
    ("shot", "words"),
    [
        (replace(SHOT, prompt=""), "give the clip a motionPrompt"),
        (replace(SHOT, prompt="eleven char"), "at most 10 characters, not 11"),
        (
            replace(SHOT, prompt="\U0001f30a" * 6),
            "at most 10 characters, not 12",
        ),  # UTF-16 counts such a wave as two
        (replace(SHOT, negative_prompt="people"), "remove negativePrompt"),
    ],
)
def test_prompts_that_it_cannot_take_are_refused(shot: Shot, words: str) -> None:
    with pytest.raises(RequestRejected, match=words):
        CAN.ordered(shot)


@given(st.integers(1, 192), st.integers(16, 8000), st.integers(16, 8000))
def test_an_order_stays_as_it_is_when_it_is_fitted_again(frames: int, width: int, height: int) -> None:
    ordered = CAN.ordered(replace(SHOT, frames=frames, rate=Rate(24), width=width, height=height))
    assert CAN.ordered(ordered) == ordered
    assert ordered.rate.seconds(ordered.frames) >= Fraction(frames, 24)
