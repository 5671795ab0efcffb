"""What the films really show, measured on their decoded frames: which way, how far, how steadily."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from jynco.adapters.providers.camera import Camera
from jynco.adapters.providers.camera.path import Geometry, matrices, poses
from jynco.adapters.providers.camera.prompt import read
from jynco.adapters.providers.camera.warp import Warp
from jynco.adapters.providers.yuv import planes
from jynco.model.motion import Shot
from jynco.model.time import Rate

Frame = NDArray[np.uint8]


class Quiet:
    """A watch with nothing to say."""

    def check(self) -> None: ...
    def progress(self, fraction: float) -> None: ...


def textured(width: int, height: int) -> Frame:
    """Blots of every size in three colours: features everywhere, none sharper than a sampling can hold."""
    random = np.random.default_rng(7)
    layers = [
        cv2.resize(random.normal(0, size**0.6, (height // size + 1, width // size + 1, 3)), (width, height))
        for size in (4, 8, 16, 32, 64)
    ]
    blots = np.sum(layers, axis=0)
    return np.asarray(np.clip(128 + 45 * blots / blots.std(), 0, 255), np.uint8)


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("still") / "blots.png"
    Image.fromarray(textured(640, 400)).save(path)
    return path


def shot(prompt: str, frames: int = 24, width: int = 320, height: int = 180, seed: int | None = 5) -> Shot:
    return Shot("camera", "camera", "1", prompt, "", "0" * 64, frames, Rate(24), width, height, seed)


def filmed(what: Shot, image: Path, folder: Path) -> list[Frame]:
    """The luma of every frame."""
    camera, target = Camera(), folder / "shot.mp4"
    camera.collect(what, image, camera.submit(what, image), target, Quiet())
    with av.open(target) as container:
        return [np.asarray(frame.to_ndarray(format="gray"), np.uint8) for frame in container.decode(video=0)]


@dataclass(frozen=True, slots=True)
class Travel:
    """How the picture's content went from the first frame to the last, about the frame's centre."""

    x: float  # frame widths, right
    y: float  # frame heights, down
    zoom: float
    clockwise: float  # degrees
    shear: float  # how much further the content below went right than the content above


def travel(frames: list[Frame]) -> Travel:
    """Followed over several short steps, for features leave the frame on a long one."""
    total = np.eye(3)
    picked = [*frames[::6], frames[-1]]
    for before, after in pairwise(picked):
        total = step(before, after) @ total
    rows, columns = frames[0].shape
    centre = np.array([columns / 2, rows / 2, 1.0])
    x, y, _ = total @ centre - centre
    a, b, c, d = total[0, 0], total[0, 1], total[1, 0], total[1, 1]
    return Travel(x / columns, y / rows, math.sqrt(a * d - b * c), math.degrees(math.atan2(c, a)), b + c)


def step(before: Frame, after: Frame) -> NDArray[np.float64]:
    points = cv2.goodFeaturesToTrack(before, 300, 0.01, 5)
    moved, found, _ = cv2.calcOpticalFlowPyrLK(before, after, points, np.empty_like(points))
    kept = found.ravel() == 1
    matrix, _ = cv2.estimateAffine2D(points[kept], moved[kept])
    return np.vstack([matrix, [0, 0, 1]])


MOVES = {
    "pan left": ("x", 0.07, 0.15),
    "pan right": ("x", -0.15, -0.07),
    "pan left slowly": ("x", 0.03, 0.07),
    "pan left fast": ("x", 0.15, 0.28),
    "tilt up": ("y", 0.07, 0.15),
    "tilt down": ("y", -0.15, -0.07),
    "truck left": ("x", 0.07, 0.15),
    "truck right": ("x", -0.15, -0.07),
    "crane up": ("y", 0.07, 0.15),
    "crane down": ("y", -0.15, -0.07),
    "dolly in": ("zoom", 1.08, 1.3),
    "zoom out": ("zoom", 0.75, 0.92),
    "roll clockwise": ("clockwise", -7, -2.5),
    "roll counterclockwise": ("clockwise", 2.5, 7),
    "orbit right": ("shear", -0.2, -0.05),
    "orbit left": ("shear", 0.05, 0.2),
}


@pytest.mark.parametrize(("prompt", "measure"), MOVES.items(), ids=list(MOVES))
def test_content_goes_where_the_field_expects(
    prompt: str, measure: tuple[str, float, float], picture: Path, tmp_path: Path
) -> None:
    quantity, low, high = measure
    seen = travel(filmed(shot(prompt), picture, tmp_path))
    assert low < getattr(seen, quantity) < high


def test_a_zoom_keeps_the_centre(picture: Path, tmp_path: Path) -> None:
    seen = travel(filmed(shot("dolly in"), picture, tmp_path))
    assert abs(seen.x) < 0.005
    assert abs(seen.y) < 0.005


def test_moves_go_together(picture: Path, tmp_path: Path) -> None:
    seen = travel(filmed(shot("slow dolly in while panning left"), picture, tmp_path))
    assert seen.zoom > 1.03
    assert seen.x > 0.06


def test_a_still_camera_shows_one_picture(picture: Path, tmp_path: Path) -> None:
    frames = filmed(shot("static shot"), picture, tmp_path)
    first = frames[0].astype(float)
    assert max(np.abs(frame - first).mean() for frame in frames) < 2  # the encoder's own grain
    places = [cv2.phaseCorrelate(first, frame.astype(float))[0] for frame in frames]
    assert np.abs(places).max() < 0.1


def test_without_a_word_the_camera_is_calm_but_alive(picture: Path, tmp_path: Path) -> None:
    seen = travel(filmed(shot("sunset over the sea"), picture, tmp_path))
    assert 1.03 < seen.zoom < 1.12
    assert 0.005 < abs(seen.x) < 0.04


def test_a_hand_sways_and_returns(picture: Path, tmp_path: Path) -> None:
    frames = filmed(shot("handheld", frames=72), picture, tmp_path)
    places = np.array(
        [cv2.phaseCorrelate(frames[0].astype(float), frame.astype(float))[0] for frame in frames]
    )
    assert np.ptp(places, axis=0).max() > 1.0
    assert np.abs(places).max() < 0.04 * 320
    assert np.abs(np.diff(places, axis=0)).max() < 1.5


def test_the_path_is_steady_to_a_tenth_of_a_pixel(picture: Path, tmp_path: Path) -> None:
    """Every frame's shift against the path that was meant; a pan alone keeps its scale, so shifts compare."""
    what = shot("pan left slowly", frames=48, width=640, height=360)
    frames = filmed(what, picture, tmp_path)
    path = matrices(poses(read(what.prompt), 48, 2.0, 1.0, 5), Geometry(640, 360, 640, 400))
    meant = (path[24, 0, 2] - path[:, 0, 2]) / path[24, 0, 0]
    window = cv2.createHanningWindow((640, 360), cv2.CV_64F)
    middle = frames[24].astype(float)
    shifts = [cv2.phaseCorrelate(middle, frame.astype(float), window)[0] for frame in frames]
    error = np.array(shifts) - np.column_stack([meant, np.zeros(48)])
    assert np.sqrt((error**2).mean(axis=0)).max() <= 0.1
    assert np.ptp(meant) > 15


def test_luma_and_chroma_stay_together() -> None:
    """A coloured edge: in the film's left-sited chroma it lies where the luma has it, to a tenth of a pixel."""
    rows, columns, edge = 64, 128, 70
    rgb = np.full((rows, columns, 3), 90, np.uint8)
    rgb[:, edge:] = (200, 90, 60)
    shift = np.array([[[1.0, 0.0, 10.0], [0.0, 1.0, 4.0], [0.0, 0.0, 1.0]]])
    raw = np.frombuffer(bytes(Warp(rgb, shift, 96, 48).frame(0)), np.uint8)
    luma = raw[: 96 * 48].reshape(48, 96).astype(float)[20]
    red = raw[96 * 48 * 5 // 4 :].reshape(24, 48).astype(float)[10]
    across = (luma - luma[0]) / (luma[-1] - luma[0])
    assert 96 - across.sum() == pytest.approx(edge - 10, abs=0.05)
    sited = (red - red[0]) / (red[-1] - red[0])  # sample i stands on luma column 2 i
    assert 2 * (48 - sited.sum()) - 0.5 == pytest.approx(edge - 10, abs=0.1)


@pytest.mark.parametrize(
    ("rgb", "yuv"),
    [
        ((255, 255, 255), (235, 128, 128)),
        ((0, 0, 0), (16, 128, 128)),
        ((255, 0, 0), (63, 102, 240)),
        ((0, 255, 0), (173, 42, 26)),
        ((0, 0, 255), (32, 240, 118)),
    ],
)
def test_colours_are_bt709_in_limited_range(rgb: tuple[int, int, int], yuv: tuple[int, int, int]) -> None:
    made = planes(np.full((5, 7, 3), rgb, np.uint8))
    assert made.y.shape == (6, 8)
    assert made.u.shape == made.v.shape == (3, 4)
    assert all((plane == value).all() for plane, value in zip((made.y, made.u, made.v), yuv, strict=True))


def test_a_large_still_does_not_flicker(tmp_path: Path) -> None:
    """Stripes as fine as the picture's pixels, seen from far: grey, not a beat of black and white."""
    stripes = np.zeros((2160, 3840, 3), np.uint8)
    stripes[:, ::2] = 255
    Image.fromarray(stripes).save(tmp_path / "stripes.png", compress_level=1)
    frames = filmed(shot("pan left", frames=6), tmp_path / "stripes.png", tmp_path)
    assert max(float(np.std(frame)) for frame in frames) < 6


@pytest.mark.parametrize("size", [(300, 900), (900, 300), (97, 61), (1, 1)])
def test_any_shape_of_picture_fills_the_whole_frame(size: tuple[int, int], tmp_path: Path) -> None:
    Image.new("RGB", size, "white").save(tmp_path / "white.png")
    frames = filmed(shot("orbit right fast, roll clockwise", frames=8), tmp_path / "white.png", tmp_path)
    assert [frame.shape for frame in frames] == [(180, 320)] * 8
    assert min(int(frame.min()) for frame in frames) > 230


@pytest.mark.parametrize(
    ("frames", "rate"), [(1, Rate(24)), (7, Rate(30000, 1001)), (150, Rate(120)), (3, Rate(1))]
)
def test_every_length_and_rate_comes_out_exactly(
    frames: int, rate: Rate, picture: Path, tmp_path: Path
) -> None:
    what = Shot("camera", "camera", "1", "zoom in", "", "0" * 64, frames, rate, 64, 36)
    assert len(filmed(what, picture, tmp_path)) == frames
    with av.open(tmp_path / "shot.mp4") as container:
        stream = container.streams.video[0]
        assert stream.average_rate == rate.fraction
        assert stream.duration is not None
        assert stream.time_base is not None
        assert Fraction(stream.duration) * stream.time_base == rate.seconds(frames)
