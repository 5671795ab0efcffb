"""Films made from segments, over a real store: what was encoded for them, and what they show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from tempfile import mkdtemp

import av
from av.video.stream import VideoStream

from jynco.adapters.media.stills import Stills
from jynco.adapters.storage.local import LocalStorage
from jynco.agents.cutting import Cutting, Reel, Survey
from jynco.agents.quartermaster import Quartermaster
from jynco.compose.encoder import container_for
from jynco.compose.picture import Room as Look
from jynco.compose.segments import Recipe, segments
from jynco.compose.sources import Material, Source
from jynco.compose.timeline import lay_out
from jynco.model.ids import CacheKey, ClipId
from jynco.model.keys import of_file
from jynco.model.storyboard import Storyboard
from jynco.ports import Watch
from tests.integration.film_kit import MEDIA, Quiet


def kept(source: Source) -> Source:
    """A source that knows its content, as everything that is kept must."""
    return replace(source, sha256=of_file(source.path))


@dataclass
class Room:
    """A store of its own, and the films cut in it."""

    folder: Path
    materials: Mapping[ClipId, Material]
    sounds: Mapping[str, Source] = field(default_factory=dict)
    proxied: bool = False

    def __post_init__(self) -> None:
        self.storage = LocalStorage(self.folder / "store")
        self.quartermaster = Quartermaster(self.storage, MEDIA, Stills())
        self.shelf, self.proxies = self.quartermaster.segments, self.quartermaster.proxies
        self.cutting = Cutting(self.quartermaster, MEDIA, 2)

    def reel(self, board: Storyboard, *, container: str | None = None, document: str | None = None) -> Reel:
        kind = container_for(board.output.codec, container)
        proxies = self.proxies.cast(self.materials, board.output) if self.proxied else {}
        timeline = lay_out(board, {})
        return Reel(board, timeline, self.materials, self.sounds, kind, document, proxies=proxies)

    def cut(
        self, board: Storyboard, watch: Watch | None = None, *, container: str | None = None
    ) -> tuple[Path, Survey]:
        """The film and what had to be encoded for it."""
        reel = self.reel(board, container=container)
        work = Path(mkdtemp(dir=self.folder))
        target = work / f"film.{reel.container}"
        return target, self.cutting.film(reel, work=work, target=target, watch=watch or Quiet())

    def encoded(self, board: Storyboard) -> tuple[str, ...]:
        """The names of the segments that the film had to have encoded."""
        return self.cut(board)[1].encode

    def keys(self, reel: Reel) -> list[CacheKey]:
        """The keys of the film's segments, in order."""
        room = Look(reel.storyboard, reel.timeline, reel.materials, lambda text: Path(text))
        return [segment.key for segment in segments(room, Recipe(MEDIA.build()))]

    def segments(self) -> dict[str, bytes]:
        """Everything on the shelf, by key."""
        names = [name for name in self.storage.keys("cache/segments") if name.endswith(".mp4")]
        return {name: self.storage.read(name) for name in names}


def moments(path: Path) -> list[Fraction]:
    """When each frame is shown, in seconds, in the order in which they are shown."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert isinstance(stream, VideoStream)
        assert stream.time_base is not None
        return [frame.pts * stream.time_base for frame in container.decode(stream) if frame.pts is not None]
