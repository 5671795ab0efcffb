"""What is wrong with a document, each with its place: the schema's word, and what a schema cannot say."""

from __future__ import annotations

from contextlib import suppress

from jynco.document import codec
from jynco.document.checks import amounts, extensions, ids, layers, looks, paths, seams, sizes, times
from jynco.document.checks.limits import Limits
from jynco.document.pointer import order
from jynco.document.schema import schema_faults
from jynco.document.upgrades import upgrade
from jynco.errors import DocumentInvalid, Fault
from jynco.model.storyboard import Document

__all__ = ["Limits", "examine", "faults", "semantic_faults", "validate"]

_CHECKS = (
    amounts.amount_faults,
    extensions.extension_faults,
    ids.id_faults,
    layers.layer_faults,
    looks.look_faults,
    paths.path_faults,
    seams.seam_faults,
    sizes.size_faults,
    times.time_faults,
)


def semantic_faults(document: Document, limits: Limits) -> list[Fault]:
    """What a schema cannot say. What the schema refuses is passed over, the rest is still checked."""
    return [*codec.text_faults(document), *(fault for check in _CHECKS for fault in check(document, limits))]


def faults(document: Document, limits: Limits | None = None) -> list[Fault]:
    """Every fault, sorted by place."""
    return _sorted([*schema_faults(document), *semantic_faults(document, limits or Limits())])


def validate(document: Document, limits: Limits | None = None) -> None:
    """DocumentInvalid with every fault, when there is one."""
    found = faults(document, limits)
    if found:
        raise DocumentInvalid(found)


def examine(data: bytes, limits: Limits | None = None) -> tuple[Document, list[Fault]]:
    """The document of today's version in these bytes, and every fault of text, schema and sense together.

    Raises as ``codec.parse`` does, where there is no document to speak of.
    """
    document, in_text = codec.parse(data)
    with suppress(DocumentInvalid):  # the schema names the version among the other faults
        document = upgrade(document)
    return document, _sorted([*in_text, *faults(document, limits)])


def _sorted(found: list[Fault]) -> list[Fault]:
    """Each fault once. Of a number that is none, nothing else is worth saying."""
    hopeless = {fault.pointer for fault in found if fault.code == "not_finite"}
    kept = {fault for fault in found if fault.code == "not_finite" or fault.pointer not in hopeless}
    return sorted(kept, key=lambda fault: (order(fault.pointer), fault.code, fault.detail))
