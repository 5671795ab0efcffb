"""Formats that the schema names. One reading for both validators, stricter than theirs about line ends."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

_DATE_TIME: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:[Zz]|[+-](\d\d):(\d\d))", re.ASCII
)


def is_date_time(value: object) -> bool:
    """Whether it is an RFC 3339 moment (or no string at all: formats speak of strings only)."""
    if not isinstance(value, str):
        return True
    match = _DATE_TIME.fullmatch(value)
    if match is None:
        return False
    year, month, day, hour, minute, second, zone_hour, zone_minute = (
        int(part or 0) for part in match.groups()
    )
    in_day = hour < 24 and minute < 60 and second <= 60  # 60: a leap second
    return in_day and zone_hour < 24 and zone_minute < 60 and _is_date(year, month, day)


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
