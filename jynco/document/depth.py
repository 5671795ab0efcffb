"""How deep a document may be nested: everything behind the codec may walk it without fear for the stack."""

from __future__ import annotations

from typing import Final

from jynco.document.pointer import under
from jynco.errors import DocumentInvalid, Fault
from jynco.model.storyboard import Document, Json

MAX_DEPTH: Final = 100


def too_deep(pointer: str) -> DocumentInvalid:
    """The one error for it, raised too where a parser gave up by itself."""
    return DocumentInvalid(
        [Fault(pointer, "too_deep", f"is nested deeper than {MAX_DEPTH} levels; flatten it")]
    )


def refuse_deep(document: Document) -> None:
    """DocumentInvalid when a member is nested too deeply."""
    for name, value in document.items():
        if _deeper(value, MAX_DEPTH - 1):
            raise too_deep(under("", name))


def _deeper(value: Json, levels: int) -> bool:
    """Whether lists and objects go on below so many levels; level by level, never by recursion."""
    layer = [value]
    for _ in range(levels):
        layer = [item for parent in layer for item in _inside(parent) if isinstance(item, (dict, list))]
        if not layer:
            return False
    return True


def _inside(value: Json) -> list[Json]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
