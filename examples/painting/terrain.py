"""Ground with real perspective: a field of heights seen by a camera, with its slopes and distances."""

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from .light import Picture
from .noise import Field, single

Heights = Callable[[Field, Field], Field]
"""Height of the ground at (x, z), z away from the camera, all in one unit of length."""


@dataclass(frozen=True, slots=True)
class Camera:
    """Where the painter stands: eye height, the horizon's y and the focal length in frame heights."""

    eye: float
    horizon: float
    focal: float
    near: float
    far: float
    steps: int = 1400


@dataclass(frozen=True, slots=True)
class Ground:
    """What the camera sees of the ground, per pixel; distance is infinite where there is sky."""

    seen: Field
    distance: Field
    x: Field
    height: Field
    normal: Picture


_STRIP = 128
"""Columns cast at once: a whole picture's would need gigabytes."""


def look(camera: Camera, heights: Heights, width: int, height: int) -> Ground:
    """Cast every column of the picture over the ground, front to back."""
    strips = [_strip(camera, heights, (left, width, height)) for left in range(0, width, _STRIP)]
    return Ground(
        *(
            np.concatenate([getattr(strip, field.name) for strip in strips], axis=1)
            for field in fields(Ground)
        )
    )


def _strip(camera: Camera, heights: Heights, place: tuple[int, int, int]) -> Ground:
    left, width, height = place
    # One column more on each side, because a slope needs both neighbours.
    columns = (
        np.arange(left - 1, min(left + _STRIP, width) + 1, dtype=np.float32) + 0.5 - width / 2
    ) / height
    depth = np.geomspace(camera.near, camera.far, camera.steps).astype(np.float32)
    x = columns[None, :] * depth[:, None] / np.float32(camera.focal)
    z = single(np.broadcast_to(depth[:, None], x.shape))
    raised = heights(x, z)
    normal = _normals(raised, x, depth)[:, 1:-1]
    x, raised = x[:, 1:-1], raised[:, 1:-1]
    lines = camera.horizon - (raised - camera.eye) * camera.focal / depth[:, None]
    skyline = np.minimum.accumulate(lines, axis=0)
    step = _first_hits(skyline, height)
    return _gather(step, lines > skyline + 1e-6, depth, x, raised, normal)


def _first_hits(skyline: Field, height: int) -> Field:
    """For each pixel the (fractional) depth step whose ground first reaches it; NaN in the sky."""
    rows = ((np.arange(height, dtype=np.float32) + 0.5) / height)[::-1]
    steps = np.arange(skyline.shape[0], dtype=np.float32)
    hits = np.empty((height, skyline.shape[1]), np.float32)
    for column in range(skyline.shape[1]):
        climb = -skyline[:, column]
        hits[::-1, column] = np.interp(-rows, climb, steps, left=0, right=np.nan)
    return hits


def _normals(raised: Field, x: Field, depth: Field) -> Picture:
    across = np.gradient(raised, axis=1) / np.gradient(x, axis=1)
    # Going away along one column also moves sideways, so that part of the climb is taken out.
    away = np.gradient(raised, axis=0) / np.gradient(depth)[:, None] - across * (x / depth[:, None])
    normal = np.stack([-across, np.ones_like(across), -away], axis=-1)
    return single(normal / np.linalg.norm(normal, axis=-1, keepdims=True))


def _gather(
    step: Field, hidden: NDArray[np.bool_], depth: Field, x: Field, raised: Field, normal: Picture
) -> Ground:
    seen = np.isfinite(step)
    index = np.where(seen, step, 0)
    low = np.clip(index.astype(np.int32), 0, len(depth) - 2)
    column = np.broadcast_to(np.arange(step.shape[1]), step.shape)
    # Behind a crest the step before is out of sight, and mixing it in would fringe every ridge.
    part = np.where(hidden[low, column], 1, index - low).astype(np.float32)

    def pick(values: Field) -> Field:
        share = part[..., None] if values.ndim == 3 else part
        return single(values[low, column] * (1 - share) + values[low + 1, column] * share)

    distance = np.where(seen, depth[low] * (1 - part) + depth[low + 1] * part, np.inf).astype(np.float32)
    return Ground(seen.astype(np.float32), distance, pick(x), pick(raised), pick(normal))


def towards(azimuth: float, elevation: float) -> Field:
    """Unit vector to a light; degrees, azimuth 0 straight ahead and positive to the right."""
    turn, lift = np.radians(azimuth), np.radians(elevation)
    return np.array([np.sin(turn) * np.cos(lift), np.sin(lift), np.cos(turn) * np.cos(lift)], np.float32)


def mist(ground: Ground, eye: float, thickness: float, density: float) -> Field:
    """Share of the ground hidden (0..1) by fog whose density halves about every 0.7 `thickness` of height."""
    climb = (ground.height - eye) / np.float32(thickness)
    safe = np.where(np.abs(climb) < 1e-3, 1e-3, climb)
    path = (
        np.where(ground.seen > 0, ground.distance, 0) * np.exp(-eye / thickness) * (1 - np.exp(-safe)) / safe
    )
    return single(1 - np.exp(-density * path))
