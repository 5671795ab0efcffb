"""Small pictures of films: a poster, and a strip of frames to move along. Kept by content, made once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from jynco.agents.quartermaster.shelf import Shelf
from jynco.agents.unwatched import Unwatched
from jynco.errors import AssetRefused, ServiceAway
from jynco.model.ids import CacheKey
from jynco.model.keys import digest
from jynco.model.media import Command, MediaInfo
from jynco.ports import Media, Storage

SECONDS: Final = 20.0  # for one frame
TAIL: Final = 1.0  # seconds that are read to come to the last frame
STRIP_SECONDS: Final = 120.0  # for reading all of a film
STRIP_HEIGHT: Final = 180  # pixels, as a card shows it on a fine screen
QUALITY: Final = ("-q:v", "4")


class Glimpses:
    """Stills out of films, as JPEG."""

    def __init__(self, shelf: Shelf, storage: Storage, media: Media) -> None:
        self._shelf = shelf
        self._storage = storage
        self._media = media

    def poster(self, path: Path, info: MediaInfo, sha256: str, width: int) -> Path:
        """A frame from near the beginning, past a fade. AssetRefused without a picture; MediaFailed, MediaTimeout."""
        at = min(float(info.duration) / 3, 1.0)
        sink = ("-map", "0:V:0", "-frames:v", "1", "-vf", f"scale='min({width},iw)':-2", *QUALITY)
        return self._made(path, info, sha256, ("-ss", f"{at:.3f}"), sink, SECONDS)

    def filmstrip(self, path: Path, info: MediaInfo, sha256: str, count: int) -> Path:
        """``count`` frames, evenly from the first on, 180 pixels high, from left to right. Errors as for a poster."""
        every = f"fps={count}/{max(float(info.duration), 0.001):.6f}:start_time=0"
        still = f"tpad=stop={count}:stop_mode=clone"  # a film of few frames fills the strip, too
        strip = f"{every},{still},scale=-2:{STRIP_HEIGHT},tile={count}x1"
        sink = ("-map", "0:V:0", "-frames:v", "1", "-vf", strip, *QUALITY)
        return self._made(path, info, sha256, (), sink, STRIP_SECONDS)

    def last(self, path: Path, info: MediaInfo, target: Path) -> None:
        """The film's last frame as a PNG of its full size. Errors as for a poster."""
        if not info.width:
            raise AssetRefused(f"'{path.name}' has no picture.")
        at = max(0.0, float(info.duration) - TAIL)
        opened = ("-protocol_whitelist", "file", "-f", info.format, "-ss", f"{at:.3f}", "-i", f"file:{path}")
        each = ("-map", "0:V:0", "-pix_fmt", "rgb24", "-update", "1", f"file:{target}")  # over the one before
        self._media.run(Command((*opened, *each), frames=1), Unwatched(), timeout=SECONDS)

    def _made(
        self,
        path: Path,
        info: MediaInfo,
        sha256: str,
        seek: Sequence[str],
        sink: Sequence[str],
        timeout: float,
    ) -> Path:
        if not info.width:
            raise AssetRefused(f"'{path.name}' has no picture.")
        key = digest({"content": sha256, "sink": "\0".join((*seek, *sink)), "build": self._media.build()})
        found = self._shelf.find(key)
        if found is None:
            # The demuxer is named: a file that pretends to be another kind could make FFmpeg open others.
            opened = ("-protocol_whitelist", "file", "-f", info.format, *seek, "-i", f"file:{path}")
            self._run(key, (*opened, *sink), timeout)
            found = self._shelf.find(key)
        if found is None:
            raise ServiceAway("A picture was gone from the cache the moment it was kept: look at that disk.")
        return found

    def _run(self, key: CacheKey, arguments: Sequence[str], timeout: float) -> None:
        with self._storage.scratch() as folder:
            still = folder / "still.jpg"
            command = Command((*arguments, f"file:{still}"), frames=1)
            self._media.run(command, Unwatched(), timeout=timeout)
            self._shelf.keep(key, still)
