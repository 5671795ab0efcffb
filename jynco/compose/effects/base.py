"""What an effect is: a name, parameters, and the filters it puts behind a clip."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

from jynco.compose.curves import Curve
from jynco.compose.parameters import Parameters

if TYPE_CHECKING:  # documents are checked against effects, and need no FFmpeg for it
    from jynco.compose.graph import Stream
    from jynco.compose.normalise import Frame
    from jynco.compose.sources import Source


@dataclass(frozen=True, slots=True)
class Values:
    """An effect's parameters as a document gives them, defaults filled in."""

    given: Mapping[str, float | str | Curve]

    def number(self, name: str) -> float:
        """A number. TypeError where it moves."""
        value = self.given[name]
        if isinstance(value, float):
            return value
        raise TypeError(f"{name} is no number: {value}")

    def text(self, name: str) -> str:
        """A choice, or a file's path in the project."""
        return str(self.given[name])

    def moving(self, name: str) -> Curve | None:
        """The keyframes of a parameter that the effect follows by itself; None where it stands still."""
        value = self.given[name]
        return value if isinstance(value, Curve) else None


@dataclass(frozen=True, slots=True)
class Scene:
    """What an effect may know of the film it works in.

    The stream's first frame is the clip's frame ``first``; frames are counted on from there. Whatever changes
    with time must follow the clip's frames and not the stream's, or segments would differ from the whole film.
    """

    frame: Frame
    first: int = 0
    frames: int = 1  # of the stream
    files: Mapping[str, Source] = field(default_factory=dict)  # the project's, by their paths in the document


Graph: TypeAlias = "Callable[[Stream, Values, Scene], Stream]"


def unchanged(stream: Stream, _values: Values, _scene: Scene) -> Stream:
    """The graph of an effect that works elsewhere, as speed does."""
    return stream


@dataclass(frozen=True, slots=True)
class Effect:
    """A look that clips can have. A package brings its own under the entry point group ``jynco.effects``.

    The stream has the film's size, rate and form (yuv420p, BT.709 in video range), and must keep them.
    """

    name: str
    title: str
    description: str
    parameters: Parameters
    graph: Graph = unchanged
    pace: Callable[[Values], Fraction] | None = None  # how fast the clip is played
    remembers: bool = False  # frames depend on earlier ones: reading begins at the clip's first
