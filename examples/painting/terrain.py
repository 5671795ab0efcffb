"""Ground with real perspective: a field of heights seen by a camera, with its slopes and distances."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .light import Picture
from .noise import Field

Heights = Callable[[Field, Field], Field]
"""Height of the ground at (x, z), z away from the camera, all in one unit of length."""


@dataclass(frozen=True, slots=True)
class Camera:
    """Where the painter stands: eye height, horizon's place (0 top, 1 bottom) and focal length in frame heights."""

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


def look(camera: Camera, heights: Heights, width: int, height: int) -> Ground:
    """Cast every column of the picture over the ground, front to back."""
    columns = (np.arange(width, dtype=np.float32) + 0.5 - width / 2) / height
    depth = np.geomspace(camera.near, camera.far, camera.steps).astype(np.float32)
    x = columns[None, :] * depth[:, None] / np.float32(camera.focal)
    z = np.broadcast_to(depth[:, None], x.shape).astype(np.float32)
    raised = heights(x, z)
    lines = camera.horizon - (raised - camera.eye) * camera.focal / z
    step = _first_hits(np.minimum.accumulate(lines, axis=0), height)
    normal = _normals(raised, x, depth)
    return _gather(step, depth, x, raised, normal)


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
    return (normal / np.linalg.norm(normal, axis=-1, keepdims=True)).astype(np.float32)


def _gather(step: Field, depth: Field, x: Field, raised: Field, normal: Picture) -> Ground:
    seen = np.isfinite(step)
    index = np.where(seen, step, 0)
    low = np.clip(index.astype(np.int32), 0, len(depth) - 2)
    part = (index - low).astype(np.float32)
    column = np.broadcast_to(np.arange(step.shape[1]), step.shape)

    def pick(values: Field) -> Field:
        share = part[..., None] if values.ndim == 3 else part
        return (values[low, column] * (1 - share) + values[low + 1, column] * share).astype(np.float32)

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
    path = np.where(ground.seen > 0, ground.distance, 0) * np.exp(-eye / thickness) * (1 - np.exp(-safe)) / safe
    return (1 - np.exp(-density * path)).astype(np.float32)
