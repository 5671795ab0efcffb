"""From RGB to the planes of video: BT.709, limited range, by our own matrix (OpenCV's is BT.601)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Bytes: TypeAlias = NDArray[np.uint8]
Floats: TypeAlias = NDArray[np.float32]

_RED, _BLUE = 0.2126, 0.0722
_LUMA = (_RED, 1 - _RED - _BLUE, _BLUE)
_STRIP: Final = 256  # rows turned at once, so that a 50 megapixel picture never stands in memory as floats


def _matrix() -> Floats:
    luma = np.array(_LUMA)
    blue = (np.array([0.0, 0.0, 1.0]) - luma) / (2 * (1 - _BLUE))
    red = (np.array([1.0, 0.0, 0.0]) - luma) / (2 * (1 - _RED))
    rows = np.stack([luma * 219, blue * 224, red * 224]) / 255
    return np.column_stack([rows, [16, 128, 128]]).astype(np.float32)


_RGB_TO_YUV: Final = _matrix()


@dataclass(frozen=True, slots=True)
class Planes:
    """A picture as 4:2:0: Y (rows, columns), U and V half as large, each sample amid four pixels."""

    y: Bytes
    u: Bytes
    v: Bytes


def planes(rgb: Bytes) -> Planes:
    """(rows, columns, 3) to planes; an odd side gets its last line twice, for chroma halves both sides."""
    even = np.pad(rgb, ((0, rgb.shape[0] % 2), (0, rgb.shape[1] % 2), (0, 0)), mode="edge")
    rows, columns = even.shape[:2]
    made = Planes(
        np.empty((rows, columns), np.uint8),
        np.empty((rows // 2, columns // 2), np.uint8),
        np.empty((rows // 2, columns // 2), np.uint8),
    )
    for top, strip in _strips(even):
        bottom = top + strip.shape[0]
        made.y[top:bottom] = _rounded(strip[..., 0])
        halved = strip[..., 1:].reshape(strip.shape[0] // 2, 2, columns // 2, 2, 2).mean(axis=(1, 3))
        made.u[top // 2 : bottom // 2] = _rounded(halved[..., 0])
        made.v[top // 2 : bottom // 2] = _rounded(halved[..., 1])
    return made


def _strips(rgb: Bytes) -> Iterator[tuple[int, Floats]]:
    for top in range(0, rgb.shape[0], _STRIP):
        strip = rgb[top : top + _STRIP].astype(np.float32)
        yield top, np.asarray(cv2.transform(strip, _RGB_TO_YUV), np.float32)


def _rounded(values: Floats) -> Bytes:
    return np.rint(values).astype(np.uint8)
