"""Conifers: outlines grown branch by branch, planted in rows that fade with distance."""

from dataclasses import dataclass

import cv2
import numpy as np

from .light import Picture
from .noise import Field, single

_SHIFT = 4  # polygons are drawn in sixteenths of a pixel


@dataclass(frozen=True, slots=True)
class Tree:
    """One outline (opacity 0..1) and the light each part of it catches (0..1), roots at the bottom middle."""

    opacity: Field
    lit: Field


def _polygon(target: Field, points: list[tuple[float, float]], value: float) -> None:
    corners = np.round(np.array(points) * (1 << _SHIFT)).astype(np.int32)
    cv2.fillPoly(target, [corners], value, lineType=cv2.LINE_AA, shift=_SHIFT)


def _branch(
    tree: tuple[Field, Field],
    start: tuple[float, float],
    reach: float,
    droop: float,
    rng: np.random.Generator,
    light: float,
) -> None:
    """A bough: a drooping spine with twigs that hang from it, close together, shorter towards its tip."""
    opacity, lit = tree
    x, y = start
    thick = min(4.5, 1.0 + 0.06 * abs(reach))
    tip = (x + reach * 1.04, y + droop * 0.94)
    _polygon(opacity, [(x, y - thick), tip, (x, y + thick)], 1.0)
    for part in np.linspace(0.03, 0.97, max(3, int(abs(reach) / 3.4))):
        foot = (x + reach * part, y + droop * part**1.3)
        length = ((1.12 - part) * 0.26 * abs(reach) + 0.05 * abs(reach)) * rng.uniform(0.6, 1.35) + 1.5
        lean = np.sign(reach) * length * rng.uniform(0.1, 0.75)
        half = thick * (0.5 + 0.5 * (1 - part))
        shape = [
            (foot[0] - half, foot[1] - half),
            (foot[0] + half, foot[1] - half),
            (foot[0] + lean, foot[1] + length),
        ]
        _polygon(opacity, shape, 1.0)
        _polygon(lit, shape, float(np.clip(light + rng.normal(0, 0.12), 0, 1)))


def conifer(height: int, seed: int, slender: float = 1.0) -> Tree:
    """A fir of `height` pixels; a smaller `slender` makes it narrower and older-looking."""
    rng = np.random.default_rng(seed)
    width = int(height * 0.5)
    opacity, lit = np.zeros((height, width), np.float32), np.zeros((height, width), np.float32)
    middle, lean = width / 2, rng.normal(0, height * 0.006)
    trunk = height * 0.008
    _polygon(opacity, [(middle + lean, 2), (middle + trunk, height), (middle - trunk, height)], 1.0)
    y, bare = height * 0.012, height * rng.uniform(0.86, 0.95)
    while y < bare:
        part = y / height
        spread = height * 0.20 * slender * part**0.82 * (1 - 0.55 * max(0.0, part - 0.8) / 0.2) + 1
        for side in (-1, 1, rng.choice([-1, 1]) * rng.uniform(0.2, 0.7)):
            reach = side * spread * rng.uniform(0.55, 1.18)
            _branch(
                (opacity, lit),
                (middle + lean * (1 - part), y),
                reach,
                abs(reach) * rng.uniform(0.18, 0.5),
                rng,
                0.5 + 0.35 * float(side) * 0.8,
            )
        y += height * (0.008 + 0.011 * part) * rng.uniform(0.7, 1.35)
    return Tree(opacity, lit)


def forest(count: int, height: int, seed: int) -> list[Tree]:
    """A handful of different trees to plant again and again."""
    rng = np.random.default_rng(seed)
    return [conifer(height, seed * 100 + index, float(rng.uniform(0.7, 1.1))) for index in range(count)]


def plant(
    opacity: Field, lit: Field, tree: Tree, foot: tuple[float, float], tall: float, turned: bool
) -> None:
    """Draw a tree of `tall` pixels with its foot at (x, y), in front of what is there."""
    size = (max(2, round(tall * tree.opacity.shape[1] / tree.opacity.shape[0])), max(3, round(tall)))
    shape, light = (
        cv2.resize(part[:, ::-1] if turned else part, size, interpolation=cv2.INTER_AREA)
        for part in (tree.opacity, tree.lit)
    )
    left, top = round(foot[0] - size[0] / 2), round(foot[1] - size[1])
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + size[0], opacity.shape[1]), min(top + size[1], opacity.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    part = (slice(y0 - top, y1 - top), slice(x0 - left, x1 - left))
    place = (slice(y0, y1), slice(x0, x1))
    cover = shape[part]
    lit[place] = lit[place] * (1 - cover) + light[part] * cover
    opacity[place] = np.maximum(opacity[place], cover)


def paint_over(picture: Picture, opacity: Field, lit: Field, shade: Picture, light: Picture) -> Picture:
    """Lay planted trees over a picture, from their shadow colour to their lit colour."""
    tone = shade + (light - shade) * lit[..., None]
    return single(picture + (tone - picture) * opacity[..., None])
