"""Values as people read them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final

CENT: Final = Decimal("0.01")
STEPS: Final = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


def money(usd: Decimal | None) -> str:
    """``$0.35``; what costs nothing is free, and a price that nobody publishes is unknown."""
    if usd is None:
        return "price unknown"
    if usd == 0:
        return "free"
    return f"${usd.quantize(CENT)}" if usd >= CENT else "under $0.01"


def seconds(length: Fraction | float) -> str:
    """``4.5 s``."""
    return f"{round(float(length), 2):g} s"


def clock(length: Fraction | float) -> str:
    """``1:05``, as players show it."""
    whole = round(float(length))
    return f"{whole // 60}:{whole % 60:02}"


def about(length: float) -> str:
    """A rough time: ``12 s``, ``4 min``."""
    return f"{max(1, round(length))} s" if length < 90 else f"{round(length / 60)} min"


def ago(moment: datetime | None) -> str:
    """``3 minutes ago``."""
    if moment is None:
        return "not yet"
    passed = (datetime.now(UTC) - moment).total_seconds()
    for length, unit in STEPS:
        if passed >= length:
            count = int(passed // length)
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"


def count(number: int, thing: str) -> str:
    """``1 clip``, ``2 clips``."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


FILTERS: Final[dict[str, Callable[..., str]]] = {
    "money": money,
    "seconds": seconds,
    "clock": clock,
    "about": about,
    "ago": ago,
    "count": count,
}
