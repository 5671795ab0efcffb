"""The camera's path: inside the picture, smooth, repeatable, and as long as the words say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jynco.adapters.providers.camera.moves import Kind, Move, Script
from jynco.adapters.providers.camera.path import Doubles, Geometry, matrices, poses

MOVES = st.builds(Move, st.sampled_from(list(Kind)), strength=st.floats(0.25, 2.5), act=st.integers(0, 2))
SCRIPTS = st.builds(
    Script,
    st.lists(MOVES, max_size=4).map(tuple),
    shake=st.sampled_from([0.0, 0.5, 2.0]),
    unwanted=st.frozensets(st.sampled_from(list(Kind)), max_size=3),
)
SIDES = st.integers(1, 1000).map(lambda half: 2 * half)
GEOMETRIES = st.builds(
    Geometry,
    SIDES,
    SIDES,
    st.integers(1, 8000),
    st.integers(1, 8000),
    st.none() | st.tuples(st.floats(0, 1), st.floats(0, 1)),
)


def corners_seen(path: Doubles, geometry: Geometry) -> Doubles:
    """(frames, 2, 4): where the centres of each frame's four corner pixels lie in the picture."""
    right, bottom = geometry.width - 1, geometry.height - 1
    corners = np.array([[0, right, 0, right], [0, 0, bottom, bottom], [1, 1, 1, 1]], dtype=np.float64)
    seen = path @ corners
    places: Doubles = seen[:, :2] / seen[:, 2:]
    return places


@settings(max_examples=150, deadline=None)
@given(SCRIPTS, GEOMETRIES, st.integers(1, 120), st.floats(0, 3), st.integers())
def test_the_camera_never_leaves_the_picture(
    script: Script, geometry: Geometry, frames: int, amount: float, seed: int
) -> None:
    path = matrices(poses(script, frames, frames / 30, amount, seed), geometry)
    assert path.shape == (frames, 3, 3)
    seen = corners_seen(path, geometry)
    room = np.array([geometry.picture_width - 1, geometry.picture_height - 1])
    assert np.all(seen >= -1e-6)
    assert np.all(seen <= room[:, None] + 1e-6)


def jerk(script: Script, frames: int, seed: int) -> float:
    """The largest third difference of where the frame's centre looks, in pixels."""
    geometry = Geometry(1920, 1080, 2560, 1600)
    path = matrices(poses(script, frames, 5.0, 1.0, seed), geometry)
    return float(np.abs(np.diff(corners_seen(path, geometry).mean(axis=2), 3, axis=0)).max())


@settings(max_examples=40, deadline=None)
@given(SCRIPTS, st.integers())
def test_the_path_is_smooth(script: Script, seed: int) -> None:
    """Twice the frames make third differences an eighth; only a half at a kink, and no less at a jump."""
    assert jerk(script, 961, seed) < 0.2 * jerk(script, 481, seed) + 1e-6


@given(SCRIPTS, st.integers())
@settings(max_examples=30, deadline=None)
def test_the_same_seed_gives_the_same_path(script: Script, seed: int) -> None:
    assert np.array_equal(poses(script, 24, 1.0, 1.0, seed), poses(script, 24, 1.0, 1.0, seed))


def test_another_seed_drifts_elsewhere() -> None:
    ends = {tuple(np.round(poses(Script(), 24, 4.0, 1.0, seed)[-1], 6)) for seed in range(20)}
    assert len(ends) == 20


@pytest.mark.parametrize("kind", list(Kind))
def test_a_lone_move_goes_one_way_and_starts_at_once(kind: Kind) -> None:
    path = poses(Script((Move(kind),)), 24, 1.0, 1.0, 0)
    column = int(np.argmax(np.abs(path[-1] - path[0])))
    steps = np.diff(path[:, column])
    assert np.all(steps > 0) or np.all(steps < 0)
    assert abs(steps[0]) > 0.25 * abs(steps).mean()
    assert abs(steps[0]) < 0.6 * abs(steps).max()


@pytest.mark.parametrize("seconds", [0.5, 1, 3, 4, 10, 120])
def test_a_usual_pan_covers_a_tenth_of_the_frame(seconds: float) -> None:
    geometry = Geometry(1920, 1080, 2560, 1600)
    path = matrices(poses(Script((Move(Kind.PAN_RIGHT),)), 30, seconds, 1.0, 0), geometry)
    travelled = (path[-1, 0, 2] - path[0, 0, 2]) / path[0, 0, 0] / 1920
    assert 0.08 <= travelled <= 0.15


def test_strength_is_proportion() -> None:
    usual, double = (
        poses(Script((Move(Kind.PAN_RIGHT, strength),)), 30, 4.0, 1.0, 0)[-1, 0] for strength in (1, 2)
    )
    assert double == pytest.approx(2 * usual)


def test_a_still_camera_stands() -> None:
    path = poses(Script(still=True), 30, 4.0, 1.0, 0)
    assert np.all(path == path[0])


def test_a_pan_uses_as_much_of_the_picture_as_there_is() -> None:
    """A picture of the frame's own shape has no room to the side: the crop is tightened just enough."""
    geometry = Geometry(1920, 1080, 1920, 1080)
    path = matrices(poses(Script((Move(Kind.PAN_LEFT),)), 30, 4.0, 1.0, 0), geometry)
    seen = corners_seen(path, geometry)[:, 0]
    assert seen.min() == pytest.approx(0, abs=0.01)
    assert seen.max() == pytest.approx(1919, abs=0.01)


def test_the_frame_covers_the_middle_and_the_upper_part_of_an_upright_picture() -> None:
    still = poses(Script(still=True), 1, 1.0, 1.0, 0)
    wide = Geometry(1920, 1080, 4000, 1080)
    assert corners_seen(matrices(still, wide), wide)[0, 0].mean() == pytest.approx(1999.5, abs=0.1)
    upright = Geometry(1920, 1080, 1080, 1920)
    middle = corners_seen(matrices(still, upright), upright)[0, 1].mean() / 1920
    assert 0.4 < middle < 0.47


def test_focus_is_kept_in_view_as_far_as_the_picture_allows() -> None:
    still = poses(Script(still=True), 1, 1.0, 1.0, 0)
    near = Geometry(1920, 1080, 4000, 1080, focus=(0.7, 0.5))
    assert corners_seen(matrices(still, near), near)[0, 0].mean() == pytest.approx(0.7 * 3999, abs=1)
    edge = Geometry(1920, 1080, 4000, 1080, focus=(1.0, 0.5))
    assert corners_seen(matrices(still, edge), edge)[0, 0].max() == pytest.approx(3999, abs=0.01)
