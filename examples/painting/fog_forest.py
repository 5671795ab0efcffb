"""Firs in the morning fog round a still lake that gives them back upside down."""

import cv2
import numpy as np

from .light import Picture, blur, canvas, colour, glow, gradient, mix
from .noise import Field, fbm, line, single, smooth
from .trees import Tree, forest, paint_over, plant

WATER = 0.64
LIGHT = (0.30, 0.235)


def _fog(x: Field, y: Field) -> Picture:
    """The bright air behind everything, brightest where the sun stands behind it."""
    air = gradient(y, [(0.0, "8fa3ad"), (0.25, "b3bfbf"), (0.5, "c9cdc6"), (0.66, "d3d4cb")])
    near = np.hypot((x - LIGHT[0]) * 0.8, y - LIGHT[1])
    disc = smooth(0.027, 0.020, np.hypot(x - LIGHT[0], y - LIGHT[1]))
    return single(
        air * 0.85
        + colour("fff0cc") * (0.9 * disc)[..., None]
        + colour("ffdfa6") * (0.75 * np.exp(-((near / 0.26) ** 2)) + 0.35 * np.exp(-near / 0.3))[..., None]
    )


def _row(
    shape: tuple[int, int], trees: list[Tree], seed: int, ground: Field, tall: tuple[float, float], count: int
) -> tuple[Field, Field]:
    """A row of the wood: trees along `ground`, which is y in frame heights for every column."""
    height, width = shape
    rng = np.random.default_rng(seed)
    opacity = np.zeros(shape, np.float32)
    lit = np.full(shape, 0.25, np.float32)
    y = ((np.arange(height, dtype=np.float32) + 0.5) / height)[:, None]
    opacity[:] = smooth(-0.002, 0.004, y - ground[None, :])
    clump = np.interp(np.arange(width), np.linspace(0, width, 24), rng.uniform(0.6, 1.25, 24))
    crowd = np.interp(np.arange(width), np.linspace(0, width, 15), rng.uniform(0.0, 1.0, 15) ** 2 + 0.06)
    for place in rng.choice(width, count, p=crowd / crowd.sum()) + rng.normal(0, width * 0.006, count):
        at = int(np.clip(place, 0, width - 1))
        size = rng.uniform(*tall) * clump[at] * rng.choice([0.55, 0.8, 1.0, 1.1])
        plant(
            opacity,
            lit,
            trees[rng.integers(len(trees))],
            (place, (ground[at] + 0.006) * height),
            size * height,
            bool(rng.integers(2)),
        )
    return opacity, lit


# From far to near: where the ground lies at the left, middle and right, tree heights, how many trees,
# and what the fog leaves of them.
_ROWS = (
    ((0.19, 0.38, 0.31), (0.03, 0.055), 420, 0.16),
    ((0.40, 0.47, 0.39), (0.05, 0.085), 300, 0.28),
    ((0.50, 0.56, 0.52), (0.08, 0.14), 190, 0.44),
    ((0.57, 0.61, 0.59), (0.13, 0.21), 95, 0.70),
    ((0.620, 0.633, 0.628), (0.13, 0.34), 52, 0.95),
)


def _wood(x: Field, y: Field, seed: int) -> Picture:
    shape = (x.shape[0], x.shape[1])
    trees = forest(9, 620, seed)
    fog = _fog(x, y)
    picture = fog.copy()
    across = np.linspace(-1, 1, shape[1], dtype=np.float32)
    drift = fbm(x * 2.2, y * 5, 5, seed + 70)
    for number, (levels, tall, count, clear) in enumerate(_ROWS):
        ground = np.interp(across, [-1, 0.1, 1], levels).astype(np.float32)
        ground += np.float32(0.02 * (1 - number / 6)) * line(across * 3 + number, 4, seed + number)
        opacity, lit = _row(shape, trees, seed + 10 * number, ground, tall, count)
        wood = paint_over(fog, opacity, lit, colour("0b1716"), colour("2c4035"))
        # Fog lies in the hollows: the foot of every row is paler than its tops.
        low = smooth(0.0, 0.14, y - (ground[None, :] - np.float32(tall[1])))
        keep = clear * (1 - 0.55 * low * (1 - clear * 0.75)) * (1 + 0.35 * drift)
        picture = mix(picture, wood, opacity * np.clip(keep, 0, 1).astype(np.float32))
        picture = mix(picture, fog, opacity * smooth(0.1, 0.6, drift) * np.float32(0.35 * (1 - clear)))
    return picture


def _shore(picture: Picture, x: Field, y: Field, seed: int) -> Picture:
    """A dark waterline with stones and grass, broken and thin."""
    edge = WATER - 0.006 - 0.004 * line(x[0] * 14, 4, seed + 3)[None, :]
    bank = smooth(0, 0.003, y - edge) * smooth(0.001, -0.001, y - WATER)
    tone = mix(
        np.broadcast_to(colour("20261f"), picture.shape),
        np.broadcast_to(colour("6d6a52"), picture.shape),
        smooth(0.1, 0.5, fbm(x * 60, y * 160, 3, seed + 4)),
    )
    return mix(picture, tone, bank * 0.85)


def _mirror(picture: Picture, x: Field, y: Field, seed: int) -> Picture:
    """The lake: what stands above the waterline, turned over, drawn out and ruffled the nearer it comes."""
    height = picture.shape[0]
    down = np.clip(y - WATER, 0, 1)
    reach = down / (0.01 + down)
    ripple = fbm(x * 3 / (0.12 + down), 3.2 / (0.03 + down) + 0 * x, 3, seed + 8)
    fine = fbm(x * 9 / (0.12 + down), 26 / (0.05 + down), 3, seed + 9)
    gust = smooth(-0.1, 0.5, fbm(x * 1.1, y * 9, 4, seed + 12))
    shift = (0.0045 * ripple + 0.0022 * fine) * reach * (0.4 + gust)
    source_y = (2 * WATER - y + shift * 1.6) * height - 0.5
    source_x = (x + 0.5 * shift) * height + picture.shape[1] / 2 - 0.5
    soft = blur(picture, height * 0.0012)
    turned = np.asarray(
        cv2.remap(soft, source_x, source_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT), np.float32
    )
    tint = colour("c8d4d2") * (0.86 - 0.5 * smooth(0.0, 0.36, down))[..., None]
    sheen = _fog(x, np.full_like(y, 0.4)) * (0.10 + 0.16 * gust * smooth(0.2, 0.02, down))[..., None]
    return mix(picture, turned * tint + sheen, smooth(0, 0.001, y - WATER))


def _reeds(picture: Picture, seed: int) -> Picture:
    """Stalks in the near corner, out of focus enough to be felt only."""
    height, width = picture.shape[:2]
    rng = np.random.default_rng(seed + 40)
    cover = np.zeros((height, width), np.float32)
    for _ in range(90):
        foot = width * (rng.beta(1.1, 3.2) * 0.42)
        foot = foot if rng.uniform() < 0.68 else width - foot * 0.6
        tall = height * rng.uniform(0.05, 0.19)
        lean = tall * rng.normal(0.06, 0.13)
        curve = np.linspace(0, 1, 12)
        points = np.stack([foot + lean * curve**2, height * 1.01 - tall * curve], axis=-1)
        cv2.polylines(
            cover,
            [np.round(points * 16).astype(np.int32)],
            False,
            1.0,
            max(1, round(height * 0.0013)),
            cv2.LINE_AA,
            4,
        )
    return mix(picture, np.broadcast_to(colour("141a15"), picture.shape), blur(cover, height * 0.0008) * 0.9)


def paint(width: int, height: int, seed: int) -> Picture:
    """The scene in linear light at any size; the same seed gives the same wood."""
    x, y = canvas(width, height)
    wood = _shore(_wood(x, y, seed), x, y, seed)
    lake = _mirror(wood, x, y, seed)
    veil = np.exp(-(((y - WATER + 0.012) / 0.03) ** 2)) * (0.4 + 0.5 * fbm(x * 3, y * 14, 4, seed + 20))
    lake = mix(lake, _fog(x, y), np.clip(veil, 0, 0.75))
    return glow(_reeds(lake, seed), 0.35, threshold=0.6)
