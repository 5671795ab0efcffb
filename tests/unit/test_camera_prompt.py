"""What the camera understands of the words that people type."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jynco.adapters.providers.camera.moves import Kind
from jynco.adapters.providers.camera.prompt import read

ONE_MOVE = {
    "pan left": Kind.PAN_LEFT,
    "PAN LEFT!": Kind.PAN_LEFT,
    "Pan-left; gently": Kind.PAN_LEFT,
    "camera pans left slowly": Kind.PAN_LEFT,
    "The camera is panning to the left.": Kind.PAN_LEFT,
    "a slow leftward pan": Kind.PAN_LEFT,
    "pan across the mountains to the left": Kind.PAN_LEFT,
    "pan from right to left": Kind.PAN_LEFT,
    "pan left to right": Kind.PAN_RIGHT,
    "whip pan right": Kind.PAN_RIGHT,
    "pan right to reveal the left bank": Kind.PAN_RIGHT,
    "a misty harbour at dawn, slow pan right": Kind.PAN_RIGHT,
    "The camera looks right": Kind.PAN_RIGHT,
    "tilt up": Kind.TILT_UP,
    "tilt-up": Kind.TILT_UP,
    "camera pans up": Kind.TILT_UP,
    "tilt from the ground up to the sky": Kind.TILT_UP,
    "tilting downwards over the waterfall": Kind.TILT_DOWN,
    "gentle zoom in": Kind.DOLLY_IN,
    "zoom-in": Kind.DOLLY_IN,
    "zooming slowly into the window": Kind.DOLLY_IN,
    "slow push-in": Kind.DOLLY_IN,
    "The camera slowly pushes in on the castle": Kind.DOLLY_IN,
    "dolly forward": Kind.DOLLY_IN,
    "crash zoom on the face": Kind.DOLLY_IN,
    "zoom towards the left window": Kind.DOLLY_IN,
    "dolly towards the door": Kind.DOLLY_IN,
    "drone shot flying over the mountains": Kind.DOLLY_IN,
    "the camera moves closer to her face": Kind.DOLLY_IN,
    "dolly out fast": Kind.DOLLY_OUT,
    "zooms slowly out": Kind.DOLLY_OUT,
    "pull back to reveal the valley": Kind.DOLLY_OUT,
    "the camera backs away": Kind.DOLLY_OUT,
    "truck left": Kind.TRUCK_LEFT,
    "truck towards the left": Kind.TRUCK_LEFT,
    "dolly left": Kind.TRUCK_LEFT,
    "the camera tracks left": Kind.TRUCK_LEFT,
    "tracking shot to the right": Kind.TRUCK_RIGHT,
    "camera slides right": Kind.TRUCK_RIGHT,
    "crane up over the city": Kind.PEDESTAL_UP,
    "pedestal up": Kind.PEDESTAL_UP,
    "the camera slowly rises": Kind.PEDESTAL_UP,
    "camera cranes down": Kind.PEDESTAL_DOWN,
    "the camera descends": Kind.PEDESTAL_DOWN,
    "orbit left slowly": Kind.ORBIT_LEFT,
    "arc left around the statue": Kind.ORBIT_LEFT,
    "orbit right": Kind.ORBIT_RIGHT,
    "full 360 orbit": Kind.ORBIT_RIGHT,
    "gentle orbiting shot": Kind.ORBIT_RIGHT,
    "the camera orbits the tower": Kind.ORBIT_RIGHT,
    "camera rotates around the subject": Kind.ORBIT_RIGHT,
    "roll clockwise": Kind.ROLL_CLOCKWISE,
    "clockwise roll": Kind.ROLL_CLOCKWISE,
    "camera rolls counter-clockwise": Kind.ROLL_COUNTERCLOCKWISE,
    "Zoom lens look, but dolly in": Kind.DOLLY_IN,
    "Don\u2019t zoom; pan left": Kind.PAN_LEFT,
    "zoom in without panning": Kind.DOLLY_IN,
    "pan left, don't zoom": Kind.PAN_LEFT,
    "no zoom, pan left": Kind.PAN_LEFT,
}


@pytest.mark.parametrize(("words", "kind"), ONE_MOVE.items(), ids=list(ONE_MOVE))
def test_one_move_is_read(words: str, kind: Kind) -> None:
    assert [move.kind for move in read(words).moves] == [kind]


SCENES = [
    "",
    "sunset over the sea",
    "a pancake stack on a table",
    "a frying pan on the stove",
    "an orbiting planet",
    "a red truck drives left down the road",
    "train tracks run right into the fog",
    "rolling hills under clouds",
    "still water, static electricity in the air",
    "her head tilts up",
    "cars zoom past",
    "tilt-shift photo",
    "waves push in to the shore",
    "a ship rolls in the swell",
    "a woman turns right and looks up",
    "wind blows the grass to the left",
    "leaves fall down",
    "a crane flies up from the reeds",
    "shaking hands",
    "a handheld fan",
    "waves in slow motion",
    "日本の山",
]


@pytest.mark.parametrize("words", SCENES)
def test_scenes_leave_the_camera_to_us(words: str) -> None:
    assert read(words).is_silent


COMBINATIONS = {
    "slow dolly in while panning left": [(Kind.DOLLY_IN, 0), (Kind.PAN_LEFT, 0)],
    "pan left and up": [(Kind.PAN_LEFT, 0), (Kind.TILT_UP, 0)],
    "Tilt up; zoom out": [(Kind.TILT_UP, 0), (Kind.DOLLY_OUT, 0)],
    "orbit right & push in": [(Kind.ORBIT_RIGHT, 0), (Kind.DOLLY_IN, 0)],
    "pan left, then tilt up": [(Kind.PAN_LEFT, 0), (Kind.TILT_UP, 1)],
    "zoom in and then zoom out": [(Kind.DOLLY_IN, 0), (Kind.DOLLY_OUT, 1)],
    "pan left and right": [(Kind.PAN_LEFT, 0), (Kind.PAN_RIGHT, 1)],
    "The camera pans left. Pan left.": [(Kind.PAN_LEFT, 0)],
}


@pytest.mark.parametrize(("words", "moves"), COMBINATIONS.items(), ids=list(COMBINATIONS))
def test_combinations_go_together_or_one_after_the_other(words: str, moves: list[tuple[Kind, int]]) -> None:
    assert [(move.kind, move.act) for move in read(words).moves] == moves


STILL = [
    "no camera movement",
    "static shot",
    "Static.",
    "locked-off shot of the harbour",
    "the camera stays perfectly still",
    "the camera does not move",
    "Don't move the camera",
    "fixed camera, no pan",
    "Static camera, birds circle",
    "tripod",
]


@pytest.mark.parametrize("words", STILL)
def test_a_camera_can_be_asked_to_stand(words: str) -> None:
    script = read(words)
    assert script.still
    assert not script.moves
    assert not script.shake


@pytest.mark.parametrize(
    ("words", "strength"),
    [
        ("pan left", 1.0),
        ("pan left slowly", 0.5),
        ("subtle pan left", 0.5),
        ("very slow pan left", 0.5**1.5),
        ("pan left fast", 2.0),
        ("rapidly panning left", 2.0),
        ("dramatic pan left", 1.6),
        ("pan left, slowly", 0.5),
        ("pan left, not too fast", 0.75),
        ("pan left, a fast river below the castle", 1.0),
    ],
)
def test_speed_words_scale_the_move(words: str, strength: float) -> None:
    assert read(words).moves[0].strength == pytest.approx(strength)


def test_each_move_has_its_own_speed() -> None:
    slow, fast = read("slow dolly in while panning left fast").moves
    assert (slow.strength, fast.strength) == (0.5, 2.0)


@pytest.mark.parametrize(
    ("words", "shake"),
    [
        ("handheld", 1.0),
        ("hand-held camera", 1.0),
        ("shaky camera", 1.0),
        ("subtle handheld feel", 0.5),
        ("pan left, handheld", 1.0),
        ("camera shake", 1.0),
        ("no camera shake", 0.0),
        ("pan left without camera shake", 0.0),
    ],
)
def test_a_hand_may_hold_the_camera(words: str, shake: float) -> None:
    assert read(words).shake == shake


@pytest.mark.parametrize("words", ["don't pan", "no panning", "without panning", "a lake, never pan"])
def test_what_is_refused_is_left_out_of_the_calm_default_too(words: str) -> None:
    script = read(words)
    assert script.is_silent
    assert script.unwanted >= {Kind.PAN_LEFT, Kind.PAN_RIGHT}
    assert Kind.DOLLY_IN not in script.unwanted


def test_a_list_of_refusals_is_refused_whole() -> None:
    assert read("no zoom, pan or tilt").unwanted >= {Kind.DOLLY_IN, Kind.PAN_LEFT, Kind.TILT_UP}


def test_the_negative_prompt_takes_moves_away() -> None:
    assert [move.kind for move in read("pan left and zoom in", "zoom in").moves] == [Kind.PAN_LEFT]
    assert read("pan left", "camera movement").still
    assert read("pan left", "motion blur, low quality").moves


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_without_complaint(words: str) -> None:
    script = read(words)
    assert all(0.2 <= move.strength <= 2.5 for move in script.moves)
