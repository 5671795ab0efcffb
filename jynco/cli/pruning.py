"""Blanks out what is wrong in a document, so that the rest of it can be looked at, too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from typing import Final

from jynco.errors import Fault
from jynco.model.storyboard import Document, Json

_DEPTH: Final = {"timeline": 3, "layers": 4}  # a field of a clip, a field of a layer; else the whole member


def pruned(document: Document, faults: Iterable[Fault]) -> Document:
    """A copy with null for every field that has a fault; what reads it takes that for absent, in its place."""
    rest = deepcopy(document)
    for fault in faults:
        names = fault.pointer.split("/")[1:]
        if names:
            _blank(rest, names[: _DEPTH.get(names[0], 1)])
    return rest


def _blank(parent: Json, names: Sequence[str]) -> None:
    name, below = names[0], names[1:]
    if isinstance(parent, dict) and name in parent:
        if below:
            _blank(parent[name], below)
        else:
            parent[name] = None
    elif isinstance(parent, list) and name.isdecimal() and int(name) < len(parent):
        if below:
            _blank(parent[int(name)], below)
        else:
            parent[int(name)] = None
