"""Dunes in the last blue light, the milky way coming up over them."""

import numpy as np

from .light import Picture, canvas, colour, glow, gradient, mix
from .noise import Field, fbm, smooth
from .sky import milky_way, stars
from .terrain import Camera, Ground, look, towards

CAMERA = Camera(eye=2.9, horizon=0.60, focal=1.15, near=1.3, far=90.0, steps=1800)


def _crests(x: Field, z: Field, seed: int, length: float, turn: float) -> Field:
    """Dunes 0..1: a long windward back, a sharp crest, a short lee side; winding, as wind leaves them."""
    c, s = np.float32(np.cos(np.radians(turn))), np.float32(np.sin(np.radians(turn)))
    along, across = x * c + z * s, z * c - x * s
    wind = 0.55 * fbm(along / length * 0.55, across / length * 0.4, 3, seed, gain=0.35)
    phase = across / np.float32(length) + wind
    part = phase - np.floor(phase)
    back = 0.5 - 0.5 * np.cos(np.pi * np.clip(part / 0.68, 0, 1))
    lee = np.clip((1 - part) / 0.32, 0, 1) ** 1.25
    return np.where(part < 0.68, back**0.85, lee).astype(np.float32)


def _heights(seed: int, x: Field, z: Field) -> Field:
    swell = 0.5 + 0.5 * fbm(x * 0.07, z * 0.07, 2, seed + 3)
    great = _crests(x, z, seed, 7.5, -64) * (0.55 + 1.7 * swell)
    small = _crests(x + 3, z, seed + 5, 3.6, -38) * 0.34 * (1 - 0.4 * swell)
    near = smooth(0.6, 6.0, z)
    ripple = 0.5 + 0.5 * np.sin((z * 0.9 + x * 0.45 + 0.5 * fbm(x * 1.1, z * 1.1, 3, seed + 8)) * 42)
    fine = 0.0045 * ripple * smooth(8.0, 2.0, z)
    return ((great + small) * (0.35 + 0.65 * near) + fine).astype(np.float32)


def _sky(x: Field, y: Field, seed: int) -> Picture:
    height, width = x.shape
    dome = gradient(y, [(0, "070d22"), (0.2, "0c1836"), (0.4, "17305a"), (0.50, "33557f"), (0.57, "6f7f93"), (0.61, "c79a78")])
    afterglow = np.exp(-np.hypot((x + 0.55) * 0.55, (y - 0.61) * 1.7) / 0.2)
    dome = dome + colour("ff9a55") * (0.55 * afterglow)[..., None]
    fade = smooth(0.60, 0.34, y)
    band, dust = milky_way(x, y, 33, seed, (0.24, 0.25))
    cloud = gradient(band, [(0, "000000"), (0.45, "33406c"), (0.9, "a79aa6"), (1.4, "ffe6c8")]) * 0.75
    dome = dome + cloud * (fade * (1 - 0.86 * dust))[..., None]
    many = stars(width, height, 5200, seed + 1) + stars(width, height, 16000, seed + 2) * (0.5 * np.clip(band, 0, 1))[..., None]
    return (dome + many * (fade * (1 - 0.5 * dust))[..., None]).astype(np.float32)


def _sand(ground: Ground, seed: int) -> Picture:
    warm = np.clip(ground.normal @ towards(-68, 9), 0, 1)
    cool = np.clip(ground.normal @ towards(60, 50), 0, 1)
    open_sky = 0.45 + 0.55 * ground.normal[..., 1]
    sand = mix(np.broadcast_to(colour("c79a72"), ground.normal.shape), np.broadcast_to(colour("b5835f"), ground.normal.shape),
               smooth(-0.4, 0.4, fbm(ground.x * 0.5, ground.height * 3, 3, seed + 12)))
    light = colour("ffb27c") * (0.85 * warm**1.2)[..., None] + colour("5f86c6") * (0.26 * open_sky + 0.16 * cool)[..., None]
    return sand * light


def paint(width: int, height: int, seed: int) -> Picture:
    """The scene in linear light at any size; the same seed gives the same dunes."""
    x, y = canvas(width, height)
    ground = look(CAMERA, lambda gx, gz: _heights(seed, gx, gz), width, height)
    depth = np.where(ground.seen > 0, ground.distance, 90).astype(np.float32)
    air = _sky_glow(x)
    sand = mix(_sand(ground, seed), air, 1 - np.exp(-depth / 42))
    return glow(mix(_sky(x, y, seed), sand, ground.seen), 0.5, threshold=0.5)


def _sky_glow(x: Field) -> Picture:
    """Colour of the air along the horizon: warm where the sun went, blue opposite."""
    return gradient(x, [(-0.8, "c08a63"), (-0.2, "8d7f82"), (0.4, "566b8a"), (0.8, "435b80")])
