"""Proxies of clips and footage: made when a clip is, or when a preview first wants one, and kept by content."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from shutil import copyfile
from typing import Final

from jynco.agents.quartermaster.shelf import Shelf
from jynco.agents.unwatched import Unwatched
from jynco.compose.preview import small
from jynco.compose.proxies import proxy_key, proxying, standing_in, wanted
from jynco.compose.segments import Recipe, nameless
from jynco.compose.sources import Material, Source
from jynco.errors import JyncoError, MediaFailed, MediaTimeout
from jynco.model.ids import CacheKey, ClipId
from jynco.model.media import Command
from jynco.model.storyboard import OutputSettings
from jynco.ports import Media, Storage, Watch

MINIMUM_SECONDS: Final = 60.0  # FFmpeg's deadline for the shortest clip
PER_SECOND: Final = 30.0  # and for each second of a longer one
LONGEST: Final = 30  # seconds of a source for which a preview's first picture can wait

log: Final = logging.getLogger("jynco.quartermaster")


class Proxies:
    """Small copies of sources, for previews to be made of."""

    def __init__(self, shelf: Shelf, storage: Storage, media: Media) -> None:
        self._shelf = shelf
        self._storage = storage
        self._media = media

    def find(self, source: Source, output: OutputSettings) -> Source | None:
        """The proxy for previews with this output, if it was made; ``source`` knows its content hash."""
        key = proxy_key(source, output, self._recipe())
        path = self._shelf.find(key)
        return None if path is None else standing_in(source, output, key, path)

    def make(self, source: Source, output: OutputSettings, watch: Watch) -> Source | None:
        """The same, made now if need be; None where it cannot be. Whatever the watch raises passes through."""
        found = self.find(source, output)
        if found is not None:
            return found
        try:
            self._made(source, output, watch)
        except (MediaFailed, MediaTimeout) as fault:
            log.warning("no proxy of %s: %s", source.path.name, fault.message)
            return None
        return self.find(source, output)

    def prepare(self, source: Source, output: OutputSettings) -> None:
        """Make the proxy that previews of a film with this output will want. No fault of it harms anybody."""
        viewed = small(output)
        try:
            if wanted(source, viewed):
                self.make(source, viewed, Unwatched())
        except JyncoError as fault:
            log.warning("no proxy of %s: %s", source.path.name, fault.message)

    def cast(self, materials: Mapping[ClipId, Material], output: OutputSettings) -> dict[ClipId, Source]:
        """A proxy for every clip that is better seen through one: where it is, or that it will be. Makes nothing."""
        sources = {name: each for name, each in materials.items() if isinstance(each, Source)}
        found = {name: self._cast(each, output) for name, each in sources.items() if wanted(each, output)}
        return {name: proxy for name, proxy in found.items() if proxy is not None}

    def has(self, proxy: Source) -> bool:
        """Whether a proxy that was cast is there."""
        return self._shelf.has(CacheKey(proxy.sha256))

    def located(self, proxy: Source) -> Source | None:
        """A proxy that was cast, where it lies now: it may have been made meanwhile. None where it is not there."""
        path = self._shelf.find(CacheKey(proxy.sha256))
        return None if path is None else replace(proxy, path=path)

    def command(self, source: Source, output: OutputSettings, *, work: Path, target: Path) -> Command:
        """The process that makes the proxy."""
        return proxying(source, output, self._recipe(), work=work, target=target)

    def keep(self, proxy: Source) -> None:
        """Shelve a proxy that was made; it stays where it is as well, for whoever reads it now."""
        with self._storage.scratch() as work:
            twin = Path(copyfile(proxy.path, work / "proxy.mp4"))
            self._shelf.keep(CacheKey(proxy.sha256), twin)

    def _cast(self, source: Source, output: OutputSettings) -> Source | None:
        found = self.find(source, output)
        if found is not None or source.info.duration > LONGEST:
            return found
        key = proxy_key(source, output, self._recipe())
        return standing_in(source, output, key, nameless(source))

    def _made(self, source: Source, output: OutputSettings, watch: Watch) -> None:
        deadline = MINIMUM_SECONDS + PER_SECOND * float(source.info.duration)
        with self._storage.scratch() as work:
            target = work / "proxy.mp4"
            command = self.command(source, output, work=work, target=target)
            self._media.run(command, watch, timeout=deadline)
            self._shelf.keep(proxy_key(source, output, self._recipe()), target)

    def _recipe(self) -> Recipe:
        return Recipe(self._media.build())
