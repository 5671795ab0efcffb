"""Fade: from black or to black, inside its own clip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jynco.compose.transitions.base import Transition, xfade

if TYPE_CHECKING:
    from jynco.compose.graph import Stream


def faded(stream: Stream, direction: str, frames: int) -> Stream:
    """From black (``in``) or to black (``out``) over the whole of a stream of ``frames`` frames."""
    return stream.filter("fade", type=direction, start_frame=0, nb_frames=frames)


TRANSITION = Transition(
    "fade",
    "Fade",
    "Comes from black or goes to black inside its clip; two of them meet in black.",
    xfade("fade"),
    fades=True,
)
