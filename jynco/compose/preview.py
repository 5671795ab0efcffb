"""The same film, smaller and sooner: for looking at, not for keeping."""

from __future__ import annotations

from dataclasses import replace

from jynco.compose.encoder import Container
from jynco.compose.layers.laying import shrunk
from jynco.model.storyboard import Codec, OutputSettings, Quality, Storyboard, TextLayer

HEIGHT = 540  # pixels of the shorter side
CONTAINER = Container.MP4  # which can be played in fragments


def preview(storyboard: Storyboard) -> Storyboard:
    """The storyboard at draft quality with its shorter side at most 540 pixels; text shrinks with the frame."""
    output = storyboard.output
    factor = min(1.0, HEIGHT / min(output.width, output.height))
    text = tuple(_scaled(layer, factor) for layer in storyboard.text)
    overlays = tuple(shrunk(layer, factor) for layer in storyboard.overlays)
    return replace(storyboard, output=_shrunk(output), text=text, overlays=overlays)


def viewed(storyboard: Storyboard) -> Storyboard:
    """The preview as H.264, which is made fastest and plays everywhere while it is made, whatever the film will be."""
    return replace(preview(storyboard), output=small(storyboard.output))


def small(output: OutputSettings) -> OutputSettings:
    """The output of a preview, as it is usually viewed."""
    return replace(_shrunk(output), codec=Codec.H264)


def _shrunk(output: OutputSettings) -> OutputSettings:
    factor = min(1.0, HEIGHT / min(output.width, output.height))
    width, height = _even(output.width * factor), _even(output.height * factor)
    return replace(output, width=width, height=height, quality=Quality.DRAFT, bitrate=None)


def _even(pixels: float) -> int:
    return max(2, round(pixels / 2) * 2)


def _scaled(layer: TextLayer, factor: float) -> TextLayer:
    size = None if layer.font_size is None else layer.font_size * factor
    return replace(layer, x=_moved(layer.x, factor), y=_moved(layer.y, factor), font_size=size)


def _moved(position: float | None, factor: float) -> float | None:
    """Fractions of the frame stay; pixels move with it."""
    return position if position is None or position <= 1 else max(1.001, position * factor)
