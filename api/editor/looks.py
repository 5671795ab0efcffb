"""What a clip's sheet offers of effects and transitions: all there are, those of the plain schema first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from jynco.compose.effects import EFFECTS, Effect
from jynco.compose.parameters import Choice, File, Number, Parameter
from jynco.compose.transitions import TRANSITIONS
from jynco.document.fields import Object, child, clips, entries, text
from jynco.model.ids import ClipId
from jynco.model.storyboard import Document, FilterKind, Json, TransitionKind

Option = tuple[str, str, str]  # name, title, what it does


@dataclass(frozen=True, slots=True)
class Control:
    """One parameter as a field of the form. ``kind``: percent, number, choice, file, or moves (keyframes stay)."""

    name: str
    kind: str
    title: str
    help: str
    value: Json
    usual: Json
    least: float = 0.0
    most: float = 1.0
    options: tuple[str, ...] = ()  # of a choice; the endings of a file

    @property
    def percent(self) -> int:
        """Where the slider stands, 0 to 100."""
        value = self.value if isinstance(self.value, int | float) else 0.5
        return round(100 * value)


@dataclass(frozen=True, slots=True)
class Look:
    """One effect with its fields, and whether the clip has it."""

    name: str
    title: str
    help: str
    on: bool
    controls: tuple[Control, ...]


def looks(document: Document, clip_id: ClipId) -> list[tuple[str, list[Look]]]:
    """Groups of effects, each under its heading; more than the schema's own are folded away until one is used."""
    given = _given(document, clip_id)
    every = [_look(effect, given.get(effect.name)) for effect in EFFECTS.things]
    own = [name.value for name in FilterKind]
    named = [Look(name, name, "A composition of this film.", name in given, ()) for name in _named(document)]
    return [
        ("Look", [look for look in every if look.name in own]),
        ("More looks", [look for look in every if look.name not in own]),
        ("This film's own", named),
    ]


def transitions() -> list[tuple[str, list[Option]]]:
    """Groups of transitions."""
    own = [name.value for name in TransitionKind]
    every = [(kind.name, kind.title, kind.description) for kind in TRANSITIONS.things]
    usual = [("none", "None", "A cut."), *(kind for kind in every if kind[0] in own)]
    return [("Usual", usual), ("More", [kind for kind in every if kind[0] not in own])]


def _named(document: Document) -> Iterator[str]:
    return (name for name in child(document, "customEffects") if name not in EFFECTS.names)


def _given(document: Document, clip_id: ClipId) -> Mapping[str, Object]:
    """The clip's effects as they are written, by type: the first of each."""
    found: dict[str, Object] = {}
    for _, clip in clips(document):
        if text(clip, "clipId") == clip_id:
            for _, item in entries(child(clip, "effects"), "filters"):
                found.setdefault(text(item, "type"), item)
    return found


def _look(effect: Effect, given: Object | None) -> Look:
    controls = (_control(name, each, given or {}) for name, each in effect.parameters.items())
    return Look(effect.name, effect.title, effect.description, given is not None, tuple(controls))


def _control(name: str, parameter: Parameter, given: Object) -> Control:
    *groups, last = name.split(".")
    value, usual = child(given, *groups).get(last), getattr(parameter, "default", None)
    told = (parameter.title, parameter.description, usual if value is None else value, usual)
    if isinstance(parameter, File):
        return Control(name, "file", *told, options=parameter.suffixes)
    if isinstance(parameter, Choice):
        return Control(name, "choice", *told, options=parameter.options)
    return Control(name, _kind(parameter, value), *told, parameter.minimum, parameter.maximum)


def _kind(parameter: Number, value: Json) -> str:
    if isinstance(value, list):
        return "moves"
    return "percent" if (parameter.minimum, parameter.maximum) == (0, 1) else "number"
