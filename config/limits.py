"""How much vendors may be asked for: what ``limits.toml`` beside this file says, and ``JYNCO_LIMITS`` instead of it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Final

from jynco.errors import UsageWrong
from jynco.model.admission import Limits

VARIABLE: Final = "JYNCO_LIMITS"
_NAME: Final = re.compile(r"[a-z][a-z0-9_-]*(:[^\s=,;]+)?")
_FORMS: Final = (
    (re.compile(r"concurrent=(\d{1,9})"), "concurrent"),
    (re.compile(r"(\d{1,9})/min"), "per_minute"),
    (re.compile(r"(\d{1,9})/day"), "per_day"),
)


@cache
def limits() -> Mapping[str, Limits]:
    """The limits that vendors publish for every key, by provider."""
    known = {field.name for field in fields(Limits)}
    with Path(__file__).with_name("limits.toml").open("rb") as file:
        tables = tomllib.load(file).items()
    return {name: Limits(**{key: table[key] for key in known & set(table)}) for name, table in tables}


def parse(text: str) -> Mapping[str, Limits]:
    """``runway=5/min,concurrent=3;luma:ray-3.2=50/day`` as limits by name; UsageWrong quotes what cannot be read."""
    found: dict[str, Limits] = {}
    name = ""
    for part in filter(None, map(str.strip, re.split("[,;]", text))):
        given, _, term = part.partition("=")
        if given.strip() != "concurrent":
            name, part = (given.strip(), term.strip()) if term else (name, part)
        if not _NAME.fullmatch(name):
            raise _wrong(part)
        found[name] = _with(found.get(name, Limits()), part)
    return found


def _with(before: Limits, term: str) -> Limits:
    if term == "none":
        return before
    for form, limit in _FORMS:
        match = form.fullmatch(term.replace(" ", ""))
        if match:
            return replace(before, **{limit: int(match[1])})
    raise _wrong(term)


def _wrong(part: str) -> UsageWrong:
    return UsageWrong(
        f"{VARIABLE} must look like 'runway=5/min,50/day,concurrent=3;luma=concurrent=2'; it has '{part}'."
    )
