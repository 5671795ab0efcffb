"""What a layer is: a list of its own in a document's ``layers``, and how each of its entries is drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from jynco.compose.effects.base import Values
from jynco.compose.parameters import Parameters

if TYPE_CHECKING:  # documents are checked against layers, and need no FFmpeg for it
    from jynco.compose.graph import Stream
    from jynco.compose.normalise import Frame
    from jynco.compose.sources import Source


@dataclass(frozen=True, slots=True)
class Stage:
    """Where an entry is drawn: on the stream's frames from ``first`` up to, not with, ``end``.

    ``since``: how many frames before the stream's first one the entry began (below 0: it begins later).
    """

    frame: Frame
    first: int
    end: int
    since: int = 0
    files: Mapping[str, Source] = field(default_factory=dict)  # the project's, by their paths in the document

    @property
    def shown(self) -> str:
        """FFmpeg's condition for the frames on which it is seen."""
        return f"between(n,{self.first},{self.end - 1})"


Graph: TypeAlias = "Callable[[Stream, Values, Stage], Stream]"


@dataclass(frozen=True, slots=True)
class Layer:
    """A kind of layer. A package brings its own under the entry point group ``jynco.layers``.

    Each entry has a layerId, startTime and duration beside its parameters; a dot in a parameter's name
    (``position.x``) is an object in the document. ``lengths`` are parameters that are fractions of the frame when
    1 or less, else pixels: in a preview those shrink with the frame.
    """

    name: str
    title: str
    description: str
    parameters: Parameters
    graph: Graph
    lengths: frozenset[str] = frozenset()
