"""From RGB to the planes of video: BT.709, limited range, by our own matrix (OpenCV's is BT.601)."""

from __future__ import annotations

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
    rows, columns = (side + side % 2 for side in rgb.shape[:2])
    even = np.pad(rgb, ((0, rows - rgb.shape[0]), (0, columns - rgb.shape[1]), (0, 0)), mode="edge")
    made = Planes(*(np.empty((rows // part, columns // part), np.uint8) for part in (1, 2, 2)))
    for top in range(0, rows, _STRIP):
        _turn(even[top : top + _STRIP], made, top)
    return made


def _turn(strip: Bytes, made: Planes, top: int) -> None:
    """One strip; chroma is averaged before it is turned, which is the same (both are linear) and quicker."""
    colours = strip.astype(np.float32)
    size = (strip.shape[1] // 2, strip.shape[0] // 2)
    halved = cv2.resize(colours, size, interpolation=cv2.INTER_AREA)
    chroma = np.rint(cv2.transform(halved, _RGB_TO_YUV[1:]))
    middle, end = top // 2, top // 2 + size[1]
    made.y[top : top + strip.shape[0]] = np.rint(cv2.transform(colours, _RGB_TO_YUV[:1]))
    made.u[middle:end], made.v[middle:end] = chroma[..., 0], chroma[..., 1]
