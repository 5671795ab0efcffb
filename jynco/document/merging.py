"""The document's schema with what the compositor can draw: effects, transitions and layers, packages' own among them.

What v1.2 leaves free stays free: a parameter is bound only where ``type`` names an effect that v1.2 does not know,
and layers of other kinds are described (``x-items``), and checked where Jynco would draw them.
"""

from __future__ import annotations

from typing import Final, cast

from jynco.compose.effects import EFFECTS, Effect
from jynco.compose.layers import LAYERS, Layer
from jynco.compose.parameters import needed, properties
from jynco.compose.transitions import TRANSITIONS
from jynco.document.fields import Object, child
from jynco.model.storyboard import Json

KIND: Final = {"title": "Kind of filter", "description": "Which look."}


def merge(schema: Object) -> None:
    """Adds to ``schema`` in place."""
    definitions = child(schema, "$defs")
    for end in ("in", "out"):
        place = child(definitions, "effects", "properties", "transitions", "properties", end)
        place["enum"] = [*TRANSITIONS.names, "none"]
    definitions["filter"] = _filter(child(definitions, "filter"))
    layers = child(schema, "properties", "layers", "properties")
    for layer in LAYERS.things:
        definitions[f"{layer.name}Layer"] = _layer(layer)
        about: Object = {"title": layer.title, "description": layer.description}
        layers[layer.name] = {**about, "x-items": f"#/$defs/{layer.name}Layer"}


def _filter(plain: Object) -> Object:
    names: list[Json] = [*EFFECTS.names]
    parts: dict[str, Json] = {
        **child(plain, "properties"),
        "type": {**KIND, "type": "string", "examples": names},
    }
    return {**plain, "properties": parts, "allOf": [_when(effect) for effect in EFFECTS.things]}


def _when(effect: Effect) -> Object:
    named: Object = {"properties": {"type": {**KIND, "const": effect.name}}, "required": ["type"]}
    drawn: Object = {"title": effect.title, "description": effect.description}
    parts: Object = {
        "properties": properties(effect.parameters),
        "required": _names(needed(effect.parameters)),
    }
    return {"if": named, "then": {**drawn, **parts}}


def _layer(layer: Layer) -> Object:
    timed = {
        "layerId": _said("Layer id", "Names the layer; no two layers of a kind share one.", "string"),
        "startTime": _said("Start", "When it appears, in seconds of the film.", "number"),
        "duration": _said(
            "Duration", "How long it stays, in seconds. Without it: to the film's end.", "number"
        ),
    }
    return {
        "title": layer.title,
        "type": "object",
        "required": _names(["layerId", *needed(layer.parameters)]),
        "properties": {**timed, **_nested(properties(layer.parameters))},
    }


def _nested(flat: dict[str, Json]) -> Object:
    """``position.x`` is ``x`` in an object ``position``."""
    found: Object = {}
    for name, rules in flat.items():
        group, _, inner = name.rpartition(".")
        if not group:
            found[name] = rules
            continue
        words: Object = {"title": group.capitalize(), "description": f"Its {group}.", "type": "object"}
        place = cast(Object, found.setdefault(group, {**words, "properties": {}}))
        child(place, "properties")[inner] = rules
    return found


def _said(title: str, description: str, kind: str) -> Object:
    return {"title": title, "description": description, "type": kind}


def _names(names: list[str]) -> list[Json]:
    return [*names]
