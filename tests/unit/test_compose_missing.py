"""What becomes of a storyboard whose clips could not all be made."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jynco.compose.missing import without
from jynco.compose.sources import Held, Slate
from jynco.compose.timeline import lay_out
from jynco.errors import MissingClips
from jynco.model.ids import ClipId
from jynco.model.states import OnMissing
from tests.unit.test_compose_timeline import board, clip, starts

A, B, C, D = (ClipId(f"clip_{name}") for name in "abcd")
FILM = board(
    clip("a", 2, leave="dissolve"), clip("b", 2, leave="wipe"), clip("c", 2, start=4), clip("d", 1, start=9)
)


def test_block_names_the_clips_and_the_reason() -> None:
    with pytest.raises(MissingClips, match=r"clip_b, clip_c.*refused.*--on-missing"):
        without(FILM, {B: "refused.", C: "late"}, OnMissing.BLOCK, {})


def test_nothing_missing_changes_nothing() -> None:
    assert without(FILM, {}, OnMissing.BLOCK, {}) == (FILM, {})


def test_hold_takes_the_nearest_good_clip_before_else_the_one_after_else_a_card() -> None:
    reasons = {A: "1", B: "2", D: "4"}
    kept, standing = without(FILM, reasons, OnMissing.HOLD, {})
    assert kept == FILM
    assert standing == {A: Held(C, last=False), B: Held(C, last=False), D: Held(C)}
    nothing = without(FILM, {**reasons, C: "3"}, OnMissing.HOLD, {})[1]
    assert nothing == {name: Slate(name, str(n)) for n, name in enumerate((A, B, C, D), start=1)}


def test_a_clip_of_no_time_has_no_frame_to_hold() -> None:
    film = board(clip("a", 1), clip("b", 0), clip("c", 1))
    assert without(film, {C: "x"}, OnMissing.HOLD, {})[1] == {C: Held(A)}


def test_slate_gives_the_reason() -> None:
    assert without(FILM, {B: "moderated"}, OnMissing.SLATE, {})[1] == {B: Slate(B, "moderated")}


def test_skip_cuts_where_the_clip_was_and_keeps_later_gaps() -> None:
    kept, standing = without(FILM, {B: "x"}, OnMissing.SKIP, {})
    assert standing == {}
    timeline = lay_out(kept, {})
    assert starts(timeline) == [(0, 20), (20, 20), (90, 10)]
    assert timeline.seams == ()


def test_skip_keeps_the_length_of_another_overlap() -> None:
    film = board(clip("a", 1), clip("b", 3), clip("c", 3, enter="dissolve", start=3))
    kept, _ = without(film, {A: "x"}, OnMissing.SKIP, {})
    assert [seam.frames for seam in lay_out(kept, {}).seams] == [10]


def test_skipping_everything_is_no_film() -> None:
    with pytest.raises(MissingClips):
        without(board(clip("a", 1)), {A: "x"}, OnMissing.SKIP, {})


def test_a_clips_own_policy_wins() -> None:
    film = replace(
        FILM, clips=(FILM.clips[0], replace(FILM.clips[1], on_missing=OnMissing.SLATE), *FILM.clips[2:])
    )
    assert without(film, {B: "x"}, OnMissing.BLOCK, {})[1] == {B: Slate(B, "x")}
