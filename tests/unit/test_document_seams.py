"""Where clips meet: one kind at a seam, room on both sides, overlaps only where pictures cross."""

from __future__ import annotations

import pytest

from jynco.document.checks import faults
from jynco.model.storyboard import Json
from tests.unit.document_samples import places, put

Clip = dict[str, Json]
CONFLICT = [("/timeline/1/effects/transitions/in", "transition_conflict")]
OVERLAP = [("/timeline/1/startTime", "overlap")]
START = [("/timeline/1/startTime", "transition")]


def clip(seconds: float | None = 5, enter: str = "none", leave: str = "none", **more: Json) -> Clip:
    length: Clip = {} if seconds is None else {"duration": seconds}
    return {"effects": {"transitions": {"in": enter, "out": leave}}, "motionPrompt": "pan", **length, **more}


def footage(**more: Json) -> Clip:
    return {"sourceFile": "a.mp4", **more}


def found(*clips: Clip) -> list[tuple[str, str]]:
    timeline: list[Json] = [
        {"clipId": f"clip_{number}", "status": "pending", **item} for number, item in enumerate(clips)
    ]
    return places(faults(put("/timeline", timeline)))


@pytest.mark.parametrize("leave", ["none", "fade", "dissolve", "wipe"])
@pytest.mark.parametrize("enter", ["none", "fade", "dissolve", "wipe"])
def test_a_seam_has_one_kind(leave: str, enter: str) -> None:
    agree = "none" in {leave, enter} or leave == enter
    assert found(clip(leave=leave), clip(enter=enter)) == ([] if agree else CONFLICT)
    assert found(clip(leave=leave), clip(enter=enter, startTime=7)) == []  # black lies between


def test_a_conflict_names_both_clips() -> None:
    document = put("/timeline/1/effects/transitions/in", "wipe")
    detail = faults(document)[0].detail
    assert "clip_a" in detail
    assert "clip_b" in detail


@pytest.mark.parametrize("start", [5, 5.0, 5.01, 4.99, 7])
def test_starts_that_say_nothing_new_or_leave_black(start: float) -> None:
    assert found(clip(), clip(startTime=start)) == []


def test_an_earlier_start_needs_pictures_that_cross() -> None:
    assert found(clip(), clip(startTime=4.5)) == OVERLAP
    assert found(clip(), clip(startTime=4.5, enter="fade")) == OVERLAP
    assert found(clip(), clip(startTime=4.5, enter="dissolve")) == []
    assert found(clip(leave="wipe"), clip(startTime=4)) == []
    assert found(clip(leave="wipe"), clip(startTime=0)) == START
    assert found(clip(), clip(2, "dissolve", startTime=3)) == START


@pytest.mark.parametrize("start", [9.5, 10, 9])
def test_later_starts_shift_with_the_overlaps(start: float) -> None:
    """After a dissolve of half a second: the plain sum, the end by the document's times, and the film's own end."""
    second = clip(5, "dissolve", startTime=4.5) if start != 9 else clip(4.5, "dissolve")
    assert found(clip(), second, clip(startTime=start)) == []


def test_an_overlap_and_a_length_agree() -> None:
    assert found(clip(), clip(startTime=4, enter="wipe", transitionDuration=1)) == []
    disagree = [("/timeline/1/transitionDuration", "transition")]
    assert found(clip(), clip(startTime=4, enter="wipe", transitionDuration=2)) == disagree
    first = clip(leave="wipe", transitionDuration=2)
    assert found(first, clip(startTime=4)) == [("/timeline/0/transitionDuration", "transition")]
    assert found(clip(leave="wipe", transitionDuration=1), clip(startTime=4)) == []


@pytest.mark.parametrize("kind", ["dissolve", "wipe"])
def test_a_set_seam_is_shorter_than_its_clips(kind: str) -> None:
    assert found(clip(3), clip(5, kind, transitionDuration=2.9)) == []
    assert found(clip(3), clip(5, kind, transitionDuration=3)) == [
        ("/timeline/1/transitionDuration", "transition")
    ]
    assert found(clip(5, leave=kind, transitionDuration=3), clip(3)) == [
        ("/timeline/0/transitionDuration", "transition")
    ]


def test_a_usual_seam_adapts_to_short_clips() -> None:
    assert found(clip(0.2, leave="dissolve"), clip(0.1, "dissolve", "wipe"), clip(0.03, "wipe")) == []


def test_the_second_clips_length_wins() -> None:
    first = clip(5, leave="wipe", transitionDuration=4.9)
    assert found(first, clip(1, "wipe", transitionDuration=0.5)) == []
    assert found(first, clip(1, "wipe")) == [("/timeline/0/transitionDuration", "transition")]


def test_two_seams_fit_into_one_clip() -> None:
    middle = clip(2, "dissolve", "dissolve", transitionDuration=1)
    assert found(clip(), middle, clip()) == []
    crowded = clip(2, "dissolve", "dissolve", transitionDuration=1.1)
    assert found(clip(), crowded, clip()) == [("/timeline/1/transitionDuration", "transition")]
    assert found(clip(), clip(2, "wipe", startTime=3.5), clip(5, "wipe", startTime=4.9)) == [
        ("/timeline/1", "transition")
    ]


@pytest.mark.parametrize("kind", ["fade", "dissolve", "wipe"])
def test_transitions_against_black_stay_inside_their_clip(kind: str) -> None:
    place = [("/timeline/0/transitionDuration", "transition")]
    assert found(clip(2, kind, kind, transitionDuration=1)) == []
    assert found(clip(2, kind, kind, transitionDuration=1.2)) == place
    assert found(clip(2, kind, transitionDuration=2)) == place


def test_a_dip_to_black_is_two_fades() -> None:
    assert found(clip(leave="fade"), clip(enter="fade")) == []


def test_clips_of_no_length_are_not_there() -> None:
    nothing = clip(0, "wipe", "fade")
    assert found(clip(leave="dissolve"), nothing, clip(enter="dissolve")) == []
    assert found(clip(leave="dissolve"), nothing, clip(enter="wipe")) == [
        ("/timeline/2/effects/transitions/in", "transition_conflict")
    ]


def test_nothing_is_claimed_behind_footage_of_its_own_length() -> None:
    assert found(footage(), clip(startTime=1)) == []
    assert found(footage(), clip(5, "dissolve", transitionDuration=100), clip(startTime=3)) == [
        ("/timeline/1/transitionDuration", "transition")
    ]
    assert found(clip(leave="fade"), footage(), clip(startTime=0)) == []


def test_a_generated_clip_without_a_length_has_three_seconds() -> None:
    assert found(clip(None), clip(startTime=3)) == []
    assert found(clip(None), clip(startTime=2.5)) == OVERLAP
