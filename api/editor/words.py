"""Values as people read them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final

CENT: Final = Decimal("0.01")
STEPS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"))


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
    """``3 min ago``."""
    if moment is None:
        return "not yet"
    passed = (datetime.now(UTC) - moment).total_seconds()
    for length, unit in STEPS:
        if passed >= length:
            return f"{int(passed // length)} {unit} ago"
    return "just now"


def plain(number: Fraction | float | None) -> str:
    """A number as people type it: ``4`` and not ``4.0``; nothing where there is none."""
    value = float(number) if number is not None else None
    return "" if value is None else str(int(value)) if value.is_integer() else repr(value)


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
    "plain": plain,
}
