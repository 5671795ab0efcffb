"""What can be said of an effect or a layer in a document: each parameter with its limits, as JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from jynco.model.storyboard import Easing, Json

MOST_KEYS: Final = 100  # keyframes of one parameter


@dataclass(frozen=True, slots=True)
class Number:
    """A number between two others. ``moves``: it may be given as keyframes.

    ``drawn``: the effect follows the keyframes by an expression of its own. Else the range is taken in ``steps``
    equal steps, and the effect is drawn once for each of them, on the frames where it holds; all of its filters
    must know FFmpeg's ``enable`` then.
    """

    title: str
    description: str
    default: float | None
    minimum: float = 0.0
    maximum: float = 1.0
    moves: bool = False
    drawn: bool = False
    steps: int = 64

    def schema(self) -> dict[str, Json]:
        """As the document's schema says it. A list, where one is allowed, has its own rules."""
        words = _words(self.title, self.description, self.default)
        limits: dict[str, Json] = {"minimum": self.minimum, "maximum": self.maximum}
        if not self.moves:
            return {**words, "type": "number", **limits}
        keys: dict[str, Json] = {"minItems": 1, "maxItems": MOST_KEYS, "items": _key(limits)}
        return {**words, "type": ["number", "array"], **limits, **keys}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some words."""

    title: str
    description: str
    default: str
    options: tuple[str, ...]

    def schema(self) -> dict[str, Json]:
        """As the document's schema says it."""
        return {**_words(self.title, self.description, self.default), "enum": [*self.options]}


@dataclass(frozen=True, slots=True)
class File:
    """A file of the project, which has to be given. ``suffixes`` are the endings it may have."""

    title: str
    description: str
    suffixes: tuple[str, ...]

    def schema(self) -> dict[str, Json]:
        """As the document's schema says it."""
        return {**_words(self.title, self.description, None), "type": "string"}


Parameter: TypeAlias = Number | Choice | File
Parameters: TypeAlias = Mapping[str, Parameter]


def properties(parameters: Parameters) -> dict[str, Json]:
    """The schemas of some parameters, by name."""
    return {name: parameter.schema() for name, parameter in parameters.items()}


def needed(parameters: Parameters) -> list[str]:
    """The parameters without which nothing can be drawn."""
    return [name for name, parameter in parameters.items() if isinstance(parameter, File)]


def _words(title: str, description: str, default: Json) -> dict[str, Json]:
    words: dict[str, Json] = {"title": title, "description": description}
    return words if default is None else {**words, "default": default}


def _key(limits: dict[str, Json]) -> dict[str, Json]:
    easings: list[Json] = [str(easing) for easing in Easing]
    return {
        "title": "Keyframe",
        "description": "The value at a moment of the clip, and how it goes on from there.",
        "type": "object",
        "required": ["time", "value"],
        "properties": {
            "time": {
                "title": "Time",
                "description": "Seconds of the clip's own film at its speed, so that an inPoint moves no look.",
                "type": "number",
                "minimum": 0,
            },
            "value": {"title": "Value", "description": "What it is then.", "type": "number", **limits},
            "easing": {
                "title": "Easing",
                "description": "How it goes on to the next keyframe.",
                "enum": easings,
                "default": "linear",
            },
        },
    }
