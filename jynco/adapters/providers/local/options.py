"""What a clip may ask of an open model: its ``providerOptions``, checked by name."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from jynco.errors import RequestRejected
from jynco.model.storyboard import Json

_MOST_STEPS: Final = 200
_MOST_GUIDANCE: Final = 30.0


@dataclass(frozen=True, slots=True)
class Options:
    """How often the picture is gone over, and how strictly the words are followed (1: no more than they come)."""

    steps: int
    guidance: float


def parse(options: Mapping[str, Json], usual: Options) -> Options:
    """``usual`` where a clip says nothing. RequestRejected names what is unknown or out of its range."""
    unknown = sorted(set(options) - {"steps", "guidance"})
    if unknown:
        raise RequestRejected(
            f"Local models have the options steps and guidance, not {unknown[0]!r}; remove it."
        )
    return Options(
        _steps(options.get("steps"), usual.steps), _guidance(options.get("guidance"), usual.guidance)
    )


def _steps(value: Json, usual: int) -> int:
    if value is None:
        return usual
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MOST_STEPS:
        raise RequestRejected(
            f"The option steps is a whole number from 1 to {_MOST_STEPS}; {usual} is usual."
        )
    return value


def _guidance(value: Json, usual: float) -> float:
    if value is None:
        return usual
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        value = -1.0
    if not 0 <= value <= _MOST_GUIDANCE:
        raise RequestRejected(
            f"The option guidance is a number from 0 to {_MOST_GUIDANCE:g}; {usual:g} is usual."
        )
    return float(value)
