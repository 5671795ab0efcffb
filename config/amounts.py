"""Amounts by name, as ``JYNCO_RATE_LIMITS`` and ``JYNCO_QUOTAS`` write them: ``read=30000,write=6000``, or ``none``."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from typing import Final, TypeVar

from jynco.errors import UsageWrong
from jynco.model.quotas import BUSY, ROOMY, Quotas, Rates

Amounts = TypeVar("Amounts", Rates, Quotas)
_TERM: Final = re.compile(r"([a-z]+)\s*=\s*(\d{1,9}|none)")


def rates(variable: str, text: str | None) -> Rates | None:
    """Requests a minute; None where nothing was said. UsageWrong quotes what cannot be read."""
    return None if text is None else _read(variable, text, BUSY, Rates())


def quotas(variable: str, text: str | None) -> Quotas | None:
    """As ``rates``."""
    return None if text is None else _read(variable, text, ROOMY, Quotas())


def _read(variable: str, text: str, usual: Amounts, without: Amounts) -> Amounts:
    """What is not named stays as usual."""
    if text == "none":
        return without
    names = [field.name for field in fields(usual)]
    for term in filter(None, map(str.strip, text.split(","))):
        match = _TERM.fullmatch(term)
        if match is None or match[1] not in names:
            shape = ",".join(f"{name}=1000" for name in names)
            raise UsageWrong(f"{variable} must look like '{shape}' or be 'none'; it has '{term}'.")
        usual = replace(usual, **{match[1]: None if match[2] == "none" else int(match[2])})
    return usual
