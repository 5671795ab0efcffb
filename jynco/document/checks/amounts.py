"""How many, and how long in characters."""

from __future__ import annotations

from collections.abc import Iterator

from jynco.compose.layers import LAYERS
from jynco.document.checks.limits import Limits
from jynco.document.fields import Object, child, clips, layers, text
from jynco.document.pointer import under
from jynco.errors import Fault
from jynco.model.storyboard import Document


def amount_faults(document: Document, limits: Limits) -> Iterator[Fault]:
    """Too many clips, layers or filters; texts that are too long."""
    yield from _count(document, "timeline", "", limits.clips, "clips")
    for kind in ("audio", "text", *LAYERS.names):
        yield from _count(child(document, "layers"), kind, "/layers", limits.layers, "layers")
        for pointer, layer in layers(document, kind):
            yield from _length(layer, "content", pointer, limits.text)
    for pointer, clip in clips(document):
        yield from _count(child(clip, "effects"), "filters", f"{pointer}/effects", limits.filters, "filters")
        for name in ("motionPrompt", "negativePrompt"):
            yield from _length(clip, name, pointer, limits.text)
    for name in ("title", "description"):
        yield from _length(child(document, "metadata"), name, "/metadata", limits.text)


def _count(parent: Object, name: str, base: str, most: int, things: str) -> Iterator[Fault]:
    value = parent.get(name)
    if isinstance(value, list) and len(value) > most:
        detail = f"has {len(value)} {things}; at most {most} are allowed, so split the storyboard"
        yield Fault(under(base, name), "limit", detail)


def _length(parent: Object, name: str, base: str, most: int) -> Iterator[Fault]:
    size = len(text(parent, name))
    if size > most:
        yield Fault(under(base, name), "limit", f"has {size} characters; at most {most} are allowed")
