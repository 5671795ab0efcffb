"""The camera's own settings: a clip's ``providerOptions``, checked by name."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from jynco.errors import RequestRejected
from jynco.model.storyboard import Json

_MOST = 3.0


@dataclass(frozen=True, slots=True)
class Options:
    """How far to move (1: as the prompt says) and which point to keep in view (parts of the picture)."""

    amount: float = 1.0
    focus: tuple[float, float] | None = None


def parse(options: Mapping[str, Json]) -> Options:
    """RequestRejected names the option that is unknown or out of its range."""
    unknown = sorted(set(options) - {"amount", "focus"})
    if unknown:
        raise RequestRejected(f"The camera has the options amount and focus, not {unknown[0]!r}; remove it.")
    return Options(_amount(options.get("amount")), _focus(options.get("focus")))


def _amount(value: Json) -> float:
    number = 1.0 if value is None else _number(value)
    if number is None or not 0 <= number <= _MOST:
        raise RequestRejected(f"The camera's option amount is a number from 0 to {_MOST:g}; 1 is as usual.")
    return number


def _focus(value: Json) -> tuple[float, float] | None:
    if value is None:
        return None
    point = [_number(part) for part in value] if isinstance(value, list) else []
    match point:
        case [float(x), float(y)] if 0 <= x <= 1 and 0 <= y <= 1:
            return x, y
    raise RequestRejected("The camera's option focus is [x, y], each from 0 to 1; [0.5, 0.5] is the middle.")


def _number(value: Json) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)
