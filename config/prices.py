"""What vendors charge, from ``prices.toml`` beside this file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class PriceList:
    """One vendor's prices, in US dollars per second of video by model, with when and where they were read."""

    read: date
    source: str
    usd_per_second: Mapping[str, Decimal]


@cache
def prices() -> Mapping[str, PriceList]:
    """The price lists by provider."""
    with Path(__file__).with_name("prices.toml").open("rb") as file:
        return {name: _list(table) for name, table in tomllib.load(file).items()}


def _list(table: Mapping[str, object]) -> PriceList:
    read, source, rates = table["read"], table["source"], table["usd_per_second"]
    assert isinstance(read, date)
    assert isinstance(source, str)
    assert isinstance(rates, dict)
    return PriceList(read, source, {model: Decimal(rate) for model, rate in rates.items()})
