"""Lenient readers of a document's parts: what is missing or of another type reads as absent.

Checks go on behind a broken part, and the view ignores foreign values in fields it does not need.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import TypeAlias

from jynco.document.pointer import under
from jynco.model.storyboard import Json
from jynco.model.time import exact

Object: TypeAlias = dict[str, Json]
Place: TypeAlias = tuple[str, Object]  # an object and the pointer to it


def child(parent: Object, *names: str) -> Object:
    """The object below ``parent`` at the end of ``names``; empty where there is none."""
    for name in names:
        value = parent.get(name)
        if not isinstance(value, dict):
            return {}
        parent = value
    return parent


def entries(parent: Object, name: str, base: str = "") -> Iterator[Place]:
    """The objects of a list, each with its pointer. ``base`` is the pointer to ``parent``."""
    value = parent.get(name)
    for index, item in enumerate(value if isinstance(value, list) else []):
        if isinstance(item, dict):
            yield under(base, name, index), item


def clips(document: Object) -> Iterator[Place]:
    """The clips of the timeline."""
    return entries(document, "timeline")


def layers(document: Object, kind: str) -> Iterator[Place]:
    """The layers of a kind, ``audio`` or ``text``."""
    return entries(child(document, "layers"), kind, "/layers")


def text(parent: Object, name: str) -> str:
    """A string; empty where there is none."""
    value = parent.get(name)
    return value if isinstance(value, str) else ""


def number(parent: Object, name: str) -> int | float | None:
    """A finite number. ``true`` is no number."""
    value = parent.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value if isinstance(value, int) or math.isfinite(value) else None


def fraction(parent: Object, name: str) -> Fraction | None:
    """A finite number, exactly as it was typed."""
    value = number(parent, name)
    return None if value is None else exact(value)


def whole(parent: Object, name: str) -> int | None:
    """A whole number; 1920.0 is one, as in JSON Schema."""
    value = number(parent, name)
    return int(value) if value is not None and value == int(value) else None
