"""Names must tell things apart, and become names of files."""

from __future__ import annotations

from collections.abc import Iterator

from jynco.compose.layers import LAYERS
from jynco.document.checks.limits import Limits
from jynco.document.fields import Place, clips, layers, text
from jynco.document.pointer import under
from jynco.document.wording import shown
from jynco.errors import Fault
from jynco.model.storyboard import Document


def id_faults(document: Document, limits: Limits) -> Iterator[Fault]:
    """Ids that come twice, are blank or are too long."""
    yield from _names([("", document)], "projectId", limits)
    yield from _names(clips(document), "clipId", limits)
    for kind in ("audio", "text", *LAYERS.names):
        yield from _names(layers(document, kind), "layerId", limits)


def _names(places: Iterator[Place] | list[Place], field: str, limits: Limits) -> Iterator[Fault]:
    owners: dict[str, str] = {}
    for base, part in places:
        name, pointer = text(part, field), under(base, field)
        if name and name in owners:
            detail = f"{shown(name)} is already the id of {owners[name]}; give each its own"
            yield Fault(pointer, "duplicate_id", detail)
        if len(name) > limits.name:
            yield Fault(pointer, "limit", f"has {len(name)} characters; at most {limits.name} are allowed")
        if field == "layerId" and isinstance(part.get(field), str) and not name.strip():
            yield Fault(pointer, "blank", "is blank; give the layer a name, such as 'music'")
        owners.setdefault(name, base)
