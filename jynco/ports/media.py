"""Who looks at pictures and films, and makes them."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from jynco.model.media import Command, Look, MediaInfo, Mix
from jynco.ports.watching import Watch


class Pictures(Protocol):
    """Looks at still pictures from foreign hands. Raises AssetRefused with the reason."""

    def inspect(self, path: Path) -> MediaInfo: ...
    def small(self, path: Path, width: int) -> bytes: ...  # a JPEG, upright, at most so many pixels wide


class Media(Protocol):
    """FFmpeg, for one file or one command. Raises MediaFailed, MediaTimeout; AssetRefused for foreign input."""

    def probe(self, path: Path) -> MediaInfo: ...
    def run(self, command: Command, watch: Watch, *, timeout: float) -> None: ...
    def verify(self, path: Path) -> MediaInfo: ...  # decodes every frame
    def look(self, path: Path) -> Look: ...  # as verify, and what there is to be seen
    def build(self) -> str: ...  # names the FFmpeg build, for keys
    def mix(
        self, mix: Mix, target: Path
    ) -> None: ...  # of decoded sounds, so nothing is started; MediaFailed
    def mixer(self) -> str: ...  # names what mixes and encodes, for keys
