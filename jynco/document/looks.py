"""The looks of a clip as the document gives them, named compositions (``customEffects``) taken apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TypeAlias

from jynco.compose.effects import EFFECTS
from jynco.compose.effects.reading import pace
from jynco.compose.layers import LAYERS
from jynco.compose.parameters import Number, Parameter, Parameters
from jynco.document.fields import Object, Place, child, entries, fraction, number, text
from jynco.document.pointer import under
from jynco.model.storyboard import Document, Easing, Filter, Json, Key, Setting, Settings
from jynco.model.time import exact

Compositions: TypeAlias = Mapping[str, Json]  # by name; well-formed only where the checks find nothing


def compositions(document: Document) -> Compositions:
    """The document's own effects. Registered names win over them."""
    return child(document, "customEffects")


def looks(clip: Object, named: Compositions) -> tuple[Filter, ...]:
    """A clip's looks in order. Unknown ones are kept, so that whoever draws them says that it cannot."""
    return tuple(_filter(item) for _, item in flat(clip, named, ""))


def flat(clip: Object, named: Compositions, base: str) -> Iterator[Place]:
    """The looks with their places; ``base`` is the pointer to the clip."""
    for pointer, item in entries(child(clip, "effects"), "filters", under(base, "effects")):
        kind = text(item, "type")
        if kind in named and kind not in EFFECTS.names:
            yield from entries({kind: named[kind]}, kind, "/customEffects")
        elif kind:
            yield pointer, item


def speed(clip: Object, named: Compositions) -> Fraction:
    """How fast the clip is played; 1 where that cannot be known."""
    known = (item for _, item in flat(clip, named, "") if text(item, "type") in EFFECTS.names)
    found = [_filter(item) for item in known if EFFECTS.get(text(item, "type")).pace]
    faster = pace(found) if found else Fraction(1)
    return faster if faster > 0 else Fraction(1)


def gone(document: Document) -> tuple[str, ...]:
    """The kinds of layers that are to be seen and that nobody draws. Lists without ids and times are free."""
    given, known = child(document, "layers"), {"audio", "text", *LAYERS.names, *LAYERS.broken}
    meant = (name for name in given if any(_meant(item) for _, item in entries(given, name)))
    return tuple(name for name in meant if name not in known)


def _meant(layer: Object) -> bool:
    return bool(text(layer, "layerId")) and "startTime" in layer


def settings(item: Object, parameters: Parameters) -> Settings:
    """The parameters that are given, by name; a dot in a name is an object in the document."""
    found = ((name, each, _setting(*_place(item, name))) for name, each in parameters.items())
    return tuple((name, value) for name, each, value in found if value is not None and _fits(each, value))


def _fits(parameter: Parameter, value: Setting) -> bool:
    """Other values are faults, which the checks tell."""
    if isinstance(value, tuple):
        return isinstance(parameter, Number) and parameter.moves
    return isinstance(value, float) is isinstance(parameter, Number)


def _place(item: Object, name: str) -> tuple[Object, str]:
    *groups, last = name.split(".")
    return child(item, *groups), last


def _filter(item: Object) -> Filter:
    kind = text(item, "type")
    if kind not in EFFECTS.names:
        return Filter(kind)
    effect = EFFECTS.get(kind)
    given = settings(item, effect.parameters)
    strong = dict(given).get("intensity")
    rest = tuple(pair for pair in given if pair[0] != "intensity" or not isinstance(pair[1], float))
    if isinstance(strong, float):
        return Filter(effect.name, strong, rest)
    usual = effect.parameters["intensity"].default if "intensity" in effect.parameters else None
    return Filter(effect.name, usual if isinstance(usual, float) else 0.5, rest)


def _setting(parent: Object, name: str) -> Setting | None:
    value = parent.get(name)
    if isinstance(value, list):
        return tuple(_key(item) for _, item in entries(parent, name)) or None
    if isinstance(value, str):
        return value
    plain = number(parent, name)
    return None if plain is None else float(plain)


def _key(item: Object) -> Key:
    easing = text(item, "easing")
    known = Easing(easing) if easing in set(Easing) else Easing.LINEAR
    return Key(fraction(item, "time") or Fraction(0), float(exact(number(item, "value") or 0)), known)
