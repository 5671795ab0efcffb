"""From RGB to the planes of video: BT.709, limited range, by our own matrix (OpenCV's YUV codes are BT.601)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]

_RED, _BLUE = 0.2126, 0.0722
_LUMA = (_RED, 1 - _RED - _BLUE, _BLUE)
_STRIP: Final = 256  # rows turned at once, so that a 50 megapixel picture never stands in memory as floats


def _matrix() -> NDArray[np.float32]:
    luma = np.array(_LUMA)
    blue = (np.array([0.0, 0.0, 1.0]) - luma) / (2 * (1 - _BLUE))
    red = (np.array([1.0, 0.0, 0.0]) - luma) / (2 * (1 - _RED))
    rows = np.stack([luma * 219, blue * 224, red * 224]) / 255
    return np.column_stack([rows, [16, 128, 128]]).astype(np.float32)


_RGB_TO_YUV: Final = _matrix()


@dataclass(frozen=True, slots=True)
class Planes:
    """A picture as 4:2:0: Y (rows, columns), U and V half as large, each chroma sample amid its four pixels."""

    y: Bytes
    u: Bytes
    v: Bytes


def planes(rgb: Bytes) -> Planes:
    """(rows, columns, 3) to planes; an odd side gets its last line twice, for chroma halves both sides."""
    even = cv2.copyMakeBorder(rgb, 0, rgb.shape[0] % 2, 0, rgb.shape[1] % 2, cv2.BORDER_REPLICATE)
    rows, columns = even.shape[:2]
    made = Planes(
        np.empty((rows, columns), np.uint8),
        np.empty((rows // 2, columns // 2), np.uint8),
        np.empty((rows // 2, columns // 2), np.uint8),
    )
    for top, strip in _strips(even):
        bottom = top + strip.shape[0]
        made.y[top:bottom] = _rounded(strip[..., 0])
        halved = cv2.resize(strip[..., 1:], (columns // 2, strip.shape[0] // 2), interpolation=cv2.INTER_AREA)
        made.u[top // 2 : bottom // 2] = _rounded(halved[..., 0])
        made.v[top // 2 : bottom // 2] = _rounded(halved[..., 1])
    return made


def _strips(rgb: Bytes) -> Iterator[tuple[int, NDArray[np.float32]]]:
    for top in range(0, rgb.shape[0], _STRIP):
        yield top, cv2.transform(rgb[top : top + _STRIP].astype(np.float32), _RGB_TO_YUV)


def _rounded(values: NDArray[np.float32]) -> Bytes:
    return np.rint(values).astype(np.uint8)
