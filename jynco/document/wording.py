"""How values are quoted in messages: short, printable, and as they stand in the file."""

from __future__ import annotations

import json
from typing import Final

from jynco.model.storyboard import Json

_SHOWN: Final = 60  # characters of a value that a message quotes


def shown(value: Json) -> str:
    """A value as a message names it."""
    if isinstance(value, str):
        return repr(value if len(value) <= _SHOWN else value[:_SHOWN] + "...")
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, int) and abs(value) > 10**_SHOWN:
        return "a number of more than 60 digits"  # Python refuses to print the very long ones
    return json.dumps(value)


def listed(names: list[str]) -> str:
    """``a, b or c``."""
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
