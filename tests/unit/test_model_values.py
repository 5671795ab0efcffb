"""Time in whole frames, states that go one way, and plans that add up."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jynco.model.ids import ClipId, ProjectId
from jynco.model.jobs import Receipt, ReceiptLine
from jynco.model.plan import Action, ClipPlan, Plan, Wishes
from jynco.model.states import GENERATION_STEPS, JOB_STEPS, GenerationState, JobState, Made
from jynco.model.time import Rate, exact

rates = st.sampled_from([Rate(24), Rate(25), Rate(30), Rate(60), Rate(30000, 1001), Rate(24000, 1001)])


@pytest.mark.parametrize(
    ("seconds", "rate", "frames"),
    [
        (0.1, Rate(30), 3),
        (0.05, Rate(30), 2),  # 1.5: halves go up
        (0.05, Rate(10), 1),
        (1 / 3, Rate(30), 10),
        (3, Rate(30000, 1001), 90),
        (0, Rate(30), 0),
        (14400, Rate(120), 1_728_000),
    ],
)
def test_seconds_become_the_nearest_frame(seconds: float, rate: Rate, frames: int) -> None:
    assert rate.frames(exact(seconds)) == frames


@given(rates, st.integers(0, 10**7))
def test_frames_survive_seconds(rate: Rate, frames: int) -> None:
    assert rate.frames(rate.seconds(frames)) == frames


@given(st.decimals(0, 10**6, places=3))
def test_numbers_are_what_was_typed(typed: Decimal) -> None:
    assert exact(float(typed)) == Fraction(typed)


def test_rates_are_written_as_people_do() -> None:
    assert (str(Rate(30)), str(Rate(30000, 1001))) == ("30", "30000/1001")


def test_nothing_leaves_an_end() -> None:
    assert {state for state in JobState if state.terminal} == {
        JobState.COMPLETED,
        JobState.FAILED,
        JobState.CANCELLED,
    }
    assert all(JobState.FAILED in steps for state, steps in JOB_STEPS.items() if not state.terminal)


def test_an_attempt_that_lives_can_end_every_way() -> None:
    for state in GenerationState:
        if state.live:
            assert {GenerationState.FAILED, GenerationState.UNKNOWN} <= GENERATION_STEPS[state]
    assert not GENERATION_STEPS[GenerationState.DONE] | GENERATION_STEPS[GenerationState.FAILED]
    assert GenerationState.INTENT not in frozenset().union(*GENERATION_STEPS.values()), (
        "nothing is ever unsent"
    )


def test_a_plan_adds_up() -> None:
    clips = (
        ClipPlan(ClipId("clip_a"), Action.GENERATE, 30, usd=Decimal("0.10")),
        ClipPlan(ClipId("clip_b"), Action.GENERATE, 30, usd=None),
        ClipPlan(ClipId("clip_c"), Action.CACHED, 30),
    )
    plan = Plan(ProjectId("proj_a"), 1, Wishes(), clips, 90)
    assert (plan.usd, plan.unpriced) == (Decimal("0.10"), 1)
    assert [clip.clip_id for clip in plan.to_generate] == ["clip_a", "clip_b"]


@pytest.mark.parametrize("made", list(Made))
def test_a_receipt_is_complete_when_every_clip_is_real(made: Made) -> None:
    receipt = Receipt((ReceiptLine(ClipId("clip_a"), Made.CACHED), ReceiptLine(ClipId("clip_b"), made)), 60)
    assert receipt.complete == (made not in {Made.STAND_IN, Made.MISSING})
