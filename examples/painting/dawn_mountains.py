"""Ranges standing in a sea of mist, the sun just over the farthest one."""

import numpy as np

from .light import Picture, canvas, colour, glow, gradient, mix
from .noise import Field, fbm, line, ridged, single, smooth
from .sky import ceiling
from .terrain import Camera, Ground, look, mist, towards
from .trees import forest, paint_over, plant

SUN = (0.10, 0.345)
CAMERA = Camera(eye=1.25, horizon=0.43, focal=1.15, near=1.6, far=60.0, steps=3600)


def _heights(seed: int, x: Field, z: Field) -> Field:
    bend = fbm(x * 0.16, z * 0.16, 3, seed + 9) * np.float32(1.3)
    rock = ridged(x * 0.21 + bend, z * 0.17 + bend + 3, 7, seed, gain=0.45)
    basin = fbm(x * 0.07 + 5, z * 0.07, 2, seed + 20)
    opening = 0.35 + 0.65 * smooth(2.0, 9.0, z + np.abs(x) * 1.6)
    return single((rock**1.35 * 2.9 - 0.5 + 0.6 * basin) * opening)


def _sky(x: Field, y: Field, seed: int) -> Picture:
    sky = gradient(
        y,
        [
            (0, "3d5f8f"),
            (0.14, "6684a8"),
            (0.26, "a9adb5"),
            (0.34, "e3bfa0"),
            (0.40, "f6c791"),
            (0.46, "f9d3a4"),
        ],
    )
    near = np.hypot((x - SUN[0]) * 0.8, y - SUN[1])
    sky = sky + colour("ffb163") * (0.9 * np.exp(-near / 0.16))[..., None]
    lift = 0.46 - y
    wisps = ceiling(x, lift, seed, 0.42, 0.36, stretch=2.2) * smooth(0.02, 0.12, lift)
    lit = mix(
        np.broadcast_to(colour("9c93a6"), sky.shape),
        np.broadcast_to(colour("ffc58e") * 1.5, sky.shape),
        np.exp(-near / 0.38),
    )
    sky = mix(sky, lit, wisps * 0.62)
    return (
        sky + colour("fff0cf") * (9.0 * smooth(0.0225, 0.0195, np.hypot(x - SUN[0], y - SUN[1])))[..., None]
    )


def _rock(ground: Ground) -> Picture:
    sun = towards(10, 10)
    facing = np.clip(ground.normal @ sun, 0, 1)
    rim = np.clip(ground.normal @ towards(75, 16), 0, 1)
    up = np.clip(ground.normal[..., 1], 0, 1)
    green = mix(
        np.broadcast_to(colour("2f3138"), ground.normal.shape),
        np.broadcast_to(colour("2b3a2c"), ground.normal.shape),
        smooth(0.55, 0.85, up),
    )
    light = (
        colour("ffb877") * (2.4 * facing + 1.5 * rim)[..., None]
        + colour("8fa6cc") * (0.25 + 0.4 * up)[..., None]
    )
    return single(green * light)


def _through_air(rock: Picture, ground: Ground, x: Field, y: Field, seed: int) -> Picture:
    """The ground through the air: blue haze with distance, over it bright mist that fills the valleys."""
    towards_sun = np.exp(-np.hypot((x - SUN[0]) * 0.7, (y - SUN[1]) * 1.1) / 0.27)
    air = mix(
        gradient(y, [(0.3, "b7b3bd"), (0.5, "8a9cc4"), (0.8, "6a82b4")]),
        np.broadcast_to(colour("ffcf9b") * 1.15, (*x.shape, 3)),
        towards_sun,
    )
    depth = np.where(ground.seen > 0, ground.distance, 60).astype(np.float32)
    patches = 1 + 0.8 * fbm(ground.x * 0.45, depth * 0.3, 4, seed + 40)
    low = mist(ground, CAMERA.eye, 0.21, 10.0) * np.clip(patches, 0.3, 1.6)
    bright = air * 0.85 + colour("e9dfe6") * (0.22 + 0.4 * towards_sun)[..., None]
    hazy = mix(rock, air * 0.86, 1 - np.exp(-depth / 22))
    return mix(hazy, bright, np.clip(low, 0, 0.96))


def _near_firs(picture: Picture, seed: int) -> Picture:
    """A dark slope with firs in the lower corners, to stand on."""
    height, width = picture.shape[:2]
    x, y = canvas(width, height)
    edge = (
        1.03
        - 0.26 * smooth(-0.22, -0.85, x)
        - 0.15 * smooth(0.36, 0.85, x)
        + 0.012 * line(x[0] * 6, 5, seed)[None, :]
    )
    opacity, lit = smooth(0, 0.004, y - edge), np.zeros_like(x)
    rng = np.random.default_rng(seed + 3)
    kinds = forest(7, 560, seed + 5)
    for place in np.sort(rng.uniform(-0.8, 0.8, 260)):
        column = int(np.clip((place * height) + width / 2, 0, width - 1))
        foot = float(edge[0, column] + rng.uniform(0.0, 0.05))
        if foot > 1.005:
            continue
        side = abs(float(place)) / 0.8
        plant(
            opacity,
            lit,
            kinds[rng.integers(len(kinds))],
            (column, foot * height),
            rng.uniform(0.05, 0.09 + 0.12 * side**2) * height,
            bool(rng.integers(2)),
        )
    return paint_over(picture, opacity, lit, colour("0d1417"), colour("2e2a26"))


def paint(width: int, height: int, seed: int) -> Picture:
    """The scene in linear light at any size; the same seed gives the same mountains."""
    x, y = canvas(width, height)
    ground = look(CAMERA, lambda gx, gz: _heights(seed, gx, gz), width, height)
    land = _through_air(_rock(ground), ground, x, y, seed)
    picture = mix(_sky(x, y, seed), land, ground.seen)
    return glow(_near_firs(picture, seed), 0.55, threshold=0.75)
