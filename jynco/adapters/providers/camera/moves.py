"""What a camera can do, as numbers: how far each move goes over one clip, in parts of the frame.

A direction is always the camera's, as on a set: when it pans left, the picture's content travels right.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final


class Kind(StrEnum):
    """One movement of the camera, as the field names it."""

    PAN_LEFT = "pan left"
    PAN_RIGHT = "pan right"
    TILT_UP = "tilt up"
    TILT_DOWN = "tilt down"
    DOLLY_IN = "dolly in"
    DOLLY_OUT = "dolly out"
    TRUCK_LEFT = "truck left"
    TRUCK_RIGHT = "truck right"
    PEDESTAL_UP = "pedestal up"
    PEDESTAL_DOWN = "pedestal down"
    ORBIT_LEFT = "orbit left"
    ORBIT_RIGHT = "orbit right"
    ROLL_CLOCKWISE = "roll clockwise"
    ROLL_COUNTERCLOCKWISE = "roll counterclockwise"


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a move carries the camera from its start to its end, or a pose it has on the way."""

    x: float = 0.0  # frame widths, right
    y: float = 0.0  # frame heights, down
    zoom: float = 0.0  # natural logarithm of the magnification
    roll: float = 0.0  # radians, clockwise
    shear: float = 0.0  # how much further near things (low in the frame) slide than far ones
    yaw: float = 0.0  # how much larger one side of the picture becomes than the other

    def times(self, factor: float) -> Reach:
        """The same move, further or less far."""
        return Reach(
            self.x * factor,
            self.y * factor,
            self.zoom * factor,
            self.roll * factor,
            self.shear * factor,
            self.yaw * factor,
        )


_PAN: Final = Reach(x=0.12)
_TILT: Final = Reach(y=0.12)
_DOLLY: Final = Reach(zoom=math.log(1.2))
_TRUCK: Final = Reach(x=0.12, shear=0.04)  # parallax tells a truck from a pan
_PEDESTAL: Final = Reach(y=0.12)
_ORBIT: Final = Reach(x=0.05, shear=0.11, yaw=0.14)  # sideways, while turning back towards the subject
_ROLL: Final = Reach(roll=math.radians(4.5))

REACH: Final[Mapping[Kind, Reach]] = {
    Kind.PAN_LEFT: _PAN.times(-1),
    Kind.PAN_RIGHT: _PAN,
    Kind.TILT_UP: _TILT.times(-1),
    Kind.TILT_DOWN: _TILT,
    Kind.DOLLY_IN: _DOLLY,
    Kind.DOLLY_OUT: _DOLLY.times(-1),
    Kind.TRUCK_LEFT: _TRUCK.times(-1),
    Kind.TRUCK_RIGHT: _TRUCK,
    Kind.PEDESTAL_UP: _PEDESTAL.times(-1),
    Kind.PEDESTAL_DOWN: _PEDESTAL,
    Kind.ORBIT_LEFT: _ORBIT.times(-1),
    Kind.ORBIT_RIGHT: _ORBIT,
    Kind.ROLL_CLOCKWISE: _ROLL,
    Kind.ROLL_COUNTERCLOCKWISE: _ROLL.times(-1),
}

_PAIRS: Final = tuple(zip(list(Kind)[::2], list(Kind)[1::2], strict=True))
OPPOSITE: Final[Mapping[Kind, Kind]] = dict(_PAIRS) | {second: first for first, second in _PAIRS}


@dataclass(frozen=True, slots=True)
class Move:
    """One movement, how strongly (1: as usual), and in which act of the clip ("then" begins a new act)."""

    kind: Kind
    strength: float = 1.0
    act: int = 0

    @property
    def reach(self) -> Reach:
        """How far the camera goes."""
        return REACH[self.kind].times(self.strength)


@dataclass(frozen=True, slots=True)
class Script:
    """What a prompt asks of the camera. No moves and no ``still`` means: it did not say."""

    moves: tuple[Move, ...] = ()
    shake: float = 0.0  # 1: a hand-held camera as usual
    still: bool = False  # the prompt asks for a camera that stands
    unwanted: frozenset[Kind] = frozenset()

    @property
    def is_silent(self) -> bool:
        """Whether the prompt leaves the camera to us."""
        return not (self.moves or self.still or self.shake)


def calm(unwanted: frozenset[Kind], random: Random) -> tuple[Reach, ...]:
    """What the camera does when nobody says: a slow push in with a slight drift, less what is unwanted."""
    side = random.choice((-1.0, 1.0))
    drift = Reach(x=side * random.uniform(0.012, 0.022), y=random.uniform(-0.012, 0.012))
    push = Reach(zoom=math.log(1.09))
    parts = ((push, Kind.DOLLY_IN), (drift, Kind.PAN_LEFT))
    return tuple(reach for reach, kind in parts if kind not in unwanted)
