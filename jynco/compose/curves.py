"""Keyframes: a value that moves over a clip, the same on each frame however the clip is cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from jynco.model.storyboard import Easing, Key
from jynco.model.time import Rate

SHAPES: Final = {  # of the way from 0 to 1, as FFmpeg reads it
    Easing.LINEAR: "{0}",
    Easing.IN: "{0}*{0}",
    Easing.OUT: "{0}*(2-{0})",
    Easing.IN_OUT: "{0}*{0}*(3-2*{0})",
    Easing.HOLD: "0*{0}",
}


@dataclass(frozen=True, slots=True)
class Point:
    """A keyframe on the clip's frame ``frame``."""

    frame: int
    value: float
    easing: Easing


@dataclass(frozen=True, slots=True)
class Curve:
    """A value over a clip: steady before its first point and behind its last."""

    points: tuple[Point, ...]

    @classmethod
    def of(cls, keys: Sequence[Key], rate: Rate) -> Curve:
        """On whole frames. Of two keyframes that fall on one frame the later holds."""
        placed = {rate.frames(key.time): key for key in sorted(keys, key=lambda key: key.time)}
        return cls(tuple(Point(frame, key.value, key.easing) for frame, key in placed.items()))

    def at(self, frame: int) -> float:
        """The value on a frame of the clip."""
        before = [point for point in self.points if point.frame <= frame]
        after = self.points[len(before) :]
        if not before or not after:
            return (before[-1:] or after)[0].value
        left, right = before[-1], after[0]
        way = _eased(left.easing, (frame - left.frame) / (right.frame - left.frame))
        return left.value + (right.value - left.value) * way

    def expression(self, first: int, now: str = "n") -> str:
        """The same as a sum of its stretches, for a stream whose frame ``now`` is frame ``now + first`` of the clip."""
        return "+".join(self._stretches(f"({now}+{first})" if first else now))

    def _stretches(self, now: str) -> Iterator[str]:
        points = self.points
        yield f"lt({now},{points[0].frame})*{written(points[0].value)}"
        for left, right in pairwise(points):
            way = f"(({now}-{left.frame})/{right.frame - left.frame})"
            shape = SHAPES[left.easing].format(way)
            value = f"({written(left.value)}+{written(right.value - left.value)}*{shape})"
            yield f"gte({now},{left.frame})*lt({now},{right.frame})*{value}"
        yield f"gte({now},{points[-1].frame})*{written(points[-1].value)}"


def written(value: float) -> str:
    """A number, short and the same on every machine."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return f"({text})" if text.startswith("-") else text


def _eased(easing: Easing, way: float) -> float:
    shapes = {
        Easing.LINEAR: way,
        Easing.IN: way * way,
        Easing.OUT: way * (2 - way),
        Easing.IN_OUT: way * way * (3 - 2 * way),
        Easing.HOLD: 0.0,
    }
    return shapes[easing]
