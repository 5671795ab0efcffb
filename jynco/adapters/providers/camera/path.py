"""From moves to one matrix per frame: the whole path in doubles, so that nothing ever jumps by a pixel.

The path is first drawn in parts of the frame; only then is it laid onto the picture, as large as it fits. So
a border can never show: the box around everywhere the camera looks is what is scaled to the picture.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from random import Random
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from jynco.adapters.providers.camera.moves import Reach, Script, calm

Doubles: TypeAlias = NDArray[np.float64]

_USUAL_SECONDS: Final = 4.0  # a move's usual reach is meant for a clip of this length
_TIGHTEST: Final = 2.0  # the path may cost this much of the picture's width before it is shortened
_ABOVE_UPRIGHT: Final = 0.4  # of an upright picture's spare height: what matters stands above its middle
_SHAKE: Final = Reach(x=0.006, y=0.008, roll=math.radians(0.22))
_SHAKE_HERTZ: Final = (0.31, 0.53, 0.87, 1.39, 2.1)  # a person's sway and pulse; no two share a period


@dataclass(frozen=True, slots=True)
class Geometry:
    """A frame and the picture it is cut from (pixels), and what to keep in view (parts of the picture)."""

    width: int
    height: int
    picture_width: int
    picture_height: int
    focus: tuple[float, float] | None = None


def poses(script: Script, frames: int, seconds: float, amount: float, seed: int) -> Doubles:
    """Where the camera is, (frames, 6) in the order of ``Reach``, in parts of the frame."""
    random = Random(seed)
    scale = amount * min(1.25, max(0.7, math.sqrt(seconds / _USUAL_SECONDS)))
    times = np.linspace(0.0, 1.0, frames) if frames > 1 else np.array([0.5])
    path = np.zeros((frames, 6))
    for reach, start, end in _acts(script, random):
        path += np.outer(_progress(times, start, end), np.array(astuple(reach.times(scale))))
    path[:, 4:] -= (path[:1, 4:] + path[-1:, 4:]) / 2  # half the skew to each side, never all to one
    return path + script.shake * amount * _sway(times * seconds, random)


def _acts(script: Script, random: Random) -> Sequence[tuple[Reach, float, float]]:
    if script.is_silent:
        return [(reach, 0.0, 1.0) for reach in calm(script.unwanted, random)]
    acts = max((move.act for move in script.moves), default=0) + 1
    return [(move.reach, move.act / acts, (move.act + 1) / acts) for move in script.moves]


def _progress(times: Doubles, start: float, end: float) -> Doubles:
    """0..1, eased. A lone move has some speed at both ends (a cut finds it moving); acts meet at rest."""
    part = np.clip((times - start) / (end - start), 0.0, 1.0)
    eased = part**3 * (part * (part * 6 - 15) + 10)
    return eased if end - start < 1 else 0.7 * part**2 * (3 - 2 * part) + 0.3 * part


def _sway(seconds: Doubles, random: Random) -> Doubles:
    """A hand that holds a camera: slow sines that never repeat together, weaker as they get faster."""
    sway = np.zeros((len(seconds), 6))
    for column, reach in enumerate(astuple(_SHAKE)):
        for hertz in _SHAKE_HERTZ:
            phase, pace = random.uniform(0, math.tau), hertz * random.uniform(0.9, 1.1)
            sway[:, column] += reach / (1 + hertz) * np.sin(math.tau * pace * seconds + phase)
    return sway


def matrices(path: Doubles, geometry: Geometry) -> Doubles:
    """(frames, 3, 3): each maps a pixel of the frame (centres at whole numbers) to a place in the picture."""
    views = _views(path, geometry)
    low, high = _box(views, geometry)
    while max((high - low) / _resting(geometry)) > _TIGHTEST:
        path = path * 0.9
        views = _views(path, geometry)
        low, high = _box(views, geometry)
    room = np.array([geometry.picture_width - 1, geometry.picture_height - 1], dtype=np.float64)
    scale = _fit(room, high - low)
    corner = _placed(room, low, high, scale, geometry)
    lay = np.array([[scale, 0.0, corner[0]], [0.0, scale, corner[1]], [0.0, 0.0, 1.0]])
    laid: Doubles = lay @ views
    return laid


def _resting(geometry: Geometry) -> Doubles:
    return np.array([max(geometry.width - 1, 1), max(geometry.height - 1, 1)], dtype=np.float64)


def _fit(room: Doubles, size: Doubles) -> float:
    """Picture pixels per frame pixel at which a box of ``size`` just fits into ``room``."""
    return float(np.min(room / np.maximum(size, 1e-9))) * (1 - 1e-9)


def _placed(room: Doubles, low: Doubles, high: Doubles, scale: float, geometry: Geometry) -> Doubles:
    """Where the frame's centre (0, 0 of the path) lies, so that the whole path stays in the picture."""
    spare: Doubles = np.maximum(room - scale * (high - low), 0.0)
    if geometry.focus is None:
        before = spare * np.array(
            [0.5, _ABOVE_UPRIGHT if geometry.picture_height > geometry.picture_width else 0.5]
        )
    else:
        before = np.clip(np.array(geometry.focus) * room + scale * low, 0.0, spare)
    place: Doubles = before - scale * low
    return place


def _views(path: Doubles, geometry: Geometry) -> Doubles:
    """Frame pixel to a place around the frame's centre, still in frame pixels."""
    width, height = float(geometry.width), float(geometry.height)
    x, y, zoom, roll, shear, yaw = path.T
    shrink, cosine, sine = np.exp(-zoom), np.cos(roll), np.sin(roll)
    one, nil = np.ones_like(x), np.zeros_like(x)
    turn = _stack([cosine, -sine, nil, sine, cosine, nil, nil, nil, one])
    skew = _stack([one, shear, nil, nil, one, nil, yaw / width, nil, one])
    place = _stack([shrink, nil, x * width, nil, shrink, y * height, nil, nil, one])
    centre = np.array([[1.0, 0.0, -(width - 1) / 2], [0.0, 1.0, -(height - 1) / 2], [0.0, 0.0, 1.0]])
    views: Doubles = place @ turn @ skew @ centre
    return views


def _stack(cells: Sequence[Doubles]) -> Doubles:
    return np.stack(cells, axis=-1).reshape(-1, 3, 3)


def _box(views: Doubles, geometry: Geometry) -> tuple[Doubles, Doubles]:
    """The smallest box around all that the frames see: their corners are enough, for lines stay lines."""
    right, bottom = geometry.width - 1, geometry.height - 1
    corners = np.array([[0, right, 0, right], [0, 0, bottom, bottom], [1, 1, 1, 1]], dtype=np.float64)
    seen = views @ corners
    points = seen[:, :2] / seen[:, 2:]
    return points.min(axis=(0, 2)), points.max(axis=(0, 2))
