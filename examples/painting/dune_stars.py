"""Dunes in the last blue light, the milky way coming up over them."""

import numpy as np

from .light import Picture, canvas, colour, glow, gradient, mix
from .noise import Field, fbm, single, smooth
from .sky import milky_way, stars
from .terrain import Camera, Ground, look, towards

CAMERA = Camera(eye=2.15, horizon=0.60, focal=1.1, near=1.3, far=90.0, steps=2400)


def _crests(x: Field, z: Field, seed: int, length: float, turn: float) -> Field:
    """Dunes 0..1: a long windward back, a sharp crest, a short lee side; winding, as wind leaves them."""
    c, s = np.float32(np.cos(np.radians(turn))), np.float32(np.sin(np.radians(turn)))
    along, across = x * c + z * s, z * c - x * s
    wind = 0.55 * fbm(along / length * 0.55, across / length * 0.4, 3, seed, gain=0.35)
    phase = across / np.float32(length) + wind
    part = phase - np.floor(phase)
    back = 0.5 - 0.5 * np.cos(np.pi * np.clip(part / 0.68, 0, 1))
    lee = np.clip((1 - part) / 0.32, 0, 1) ** 1.25
    return single(np.where(part < 0.68, back**0.85, lee))


def _through(z: Field, places: list[float], values: list[float]) -> Field:
    """A soft curve through values at places, level at each of them."""
    step = np.interp(z, places, np.arange(len(places)))
    low = np.minimum(step.astype(np.int32), len(places) - 2)
    part = smooth(0, 1, (step - low).astype(np.float32))
    known = np.asarray(values, np.float32)
    return single(known[low] * (1 - part) + known[low + 1] * part)


def _great_dune(x: Field, z: Field, seed: int) -> Field:
    """The one the eye follows: a crest that winds to a summit, lit back on the left, lee on the right."""
    crest = _through(z, [1.0, 2.6, 5.2, 9.0, 13.5, 20.0, 30.0], [0.55, 0.75, 0.2, 2.1, 1.5, 4.2, 3.0])
    summit = _through(z, [1.0, 3.2, 6.0, 8.5, 13.0, 18.0, 27.0], [0.95, 1.25, 1.3, 1.75, 3.5, 2.4, 0.0])
    crest += 0.12 * fbm(x * 0.02, z * 0.5, 3, seed + 21)
    summit *= 1 + 0.08 * fbm(x * 0.02, z * 0.35, 3, seed + 22)
    aside = x - crest
    back = np.clip(1 + aside / (1.6 + 1.9 * summit), 0, 1) ** 1.25
    lee = np.clip(1 - aside / (0.35 + 1.5 * summit), 0, 1) ** 1.2
    return single(summit * np.where(aside < 0, back, lee))


def _heights(seed: int, x: Field, z: Field) -> Field:
    swell = 0.5 + 0.5 * fbm(x * 0.07, z * 0.07, 2, seed + 3)
    field = _crests(x, z, seed, 7.5, -64) * (0.25 + 1.1 * swell) * (0.15 + 0.85 * smooth(5.0, 18.0, z))
    small = _crests(x + 3, z, seed + 5, 2.6, -48) * 0.16
    wind = 0.5 + 0.5 * np.sin((x * 0.75 + z * 0.5 + 0.45 * fbm(x * 0.9, z * 0.9, 3, seed + 8)) * 46)
    fine = 0.0035 * wind * smooth(7.0, 1.8, z)
    return single(np.maximum(field + small, _great_dune(x, z, seed) + 0.25 * small) + fine)


def _sky(x: Field, y: Field, seed: int) -> Picture:
    height, width = x.shape
    dome = gradient(
        y,
        [
            (0, "070d22"),
            (0.2, "0c1836"),
            (0.4, "17305a"),
            (0.50, "33557f"),
            (0.57, "6f7f93"),
            (0.61, "c79a78"),
        ],
    )
    afterglow = np.exp(-np.hypot((x + 0.55) * 0.55, (y - 0.61) * 1.7) / 0.2)
    dome = dome + colour("ff9a55") * (0.55 * afterglow)[..., None]
    fade = smooth(0.60, 0.34, y)
    band, dust = milky_way(x, y, 33, seed, (0.24, 0.25))
    cloud = gradient(band, [(0, "000000"), (0.45, "34406a"), (0.85, "9a8fa0"), (1.3, "ffe2c2")]) * 0.5
    dome = dome + cloud * (fade * (1 - 0.86 * dust))[..., None]
    many = (
        stars(width, height, 5200, seed + 1)
        + stars(width, height, 60000, seed + 2) * (0.30 * np.clip(band, 0, 1))[..., None]
    )
    return single(dome + many * (fade * (1 - 0.5 * dust))[..., None])


def _sand(ground: Ground, seed: int) -> Picture:
    warm = np.clip(ground.normal @ towards(-68, 9), 0, 1)
    cool = np.clip(ground.normal @ towards(60, 50), 0, 1)
    open_sky = 0.45 + 0.55 * ground.normal[..., 1]
    sand = mix(
        np.broadcast_to(colour("c4a585"), ground.normal.shape),
        np.broadcast_to(colour("b08d70"), ground.normal.shape),
        smooth(-0.4, 0.4, fbm(ground.x * 0.5, ground.height * 3, 3, seed + 12)),
    )
    light = (
        colour("ffb08a") * (0.72 * warm)[..., None]
        + colour("6a8fd0") * (0.25 * open_sky + 0.16 * cool)[..., None]
    )
    return single(sand * light)


def paint(width: int, height: int, seed: int) -> Picture:
    """The scene in linear light at any size; the same seed gives the same dunes."""
    x, y = canvas(width, height)
    ground = look(CAMERA, lambda gx, gz: _heights(seed, gx, gz), width, height)
    depth = np.where(ground.seen > 0, ground.distance, 90).astype(np.float32)
    air = _sky_glow(x)
    sand = mix(_sand(ground, seed), air, 1 - np.exp(-depth / 75))
    return glow(mix(_sky(x, y, seed), sand, ground.seen), 0.5, threshold=0.5)


def _sky_glow(x: Field) -> Picture:
    """Colour of the air along the horizon: warm where the sun went, blue opposite."""
    return gradient(x, [(-0.8, "c08a63"), (-0.2, "8d7f82"), (0.4, "566b8a"), (0.8, "435b80")])
