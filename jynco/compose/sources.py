"""What stands behind a clip when the film is made: a file, a frame that stands still, or a card."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from jynco.model.ids import ClipId
from jynco.model.media import MediaInfo


@dataclass(frozen=True, slots=True)
class Source:
    """A media file and what a probe said of it. ``sound``: whether its own sound is kept (footage only).

    ``sha256`` is its content's, in hexadecimal: what segments are known by, wherever the file lies. ``keys`` are the
    frames at which reading can begin; only for a file whose frames are the film's, one for one. ``ready``: they have
    the film's size and form, too. ``packets`` counts the frames whose packets are as the film's own encoder makes
    them. Only a proxy is ready and has packets.
    """

    path: Path
    info: MediaInfo
    sound: bool = False
    sha256: str = ""
    keys: tuple[int, ...] = ()
    packets: int = 0
    ready: bool = False

    def begin(self, first: int) -> int:
        """Where to begin reading in order to get frame ``first`` and those behind it."""
        return max((key for key in self.keys if key <= first), default=0)


@dataclass(frozen=True, slots=True)
class Held:
    """The last (or first) frame of another clip, standing still."""

    of: ClipId
    last: bool = True


@dataclass(frozen=True, slots=True)
class Slate:
    """A card that names the missing clip and says why it is missing."""

    clip_id: ClipId
    reason: str


Material: TypeAlias = Source | Held | Slate
