"""Things of the sky that several scenes share: clouds, stars, the milky way."""

import cv2
import numpy as np

from .light import Picture, blur, colour
from .noise import Field, fbm, ridged, single, smooth


def ceiling(x: Field, lift: Field, seed: int, scale: float, cover: float, stretch: float = 1.0) -> Field:
    """How thick (0..1) a flat layer of cloud is, in perspective; `lift` is the height above the horizon."""
    away = 1 / np.maximum(lift + 0.045, 0.02)
    u, v = x * away * np.float32(scale), away * np.float32(scale * stretch)
    bend = fbm(u * 0.5, v * 0.5, 3, seed + 50) * np.float32(0.7)
    body = fbm(u + bend, v - bend, 7, seed, gain=0.55)
    return smooth(0.5 - cover, 1.0 - cover, body + 0.25)


def stars(width: int, height: int, count: int, seed: int) -> Picture:
    """Stars as points of light: few bright, many faint, some warm, some blue."""
    rng = np.random.default_rng(seed)
    places = rng.uniform(0, 1, (count, 2))
    power = 0.012 * (1 - rng.uniform(0, 0.9985, count)) ** -0.85
    tint = np.stack([colour("ffcf9e"), colour("ffffff"), colour("a9c6ff")])[rng.integers(0, 3, count)]
    picture = np.zeros((height, width, 3), np.float32)
    # Light is kept, not brightness, so a small picture shows the same sky as a large one.
    unit = (height / 1600) ** 2
    columns = np.minimum((places[:, 0] * width).astype(int), width - 1)
    rows = np.minimum((places[:, 1] * height).astype(int), height - 1)
    np.add.at(picture, (rows, columns), (power[:, None] * tint * 14 * unit).astype(np.float32))
    sharp = blur(picture, height * 0.00052)
    return sharp + blur(picture, height * 0.0022) * np.float32(0.55)


def milky_way(
    x: Field, y: Field, angle: float, seed: int, through: tuple[float, float]
) -> tuple[Field, Field]:
    """Glow (0..1) and dust (0..1) of a band through a point, `angle` in degrees from upright."""
    turn = np.radians(angle)
    c, s = np.float32(np.cos(turn)), np.float32(np.sin(turn))
    dx, dy = x - through[0], y - through[1]
    along, beside = -dx * s + dy * c, dx * c + dy * s
    beside = beside + np.float32(0.05) * fbm(along * 2.2, beside * 2.2, 4, seed)
    wide = np.float32(0.145) * (1 + np.float32(0.35) * np.exp(-((along / 0.28) ** 2)))
    clouds = 0.72 + 0.5 * fbm(along * 8, beside * 15, 7, seed + 1, gain=0.66)
    band = np.exp(-((beside / wide) ** 2)) * clouds
    lane = ridged(along * 4.3 + 4, beside * 10 + 0.4 * clouds, 7, seed + 2, gain=0.7)
    rift = np.exp(-(((beside - 0.015 + 0.02 * np.sin(along * 9)) / (wide * 0.34)) ** 2))
    dust = smooth(0.22, 0.62, lane * 0.75 + 0.25 * rift) * rift
    return np.clip(band, 0, 1.6).astype(np.float32), dust.astype(np.float32)


def streaks(image: Field, longest: float) -> Field:
    """Every bright point drawn out upwards, fading over `longest` pixels, as rays of an aurora are."""
    keep = np.float32(np.exp(-1 / max(longest, 1e-3)))
    out = np.empty_like(image)
    row = np.zeros(image.shape[1], np.float32)
    for index in range(image.shape[0] - 1, -1, -1):
        row = row * keep + image[index]
        out[index] = row
    return out * (1 - keep)


def resized(image: Picture, width: int, height: int) -> Picture:
    """The picture at another size, averaging where it shrinks."""
    way = cv2.INTER_AREA if width < image.shape[1] else cv2.INTER_CUBIC
    return single(cv2.resize(image, (width, height), interpolation=way))
