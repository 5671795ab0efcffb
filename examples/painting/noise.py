"""Gradient noise at any coordinates, and the sums of it that look like clouds, dust and rock."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Field = NDArray[np.float32 | np.float64]
"""A value for every pixel; painted in single precision, whatever a formula's constants make of it."""

_GOLDEN_TURN = 2.39996
_PIECE = 1 << 15


def single(values: ArrayLike) -> Field:
    """The values in single precision: half the memory, and no eye sees the difference."""
    return np.asarray(values, np.float32)


def _lattice(seed: int) -> tuple[NDArray[np.int32], Field]:
    rng = np.random.default_rng(seed)
    table = rng.permutation(256).astype(np.int32)
    angles = rng.uniform(0.0, 2.0 * np.pi, 256)
    return np.concatenate([table, table]), single(np.stack([np.cos(angles), np.sin(angles)]))


def perlin(x: Field, y: Field, seed: int) -> Field:
    """Gradient noise, about -1..1, at arrays x and y of one shape; repeats every 256 units."""
    lattice = _lattice(seed)
    noise = np.empty(x.shape, np.float32)
    flat, across, down = noise.reshape(-1), x.reshape(-1), y.reshape(-1)
    # In pieces that stay in the processor's cache, which is several times as fast.
    for start in range(0, flat.size, _PIECE):
        piece = slice(start, start + _PIECE)
        flat[piece] = _perlin(across[piece], down[piece], *lattice)
    return noise


def _perlin(x: Field, y: Field, table: NDArray[np.int32], directions: Field) -> Field:
    column, row = np.floor(x), np.floor(y)
    fx, fy = single(x - column), single(y - row)
    i, j = column.astype(np.int32) & 255, row.astype(np.int32) & 255

    def corner(di: int, dj: int) -> Field:
        key = table[table[(i + di) & 255] + ((j + dj) & 255)]
        return single(directions[0][key] * (fx - np.float32(di)) + directions[1][key] * (fy - np.float32(dj)))

    # The quintic curve has no kink in its second derivative, so lit slopes show no grid.
    u, v = (f * f * f * (f * (f * 6 - 15) + 10) for f in (fx, fy))
    low = corner(0, 0) * (1 - u) + corner(1, 0) * u
    high = corner(0, 1) * (1 - u) + corner(1, 1) * u
    return single((low * (1 - v) + high * v) * np.float32(1.45))


def _octaves(x: Field, y: Field, count: int, seed: int) -> "list[Field]":
    layers = []
    for octave in range(count):
        # Each octave is turned and shifted, or the lattice of all of them would line up at the origin.
        turn, scale = octave * _GOLDEN_TURN, np.float32(2.03**octave)
        c, s = np.float32(np.cos(turn)), np.float32(np.sin(turn))
        shift = np.float32(17.3 * (octave + 1))
        layers.append(perlin((x * c - y * s) * scale + shift, (x * s + y * c) * scale - shift, seed + octave))
    return layers


def fbm(x: Field, y: Field, octaves: int, seed: int, gain: float = 0.5) -> Field:
    """Fractal sum of noise, about -1..1: clouds, mist, uneven ground."""
    total, weight, norm = np.zeros_like(x), 1.0, 0.0
    for layer in _octaves(x, y, octaves, seed):
        total += np.float32(weight) * layer
        norm, weight = norm + weight, weight * gain
    return single(total / np.float32(norm))


def ridged(x: Field, y: Field, octaves: int, seed: int, gain: float = 0.5) -> Field:
    """Fractal sum folded at zero, 0..1 with sharp crests: mountain ridges, dune crests, dust lanes."""
    total, weight, norm = np.zeros_like(x), 1.0, 0.0
    carry = np.ones_like(x)
    for layer in _octaves(x, y, octaves, seed):
        crest = (1 - np.abs(layer)) ** 2
        # Detail grows on crests and fades in valleys, as erosion leaves it.
        total += np.float32(weight) * crest * carry
        carry = np.clip(crest * 1.4, 0, 1)
        norm, weight = norm + weight, weight * gain
    return single(total / np.float32(norm))


def line(x: Field, octaves: int, seed: int, gain: float = 0.5) -> Field:
    """One-dimensional fractal noise, about -1..1: outlines and gusts."""
    return fbm(x, np.full_like(x, 0.37), octaves, seed, gain)


def smooth(low: float, high: float, value: Field) -> Field:
    """0 below low, 1 above high, an even S between; low may be greater than high to turn it round."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return single(t * t * (3 - 2 * t))
