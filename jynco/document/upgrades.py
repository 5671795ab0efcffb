"""Documents of older versions, brought up step by step. A new version adds a line and a small function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from jynco.document.schema import VERSION
from jynco.document.wording import listed, shown
from jynco.errors import DocumentInvalid, Fault
from jynco.model.storyboard import Document


def upgrade(document: Document) -> Document:
    """The document in the version of today; the argument is left as it is.

    A missing version is left missing: the schema says so with its place, and guessing one would hide it.
    DocumentInvalid for a version that cannot be read, naming those that can.
    """
    while "version" in document and document["version"] != VERSION:
        document = _step(document)(document)
    return document


def _step(document: Document) -> Callable[[Document], Document]:
    version = document["version"]
    step = _STEPS.get(version) if isinstance(version, str) else None
    if step is None:
        known = listed([shown(name) for name in (*_STEPS, VERSION)])
        raise DocumentInvalid([Fault("/version", "version", f"must be {known}; it is {shown(version)}")])
    return step


def _renumbered(version: str) -> Callable[[Document], Document]:
    """1.0 and 1.1 used the names of 1.2 for what they had, so only the number changes."""
    return lambda document: {**document, "version": version}


_STEPS: Final[dict[str, Callable[[Document], Document]]] = {
    "1.0": _renumbered("1.1"),
    "1.1": _renumbered("1.2"),
}
