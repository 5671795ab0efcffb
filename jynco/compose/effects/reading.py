"""A clip's looks as its document gives them, as values that effects can draw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from jynco.compose.curves import Curve
from jynco.compose.effects import EFFECTS, Effect, Values
from jynco.compose.parameters import File, Number, Parameter, Parameters
from jynco.compose.registry import HOUSE
from jynco.model.storyboard import Filter, Setting
from jynco.model.time import Rate


def valued(parameters: Parameters, given: Mapping[str, Setting], rate: Rate) -> Values:
    """The parameters with what is given, and defaults for the rest. KeyError for a file that is not named."""
    return Values({name: _value(name, each, given, rate) for name, each in parameters.items()})


def values(effect: Effect, look: Filter, rate: Rate) -> Values:
    """A look's values."""
    return valued(effect.parameters, {"intensity": look.intensity, **dict(look.settings)}, rate)


def pace(looks: Iterable[Filter]) -> Fraction:
    """How fast a clip with these looks is played; 1 is as it is."""
    found = Fraction(1)
    for look in looks:
        effect = EFFECTS.get(look.kind)
        if effect.pace is not None:
            found *= effect.pace(values(effect, look, Rate(1)))
    return found


def remembers(looks: Iterable[Filter]) -> bool:
    """Whether a frame depends on those before it."""
    return any(EFFECTS.get(look.kind).remembers for look in looks)


def packages(looks: Iterable[Filter]) -> tuple[str, ...]:
    """The packages, with versions, that draw them beside us: another version may draw something else."""
    return tuple(sorted({EFFECTS.origin(look.kind) for look in looks} - {HOUSE}))


def files(looks: Iterable[Filter]) -> tuple[str, ...]:
    """The project's files that they need, as far as they are known."""
    known = (look for look in looks if look.kind in EFFECTS.names)
    named = (file_names(EFFECTS.get(look.kind).parameters, dict(look.settings)) for look in known)
    return tuple(dict.fromkeys(name for names in named for name in names))


def file_names(parameters: Parameters, given: Mapping[str, Setting]) -> list[str]:
    """The files among what is given."""
    return [str(given[name]) for name, each in parameters.items() if isinstance(each, File) and name in given]


def _value(name: str, parameter: Parameter, given: Mapping[str, Setting], rate: Rate) -> float | str | Curve:
    value = given[name] if name in given or isinstance(parameter, File) else parameter.default
    if isinstance(value, tuple):
        return Curve.of(value, rate)
    if value is None:
        raise KeyError(name)
    return float(value) if isinstance(parameter, Number) else str(value)
