"""One frame of the shot: each plane of the still resampled where the path looks. This is the hot loop.

Y, U and V are warped apart because OpenCV's one-channel path is exact to a thousandth of a pixel, while its
two-channel path rounds positions to 1/32 and is slower.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from jynco.adapters.providers.camera.path import Doubles
from jynco.adapters.providers.yuv import Bytes, planes

cv2.setNumThreads(1)  # clips run beside each other; OpenCV's own threads would only fight over the same cores

_MAGNIFIED: Final = 1.3  # past this, linear interpolation shows its diamonds
_MINIFIED: Final = 1.5  # past this, linear interpolation skips pixels and fine detail flickers
_COMFORTABLE: Final = 1.2  # what a strongly reduced picture is reduced to

# The still's chroma samples lie amid their four pixels; the film's are left-sited, as H.264 expects.
_TO_STILL_CHROMA: Final = np.array([[0.5, 0.0, -0.25], [0.0, 0.5, -0.25], [0.0, 0.0, 1.0]])
_FROM_FILM_CHROMA: Final = np.array([[2.0, 0.0, 0.0], [0.0, 2.0, 0.5], [0.0, 0.0, 1.0]])


class Warp:
    """Films one still. ``frame`` gives raw yuv420p in a buffer that the next call writes over."""

    def __init__(self, rgb: Bytes, path: Doubles, width: int, height: int) -> None:
        """``path`` is (frames, 3, 3), frame pixel to picture pixel; ``width`` and ``height`` are even."""
        reduced, shrink = _reduced(rgb, path, width, height)
        self._path = shrink @ path
        tightest, _ = _scales(self._path, width, height)
        method = cv2.INTER_CUBIC if tightest < 1 / _MAGNIFIED else cv2.INTER_LINEAR
        self._flags = method | cv2.WARP_INVERSE_MAP
        self._still = planes(reduced)
        room = bytearray(width * height * 3 // 2)
        buffer = np.frombuffer(room, np.uint8)
        luma, chroma = width * height, width * height // 4
        self._bytes = memoryview(room)
        self._y = buffer[:luma].reshape(height, width)
        self._u = buffer[luma : luma + chroma].reshape(height // 2, width // 2)
        self._v = buffer[luma + chroma :].reshape(height // 2, width // 2)

    def frame(self, index: int) -> memoryview:
        """The frame's Y, U and V, one after the other, ``width * height * 3 / 2`` bytes."""
        matrix = self._path[index]
        halved = _TO_STILL_CHROMA @ matrix @ _FROM_FILM_CHROMA
        self._plane(self._still.y, self._y, matrix)
        self._plane(self._still.u, self._u, halved)
        self._plane(self._still.v, self._v, halved)
        return self._bytes

    def _plane(self, source: Bytes, target: Bytes, matrix: Doubles) -> None:
        size = (target.shape[1], target.shape[0])
        cv2.warpPerspective(source, matrix, size, target, self._flags, cv2.BORDER_REPLICATE)


def _scales(path: Doubles, width: int, height: int) -> tuple[float, float]:
    """Picture pixels per frame pixel where the shot is tightest and where it is widest."""
    x, y = (width - 1) / 2, (height - 1) / 2
    depth = path[:, 2, 0] * x + path[:, 2, 1] * y + path[:, 2, 2]
    sizes = np.sqrt(np.abs(np.linalg.det(path))) / np.abs(depth) ** 1.5
    return float(sizes.min()), float(sizes.max())


def _reduced(rgb: Bytes, path: Doubles, width: int, height: int) -> tuple[Bytes, Doubles]:
    """The picture averaged down where the shot would skip pixels, and the matrix into the smaller one."""
    tightest, widest = _scales(path, width, height)
    factor = min(tightest, widest / _COMFORTABLE)
    if widest <= _MINIFIED or factor <= 1:
        return rgb, np.eye(3)
    rows, columns = rgb.shape[:2]
    size = max(round(columns / factor), 1), max(round(rows / factor), 1)
    x, y = size[0] / columns, size[1] / rows
    shrink = np.array([[x, 0.0, (x - 1) / 2], [0.0, y, (y - 1) / 2], [0.0, 0.0, 1.0]])
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8), shrink
