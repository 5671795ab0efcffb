"""The sea as the sun goes down: the water mirrors the sky, wave by wave."""

import cv2
import numpy as np

from .light import Picture, canvas, colour, glow, gradient, mix
from .noise import Field, fbm, line, single, smooth
from .sky import ceiling

HORIZON = 0.52
SUN = (0.16, 0.052)  # to the right of the middle, above the horizon, in frame heights
EYE = 2.6
SAMPLES = 8


def _headland(u: Field, seed: int) -> Field:
    """Outline of the land on the left, in frame heights above the horizon; far cliffs and farther hills."""
    rough = 0.016 * line(u * 9, 6, seed + 1, gain=0.55) + 0.008 * line(u * 40, 3, seed + 2)
    land = 0.118 * smooth(-0.26, -0.62, u) * (1 - 0.25 * smooth(-0.6, -0.85, u)) + 0.03 * smooth(
        -0.16, -0.3, u
    )
    return single(land + rough * smooth(-0.17, -0.36, u))


def _far_land(u: Field, seed: int) -> Field:
    hills = 0.026 + 0.014 * line(u * 5, 5, seed + 7)
    return single(hills * smooth(0.08, -0.14, u))


def _bare_sky(u: Field, v: Field) -> Picture:
    """Sky without clouds in a direction: u to the right, v above the horizon."""
    near = np.hypot((u - SUN[0]) * 0.62, v - SUN[1])
    sky = gradient(
        v,
        [
            (0, "f0905a"),
            (0.05, "ee9d68"),
            (0.13, "dd9a7f"),
            (0.24, "a98795"),
            (0.38, "66709c"),
            (0.6, "37497c"),
        ],
    )
    warm = np.exp(-near / 0.085)[..., None] * colour("ff9a3c") * 1.7
    core = np.exp(-((near / 0.05) ** 2))[..., None] * colour("ffcf7a") * 2.2
    return single(sky * 0.8 + warm + core)


def _sun(u: Field, v: Field) -> Picture:
    disc = smooth(0.0205, 0.0185, np.hypot(u - SUN[0], v - SUN[1]))
    return disc[..., None] * colour("ffd890") * 11


def _clouded(u: Field, v: Field, seed: int) -> Picture:
    near = np.exp(-np.hypot((u - SUN[0]) * 0.6, v - SUN[1]) / 0.23)
    sky = _bare_sky(u, v) + _sun(u, v)
    thick = ceiling(u, v, seed, 0.5, 0.52, stretch=1.9) * smooth(0.015, 0.09, v)
    under = mix(
        np.broadcast_to(colour("6b5677"), sky.shape), np.broadcast_to(colour("ff8a4e") * 1.5, sky.shape), near
    )
    edge = np.clip(4 * thick * (1 - thick), 0, 1)
    sky = mix(sky, under * (0.75 + 0.7 * edge * near)[..., None], thick * 0.86)
    bars = (
        smooth(0.12, 0.5, fbm(u * 1.6, v * 22, 5, seed + 31)) * smooth(0.02, 0.05, v) * smooth(0.2, 0.09, v)
    )
    return mix(sky, np.broadcast_to(colour("7d5567"), sky.shape), bars * 0.55 * (1 - 0.6 * near))


def _with_land(sky: Picture, u: Field, v: Field, seed: int, softness: float) -> Picture:
    far = smooth(softness, -softness, v - _far_land(u, seed))
    near = smooth(softness, -softness, v - _headland(u, seed))
    sky = mix(sky, np.broadcast_to(colour("a3727c"), sky.shape), far * 0.9)
    tone = mix(
        np.broadcast_to(colour("2c2740"), sky.shape),
        np.broadcast_to(colour("8a5f70"), sky.shape),
        smooth(0.06, 0.0, v) * 0.35,
    )
    return mix(sky, tone, near)


def _slopes(x: Field, z: Field, footprint: Field, seed: int) -> tuple[Field, Field, Field]:
    """Slopes of the sea to the right and away, and the roughness too fine to draw at that distance."""
    right, away, rough = np.zeros_like(x), np.zeros_like(x), np.zeros_like(x)
    for band, (length, steep) in enumerate(
        ((9.0, 0.05), (4.1, 0.07), (1.9, 0.085), (0.85, 0.09), (0.38, 0.085), (0.17, 0.07))
    ):
        seen = smooth(0.75, 0.25, footprint / length)
        step = np.float32(0.06)

        def swell(du: float, dv: float, length: float = length, band: int = band) -> Field:
            return fbm(
                (x * 0.42 + z * 0.10) / length + du, (z * 1.0 - x * 0.18) / length + dv, 2, seed + band * 7
            )

        middle = swell(0, 0)
        across, along = (swell(float(step), 0) - middle) / step, (swell(0, float(step)) - middle) / step
        right += np.float32(steep) * (0.42 * across - 0.18 * along) * seen
        away += np.float32(steep) * (along + 0.10 * across) * seen
        rough += ((1 - seen) * np.float32(steep)) ** 2
    return right, away, np.sqrt(rough + 0.018**2).astype(np.float32)


_ROWS = 64


def _water(x: Field, down: Field, pixel: float, seed: int) -> Picture:
    """Colour of the sea; `down` is how far below the horizon, `pixel` the height of one."""
    starts = range(0, len(x), _ROWS)
    return np.concatenate(
        [_rows_of_water(x[r : r + _ROWS], down[r : r + _ROWS], pixel, seed, r) for r in starts]
    )


def _rows_of_water(x: Field, down: Field, pixel: float, seed: int, first: int) -> Picture:
    z = EYE / down
    right, away, rough = _slopes(x * z, z, z * z / EYE * np.float32(pixel), seed)
    rng = np.random.default_rng((seed, first))
    total = np.zeros((*x.shape, 3), np.float32)
    for _ in range(SAMPLES):
        sx = right + rough * 0.55 * rng.standard_normal(x.shape, np.float32)
        sz = away + rough * rng.standard_normal(x.shape, np.float32)
        norm = 1 / np.sqrt(1 + sx * sx + sz * sz)
        # The view ray is (x, -down, 1); the normal is (-sx, 1, -sz) times norm.
        size = np.sqrt(1 + x * x + down * down)
        # Facets that lean away are hidden by others; mirrored slopes stand in for those that hide them.
        facing = np.abs(x * sx + down + sz) * norm
        ahead = 1 - 2 * facing * sz * norm
        u = (x - 2 * facing * sx * norm) / np.maximum(ahead, 0.2)
        v = np.abs(-down + 2 * facing * norm) / np.maximum(ahead, 0.2)
        fresnel = 0.02 + 0.98 * (1 - np.clip(facing / size, 0, 1)) ** 5
        mirror = _with_land(_bare_sky(u, v) + _sun(u, v) * 0.75, u, v, seed, 0.012)
        total += mix(np.broadcast_to(colour("12303f") * 0.8, mirror.shape), mirror, fresnel)
    return total / SAMPLES


def _boat(picture: Picture) -> Picture:
    """A small sloop against the light, and its shade on the water."""
    height, width = picture.shape[:2]
    scale, foot = height * 0.034, (width / 2 + 0.40 * height, (HORIZON + 0.012) * height)
    hull = [(-0.5, -0.1), (0.62, -0.13), (0.45, 0.02), (-0.42, 0.02)]
    main_sail = [(0.02, -0.17), (-0.48, -0.2), (0.0, -1.35)]
    jib = [(0.06, -0.18), (0.55, -0.16), (0.03, -1.15)]
    cover, shade = np.zeros((height, width), np.float32), np.zeros((height, width), np.float32)
    for part, value in ((hull, 1.0), (main_sail, 0.92), (jib, 0.86)):
        points = np.array(part) * scale
        cv2.fillPoly(cover, [np.round((points + foot) * 16).astype(np.int32)], value, cv2.LINE_AA, 4)
        cv2.fillPoly(
            shade, [np.round((points * (1, -1.25) + foot) * 16).astype(np.int32)], 0.4, cv2.LINE_AA, 4
        )
    shade = np.asarray(cv2.GaussianBlur(shade, (0, 0), height * 0.0022), np.float32)
    return mix(
        mix(picture, np.broadcast_to(colour("3a2a3c"), picture.shape), shade),
        np.broadcast_to(colour("251c2c"), picture.shape),
        cover,
    )


def paint(width: int, height: int, seed: int) -> Picture:
    """The scene in linear light at any size; the same seed gives the same sea."""
    x, y = canvas(width, height)
    v = HORIZON - y
    top = int(np.ceil(HORIZON * height))
    picture = np.empty((height, width, 3), np.float32)
    picture[:top] = _with_land(_clouded(x[:top], v[:top], seed), x[:top], v[:top], seed, 1.0 / height)
    down = np.maximum(-v[top:], 0.4 / height)
    sea = _water(x[top:], down, 1 / height, seed)
    haze = np.exp(-down / 0.012) * 0.6
    picture[top:] = mix(sea, _bare_sky(x[top:], np.full_like(down, 0.004)) * 0.82, haze)
    return glow(_boat(picture), 0.4, threshold=0.9)
