"""Generated clips: the shelf that all projects share, and each project's own copies of what it was given.

Every clip has a label with its checksum. A clip without a label, or with another content than its label says,
does not count: it is never shown, and never keeps a good one from being made.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Final

from jynco.agents import layout
from jynco.agents.quartermaster.fingerprints import Fingerprints
from jynco.errors import NotFound
from jynco.model.ids import CacheKey, ClipId, ProjectId
from jynco.ports import Storage

log: Final = logging.getLogger("jynco.quartermaster")


@dataclass(frozen=True, slots=True)
class Kept:
    """One thing on the shelf: what it takes in bytes, and when it was last wanted."""

    key: CacheKey
    size: int
    last_used: datetime


class Shelf:
    """Films of one kind by cache key: written once, checked before every use."""

    def __init__(
        self, storage: Storage, fingerprints: Fingerprints, kind: layout.Kind = layout.Kind.MOTION
    ) -> None:
        self._storage = storage
        self._fingerprints = fingerprints
        self._kind = kind

    def find(self, key: CacheKey) -> Path | None:
        """The clip, if it is there and still what was put there; a damaged one is taken off the shelf."""
        if not self._storage.exists(layout.label(key, self._kind)):
            return None
        path = self._intact(key, layout.cached(key, self._kind), layout.label(key, self._kind))
        if path is None:
            log.warning("a cached film is damaged and will be made again", extra={"cache_key": key})
            self.forget(key)
        else:
            self._touch(key)
        return path

    def has(self, key: CacheKey) -> bool:
        """Whether something is kept under this name, not looked into: for those who count."""
        return self._storage.exists(layout.label(key, self._kind))

    def keep(self, key: CacheKey, scratch: Path) -> None:
        """Move a verified clip in; whoever comes second leaves the first one's as it is."""
        if self.find(key) is not None:
            return
        label = {"key": key, "sha256": self._fingerprints.of(scratch), "bytes": scratch.stat().st_size}
        self._storage.adopt(layout.cached(key, self._kind), scratch)
        self._storage.put_bytes(
            layout.label(key, self._kind), json.dumps(label).encode()
        )  # last: from now on it counts

    def forget(self, key: CacheKey) -> None:
        """Take a clip off the shelf. Projects that were given it keep theirs."""
        self._storage.delete(layout.label(key, self._kind))
        self._storage.delete(layout.cached(key, self._kind))

    def owned(self, project_id: ProjectId, clip_id: ClipId, key: CacheKey) -> str | None:
        """The project's own copy, relative to the project, if it has one that is still what it was given."""
        relative = layout.generated(clip_id, key)
        label = layout.inside(project_id, layout.generated_label(clip_id, key))
        return relative if self._intact(key, layout.inside(project_id, relative), label) else None

    def give(self, project_id: ProjectId, clip_id: ClipId, key: CacheKey) -> str | None:
        """The project's own copy, made from the shelf's if need be; None when it has to be made anew."""
        owned = self.owned(project_id, clip_id, key)
        if owned is not None or self.find(key) is None:
            return owned
        relative = layout.generated(clip_id, key)
        label = layout.generated_label(clip_id, key)
        try:
            self._storage.link(layout.cached(key, self._kind), layout.inside(project_id, relative))
            self._storage.link(layout.label(key, self._kind), layout.inside(project_id, label))
        except NotFound:  # the shelf was emptied between our look and our hand
            return None
        return relative

    def kept(self) -> Iterator[Kept]:
        """Everything on the shelf, not looked into. What is not a clip can be made again: the longest unused may go."""
        for name in self._storage.keys(layout.shelf(self._kind)):
            if name.endswith(".json"):
                with suppress(NotFound, OSError):
                    yield self._kept(CacheKey(PurePosixPath(name).stem))

    def _kept(self, key: CacheKey) -> Kept:
        film, label = (
            self._storage.path(name(key, self._kind)).stat() for name in (layout.cached, layout.label)
        )
        return Kept(key, film.st_size + label.st_size, datetime.fromtimestamp(label.st_mtime, UTC))

    def _touch(self, key: CacheKey) -> None:
        """The label's time says when the film was last wanted; the film's own is part of what it is known by."""
        with suppress(NotFound, OSError):
            os.utime(self._storage.path(layout.label(key, self._kind)))

    def _intact(self, key: CacheKey, clip: str, label: str) -> Path | None:
        try:
            written = json.loads(self._storage.read(label))
            path = self._storage.path(clip)
            whole = self._fingerprints.of(path) == written["sha256"] and written["key"] == key
        except (NotFound, OSError, ValueError, KeyError, TypeError):
            return None
        return path if whole else None
