"""The files that looks and layers name: colour tables, pictures, and whatever packages' own are made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from jynco.compose.effects import reading
from jynco.compose.layers import laying
from jynco.model.storyboard import Storyboard

TABLES: Final = (".cube",)
STILLS: Final = (".png", ".jpg", ".jpeg", ".webp")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file by its path in the document, and the place that names it."""

    name: str
    pointer: str

    @property
    def table(self) -> bool:
        """Whether it is a table of colours."""
        return PurePosixPath(self.name).suffix.lower() in TABLES

    @property
    def still(self) -> bool:
        """Whether it is a picture; what is neither that nor a table is a film or sound."""
        return PurePosixPath(self.name).suffix.lower() in STILLS


def attached(board: Storyboard) -> Iterator[Attachment]:
    """Every file beside clips and sounds that the film is made of."""
    for clip in board.clips:
        for name in reading.files(clip.effects.filters):
            yield Attachment(name, f"{clip.pointer}/effects/filters")
    for overlay in board.overlays:
        for name in laying.files([overlay]):
            yield Attachment(name, overlay.pointer)
