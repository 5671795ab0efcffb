"""A snowy valley at night with the northern lights over it, upright so that a camera can tilt."""

import cv2
import numpy as np

from .light import Picture, blur, canvas, colour, glow, gradient, mix
from .noise import Field, fbm, line, ridged, single, smooth
from .sky import stars, streaks
from .terrain import Camera, Ground, look, towards
from .trees import forest, paint_over, plant

CAMERA = Camera(eye=0.55, horizon=0.608, focal=1.25, near=10.0, far=46.0, steps=3600)
SHORE = 0.66


def _heights(seed: int, x: Field, z: Field) -> Field:
    bend = 0.55 * fbm(x * 0.12, z * 0.12, 3, seed + 9)
    rock = ridged(x * 0.11 + bend, z * 0.09 + bend, 8, seed, gain=0.46)
    valley = smooth(0.6, 8.0, np.abs(x + 0.05 * z) - 0.05 * z)
    rise = smooth(9.0, 26.0, z) * (0.55 + 0.45 * valley) + 0.25 * valley * smooth(4.0, 14.0, z)
    return single(rock**1.4 * 7.4 * rise + 0.02 * fbm(x, z, 3, seed + 4))


def _curtain(
    shape: tuple[int, int], seed: int, start: tuple[float, float], end: tuple[float, float], fold: float
) -> Field:
    """The lower hem of one curtain of light: a winding line, brighter where folds lie over each other."""
    height, width = shape
    t = np.linspace(0, 1, 60000, dtype=np.float32)
    wind_x, wind_y = line(t * 5.5, 3, seed, gain=0.45), line(t * 3.6, 3, seed + 1, gain=0.35)
    x = start[0] + (end[0] - start[0]) * t + np.float32(fold) * wind_x
    y = start[1] + (end[1] - start[1]) * t + np.float32(fold) * wind_y
    rays = (0.62 + 0.55 * line(t * 70, 4, seed + 2, gain=0.65)) * (0.7 + 1.1 * line(t * 6, 3, seed + 3))
    fade = smooth(0, 0.12, t) * smooth(1, 0.86, t)
    hem = np.zeros(shape, np.float32)
    column, row = ((x + 0.5 * width / height) * height).astype(int), (y * height).astype(int)
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    np.add.at(hem, (row[inside], column[inside]), (np.clip(rays, 0, None) * fade)[inside])
    return hem * np.float32(height / 60000 * 1.4)


def _fanned(layer: Picture) -> Picture:
    """Rays spread as they rise, because they are parallel and stand over the eye."""
    height, width = layer.shape[:2]
    x, y = canvas(width, height)
    source_x = x / (1 + 0.55 * (0.5 - y)) * height + width / 2 - 0.5
    return np.asarray(
        cv2.remap(layer, source_x.astype(np.float32), y * height - 0.5, cv2.INTER_LINEAR), np.float32
    )


_CURTAINS = (
    ((-0.62, 0.42), (0.55, 0.25), 0.085, 1.0),
    ((-0.36, 0.20), (0.66, 0.40), 0.075, 0.75),
    ((-0.50, 0.12), (0.30, 0.08), 0.050, 0.35),
)


def _aurora(width: int, height: int, seed: int) -> Picture:
    """Green near the hem where the air is thick, violet far up; the rays are the hem drawn upwards."""
    light = np.zeros((height, width, 3), np.float32)
    for number, (start, end, fold, power) in enumerate(_CURTAINS):
        hem = blur(_curtain((height, width), seed + 13 * number, start, end, fold), height * 0.0018)
        # Where a fold is seen edge on, the eye does not see it as many times as bright.
        hem = hem / (1 + hem * np.float32(0.8))
        low, middle, high = (
            streaks(hem, height * reach) * np.float32(height * reach) for reach in (0.02, 0.06, 0.15)
        )
        layer = colour("9dffb0") * low[..., None] * 0.20 + colour("2fe88a") * middle[..., None] * 0.15
        layer = layer + colour("7a4ad8") * high[..., None] * 0.07 + colour("d04a9a") * high[..., None] * 0.022
        light += _fanned(layer) * np.float32(power)
    return single(
        light + blur(light, height * 0.012) * np.float32(0.35) + blur(light, height * 0.05) * np.float32(0.6)
    )


def _sky(x: Field, y: Field, lights: Picture, seed: int) -> Picture:
    height, width = x.shape
    night = gradient(y, [(0, "050a1c"), (0.3, "0a1730"), (0.47, "12294a"), (0.62, "24466a")])
    points = stars(width, height, 3600, seed + 1) * smooth(0.62, 0.42, y)[..., None]
    return single(night + points * 0.9 + lights)


def _snow(ground: Ground, lights: Picture, seed: int) -> Picture:
    up = np.clip(ground.normal[..., 1], 0, 1)
    moon = np.clip(ground.normal @ towards(-115, 28), 0, 1)
    wild = fbm(ground.x * 1.5, ground.distance.clip(0, 80) * 1.5, 4, seed + 6)
    rock = smooth(0.62, 0.38, up + 0.14 * wild)
    stuff = mix(
        np.broadcast_to(colour("e4ecf5"), ground.normal.shape),
        np.broadcast_to(colour("39424f"), ground.normal.shape),
        rock,
    )
    shine = lights[: int(lights.shape[0] * 0.6)].mean(axis=(0, 1)) * 1.1
    light = (
        colour("a9c6ff") * (0.55 * moon)[..., None]
        + (colour("3a5f95") * 0.22 + shine) * (0.35 + 0.65 * up)[..., None]
    )
    return single(stuff * light)


def _wood(picture: Picture, seed: int, night: Picture) -> Picture:
    """Firs along the far shore, small in the middle and taller to both sides."""
    height, width = picture.shape[:2]
    rng = np.random.default_rng(seed + 2)
    kinds = forest(8, 520, seed + 6)
    opacity, lit = np.zeros((height, width), np.float32), np.full((height, width), 0.2, np.float32)
    for place in rng.permutation(np.linspace(-0.42, 0.42, 150)):
        side = abs(place + 0.03) / 0.42
        tall = (0.016 + 0.095 * side**1.7) * rng.uniform(0.5, 1.25)
        foot = SHORE + rng.uniform(-0.016, 0.0) - 0.004
        plant(
            opacity,
            lit,
            kinds[rng.integers(8)],
            ((place + rng.normal(0, 0.004)) * height + width / 2, foot * height),
            tall * height,
            bool(rng.integers(2)),
        )
    return paint_over(picture, opacity, lit, colour("070d14"), night)


def _cabin(picture: Picture) -> Picture:
    """A hut on the shore with a lamp in its window: the one warm thing in the valley."""
    height, width = picture.shape[:2]
    foot, size = np.array([width / 2 + 0.115 * height, (SHORE - 0.006) * height]), height * 0.019
    parts = (
        ([(-1, 0), (1, 0), (1, -0.75), (-1, -0.75)], "0c0d12"),
        ([(-1.25, -0.68), (1.25, -0.68), (0.85, -1.35), (-0.85, -1.35)], "a9bfd0"),
        ([(-0.55, -0.2), (-0.2, -0.2), (-0.2, -0.52), (-0.55, -0.52)], ""),
        ([(0.2, -0.2), (0.55, -0.2), (0.55, -0.52), (0.2, -0.52)], ""),
    )
    for outline, code in parts:
        cover = np.zeros((height, width), np.float32)
        cv2.fillPoly(
            cover, [np.round((np.array(outline) * size + foot) * 16).astype(np.int32)], 1.0, cv2.LINE_AA, 4
        )
        tone = colour(code) * 0.35 if code else colour("ffb450") * 3.2
        picture = mix(picture, np.broadcast_to(tone, picture.shape), cover)
    x, y = np.arange(width, dtype=np.float32)[None, :], np.arange(height, dtype=np.float32)[:, None]
    halo = np.exp(-np.hypot(x - foot[0], (y - foot[1] + size * 0.3) * 1.5) / (size * 1.9))
    return single(picture + colour("ff9d3f") * (0.22 * halo)[..., None])


def _lake(picture: Picture, x: Field, y: Field, seed: int) -> Picture:
    """New ice with a skin of snow here and there: the valley turned over, dimmer and softer."""
    height, width = picture.shape[:2]
    down = np.clip(y - SHORE, 0, 1)
    wave = fbm(x * 6 / (0.2 + down), 5 / (0.04 + down), 3, seed + 8)
    source_y = (2 * SHORE - y * 1.0 - down * 0.85 + 0.006 * wave * smooth(0, 0.05, down)) * height
    source_x = x * height + width / 2 + 0.002 * height * wave
    turned = np.asarray(
        cv2.remap(
            blur(picture, height * 0.0022),
            source_x.astype(np.float32),
            source_y.astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        ),
        np.float32,
    )
    dusted = smooth(
        0.05, 0.42, fbm(x * 1.3 / (0.14 + down), 1.1 / (0.05 + down) + x * 0.6, 5, seed + 15)
    ) * smooth(0.0, 0.06, down)
    snow = turned * 0.35 + colour("3d5c80") * 0.32 + blur(turned, height * 0.05) * 0.45
    return mix(picture, mix(turned * 0.72, snow, dusted * 0.8), smooth(0, 0.0015, y - SHORE))


def paint(width: int, height: int, seed: int) -> Picture:
    """The scene in linear light at any size; the same seed gives the same night."""
    x, y = canvas(width, height)
    lights = _aurora(width, height, seed)
    ground = look(CAMERA, lambda gx, gz: _heights(seed, gx, gz), width, height)
    depth = np.where(ground.seen > 0, ground.distance, 70).astype(np.float32)
    picture = mix(_sky(x, y, lights, seed), _snow(ground, lights, seed), ground.seen)
    picture = mix(
        picture,
        np.broadcast_to(colour("2a5070") * 0.8, picture.shape),
        (1 - np.exp(-depth / 60)) * ground.seen,
    )
    picture = _cabin(_wood(picture, seed, colour("2b4a50") * 0.5))
    return glow(_lake(picture, x, y, seed), 0.5, threshold=0.5)
