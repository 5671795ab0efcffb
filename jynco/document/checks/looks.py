"""Looks and layers that can be drawn: known by name, with parameters in their limits, and files in the project."""

from __future__ import annotations

from collections.abc import Iterator

from jynco.compose.effects import EFFECTS
from jynco.compose.layers import LAYERS
from jynco.compose.parameters import File, Parameters
from jynco.compose.transitions import TRANSITIONS
from jynco.document.checks.limits import Limits
from jynco.document.fields import Object, Place, child, clips, entries, text
from jynco.document.looks import Compositions, compositions, gone
from jynco.document.pointer import under
from jynco.document.schema import part_faults
from jynco.document.wording import shown
from jynco.errors import Fault
from jynco.model.storyboard import Document

_GONE = "Install the package that draws these layers, or remove them."


def look_faults(document: Document, limits: Limits) -> Iterator[Fault]:
    """Unknown effects, compositions that are none, layers that cannot be drawn, packages that are broken."""
    named = compositions(document)
    used: set[str] = set()
    for pointer, clip in clips(document):
        for place, item in entries(child(clip, "effects"), "filters", under(pointer, "effects")):
            yield from _look(place, item, named)
            used.add(text(item, "type"))
        yield from _transitions(child(clip, "effects", "transitions"), f"{pointer}/effects/transitions")
    for name in sorted(used & named.keys() - {*EFFECTS.names}):
        yield from _composition(name, named, limits)
    for kind in (*LAYERS.names, *LAYERS.broken):
        yield from _layers(document, kind)
    for kind in gone(document):
        yield Fault(under("/layers", kind), "package", f"{LAYERS.refusal(kind)} {_GONE}")


def _look(pointer: str, item: Object, named: Compositions) -> Iterator[Fault]:
    kind = text(item, "type")
    if kind in EFFECTS.names:
        yield from _files(pointer, item, EFFECTS.get(kind).parameters)
    elif kind in EFFECTS.broken:
        yield Fault(f"{pointer}/type", "package", EFFECTS.broken[kind])
    elif isinstance(item.get("type"), str) and kind not in named:
        known = ", ".join([*EFFECTS.names, *named])
        yield Fault(f"{pointer}/type", "choice", f"must be one of {known}; it is {shown(kind)}")


def _transitions(ends: Object, base: str) -> Iterator[Fault]:
    for end in ("in", "out"):
        kind = text(ends, end)
        if kind in TRANSITIONS.broken:
            yield Fault(under(base, end), "package", TRANSITIONS.broken[kind])


def _composition(name: str, named: Compositions, limits: Limits) -> Iterator[Fault]:
    """A list of registered effects, and nothing else: no text for FFmpeg, no composition of compositions."""
    value, base = named[name], under("/customEffects", name)
    if not isinstance(value, list) or not value or not all(isinstance(item, dict) for item in value):
        mend = 'such as [{"type": "blur"}]; text for FFmpeg is not taken'
        yield Fault(base, "type", f"must be a list of effects, {mend}")
        return
    if len(value) > limits.filters:
        yield Fault(base, "limit", f"has {len(value)} effects; at most {limits.filters} are allowed")
    for place, item in entries({name: value}, name, "/customEffects"):
        yield from part_faults("filter", item, place)
        yield from _look(place, item, {})


def _layers(document: Document, kind: str) -> Iterator[Fault]:
    value = child(document, "layers").get(kind)
    if not isinstance(value, list) or not value:
        return
    if kind in LAYERS.broken:
        yield Fault(under("/layers", kind), "package", LAYERS.broken[kind])
        return
    for number, item in enumerate(value):
        base = under("/layers", kind, number)
        yield from part_faults(f"{kind}Layer", item, base)
        if isinstance(item, dict):
            yield from _files(base, item, LAYERS.get(kind).parameters)


def _files(base: str, item: Object, parameters: Parameters) -> Iterator[Fault]:
    for name, parameter in parameters.items():
        path = text(item, name)
        if isinstance(parameter, File) and path and not path.lower().endswith(parameter.suffixes):
            endings = ", ".join(parameter.suffixes)
            yield Fault(under(base, name), "path", f"must end in {endings}; it is {shown(path)}")


def files(document: Document) -> Iterator[tuple[str, str]]:
    """Every file that looks and layers name, with its place."""
    named = compositions(document)
    found: list[tuple[Place, Parameters]] = []
    for pointer, clip in clips(document):
        for place in entries(child(clip, "effects"), "filters", under(pointer, "effects")):
            if text(place[1], "type") in EFFECTS.names:
                found.append((place, EFFECTS.get(text(place[1], "type")).parameters))
    for name in named:
        inside = entries({name: named[name]}, name, "/customEffects")
        known = (place for place in inside if text(place[1], "type") in EFFECTS.names)
        found += ((place, EFFECTS.get(text(place[1], "type")).parameters) for place in known)
    for layer in LAYERS.things:
        inside = entries(child(document, "layers"), layer.name, "/layers")
        found += ((place, layer.parameters) for place in inside)
    for (base, item), parameters in found:
        names = (name for name, parameter in parameters.items() if isinstance(parameter, File))
        yield from ((under(base, name), text(item, name)) for name in names if text(item, name))
