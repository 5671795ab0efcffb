"""The cache of generated clips: content-addressed, written once, checked before every use."""

from __future__ import annotations

import json
import logging
from pathlib import Path

from jynco.agents import layout
from jynco.agents.quartermaster.fingerprints import Fingerprints
from jynco.errors import NotFound
from jynco.model.ids import CacheKey
from jynco.ports import Storage

log = logging.getLogger("jynco.quartermaster")


class Shelf:
    """Clips by cache key. The label is written last, so a clip without one does not count."""

    def __init__(self, storage: Storage, fingerprints: Fingerprints) -> None:
        self._storage = storage
        self._fingerprints = fingerprints

    def find(self, key: CacheKey) -> Path | None:
        """The clip, if it is there and still what was put there; a damaged one is taken off the shelf."""
        try:
            label = json.loads(self._storage.read(layout.label(key)))
            path = self._storage.path(layout.cached(key))
        except (NotFound, ValueError):
            return None
        if self._fingerprints.of(path) == label.get("sha256"):
            return path
        log.warning("a cached clip is damaged and will be made again", extra={"cache_key": key})
        self.forget(key)
        return None

    def keep(self, key: CacheKey, scratch: Path) -> Path:
        """Move a verified clip in; whoever comes second finds the first one's."""
        found = self.find(key)
        if found is not None:
            return found
        label = {"sha256": self._fingerprints.of(scratch), "bytes": scratch.stat().st_size}
        self._storage.adopt(layout.cached(key), scratch)
        self._storage.put_bytes(layout.label(key), json.dumps(label).encode())
        return self._storage.path(layout.cached(key))

    def forget(self, key: CacheKey) -> None:
        """Take a clip off the shelf. Projects that were given it keep theirs."""
        self._storage.delete(layout.label(key))
        self._storage.delete(layout.cached(key))
