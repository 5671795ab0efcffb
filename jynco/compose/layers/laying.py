"""Layers on a stretch of film, and what they need."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from jynco.compose.effects.reading import file_names, valued
from jynco.compose.graph import Stream
from jynco.compose.layers import LAYERS, Stage
from jynco.compose.registry import HOUSE
from jynco.model.storyboard import Overlay, Setting


def laid(stream: Stream, overlay: Overlay, stage: Stage) -> Stream:
    """A picture with one layer over it, on the frames where it is shown."""
    layer = LAYERS.get(overlay.kind)
    return layer.graph(stream, valued(layer.parameters, dict(overlay.settings), stage.frame.rate), stage)


def shrunk(overlay: Overlay, factor: float) -> Overlay:
    """For a frame that is smaller by ``factor``: fractions of it stay, pixels move with it."""
    lengths = LAYERS.get(overlay.kind).lengths

    def moved(name: str, value: Setting) -> Setting:
        pixels = name in lengths and isinstance(value, float) and abs(value) > 1
        return value * factor if pixels and isinstance(value, float) else value

    return replace(overlay, settings=tuple((name, moved(name, value)) for name, value in overlay.settings))


def files(overlays: Iterable[Overlay]) -> tuple[str, ...]:
    """The project's files that they show, as far as they are known."""
    known = (each for each in overlays if each.kind in LAYERS.names)
    named = (file_names(LAYERS.get(each.kind).parameters, dict(each.settings)) for each in known)
    return tuple(dict.fromkeys(name for names in named for name in names))


def packages(overlays: Iterable[Overlay]) -> tuple[str, ...]:
    """The packages, with versions, that draw them beside us."""
    return tuple(sorted({LAYERS.origin(each.kind) for each in overlays} - {HOUSE}))
