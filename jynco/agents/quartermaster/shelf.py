"""Generated clips: the shelf that all projects share, and each project's own copies of what it was given.

Every clip has a label with its checksum. A clip without a label, or with another content than its label says,
does not count: it is never shown, and never keeps a good one from being made.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Final, TypeAlias

from jynco.agents import layout
from jynco.agents.quartermaster.fingerprints import Fingerprints
from jynco.errors import NotFound, ServiceAway
from jynco.model.ids import CacheKey, ClipId, ProjectId
from jynco.model.storyboard import Json
from jynco.ports import Storage

JOURNEYS: Final = 16  # at once, to a storage that is far
Written: TypeAlias = Mapping[str, Json]
log: Final = logging.getLogger("jynco.quartermaster")


@dataclass(frozen=True, slots=True)
class Kept:
    """One thing on the shelf: what it takes in bytes, and when it was last wanted."""

    key: CacheKey
    size: int
    last_used: datetime
    whole: bool = True  # False: without its label, so that nobody can find it


class Shelf:
    """Films of one kind by cache key: written once, checked before every use."""

    def __init__(
        self, storage: Storage, fingerprints: Fingerprints, kind: layout.Kind = layout.Kind.MOTION
    ) -> None:
        self._storage = storage
        self._fingerprints = fingerprints
        self._kind = kind

    def find(self, key: CacheKey) -> Path | None:
        """The clip, if it is there and still what was put there; a damaged one is taken off the shelf.

        ServiceAway where a generated one cannot be read: it stays, for it may be whole, and was paid.
        """
        written = self._written(layout.label(key, self._kind))
        if written is None:
            return None
        path = self._intact(key, layout.cached(key, self._kind), written)
        if path is None:
            log.warning("a cached film is damaged and will be made again", extra={"cache_key": key})
            self.forget(key)
            return None
        # Told before it is used: whoever clears the shelf sees it, or has been here already.
        return path if self._storage.touch(layout.label(key, self._kind)) else None

    def several(self, keys: Iterable[CacheKey]) -> dict[CacheKey, Path | None]:
        """The same for many; where each look is a journey, several are made at once."""
        wanted = list(dict.fromkeys(keys))
        if self._storage.near or len(wanted) < 2:
            return {key: self.find(key) for key in wanted}
        with ThreadPoolExecutor(JOURNEYS) as pool:
            return dict(zip(wanted, pool.map(self.find, wanted), strict=True))

    def promises(self, key: CacheKey) -> bool:
        """Whether ``find`` will find it, as far as that can be told without fetching it: for those who plan."""
        if self._storage.near:
            return self.find(key) is not None
        return self._complete(key, layout.cached(key, self._kind), layout.label(key, self._kind))

    def has(self, key: CacheKey) -> bool:
        """Whether something is kept under this name, not looked into: for those who count."""
        return self._storage.exists(layout.label(key, self._kind))

    def keep(self, key: CacheKey, scratch: Path) -> None:
        """Move a verified clip in; whoever comes second leaves the first one's as it is."""
        if self.find(key) is not None:
            return
        label = {"key": key, "sha256": self._fingerprints.of(scratch), "bytes": scratch.stat().st_size}
        lasting = (
            self._kind is layout.Kind.MOTION
        )  # money was paid for it; the rest is made again, should it break
        self._storage.adopt(layout.cached(key, self._kind), scratch, lasting=lasting)
        name, written = layout.label(key, self._kind), json.dumps(label).encode()
        self._storage.put_bytes(name, written, lasting=lasting)  # last: from now on it counts

    def forget(self, key: CacheKey) -> None:
        """Take a clip off the shelf. Projects that were given it keep theirs."""
        self._storage.delete(layout.label(key, self._kind))
        self._storage.delete(layout.cached(key, self._kind))

    def expire(self, kept: Kept) -> bool:
        """As ``forget``, unless it was wanted since ``kept`` was looked at; whether it is gone."""
        name = layout.label if kept.whole else layout.cached
        gone = self._storage.expire(name(kept.key, self._kind), kept.last_used)
        if gone and kept.whole:
            self._storage.delete(layout.cached(kept.key, self._kind))
        return gone

    def owned(self, project_id: ProjectId, clip_id: ClipId, key: CacheKey) -> str | None:
        """The project's own copy, relative to the project, if it has one that is still what it was given."""
        relative = layout.generated(clip_id, key)
        clip = layout.inside(project_id, relative)
        label = layout.inside(project_id, layout.generated_label(clip_id, key))
        if not self._storage.near:
            return relative if self._complete(key, clip, label) else None
        written = self._written(label)
        return relative if written is not None and self._intact(key, clip, written) else None

    def give(self, project_id: ProjectId, clip_id: ClipId, key: CacheKey) -> str | None:
        """The project's own copy, made from the shelf's if need be; None when it has to be made anew."""
        try:
            owned = self.owned(project_id, clip_id, key)
        except ServiceAway:  # a copy that its disk does not give: the shelf's may be whole
            if not self.promises(key):
                raise
            owned = None
        if owned is not None or not self.promises(key):
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
        found = self._storage.entries(layout.shelf(self._kind))
        for name, entries in groupby(found, lambda entry: PurePosixPath(entry.key).stem):
            several = list(entries)
            label = next((entry for entry in several if entry.key.endswith(".json")), None)
            wanted = (label or several[0]).wanted
            yield Kept(CacheKey(name), sum(entry.size for entry in several), wanted, label is not None)

    def _intact(self, key: CacheKey, clip: str, written: Written) -> Path | None:
        """None: it is not there, or another. ServiceAway where it cannot be read just now, which says neither.

        What was made here for nothing is rather made again.
        """
        fault: OSError | None = None
        for _ in range(2):
            try:
                path = self._storage.path(clip)
                if self._fingerprints.of(path) == written["sha256"] and written["key"] == key:
                    return path
                fault = None
            except (NotFound, FileNotFoundError, KeyError):
                return None
            except OSError as error:
                fault = error
            self._storage.doubt(clip)  # perhaps only this machine's copy is damaged
        if fault is not None and self._kind is layout.Kind.MOTION:
            raise ServiceAway(f"Cannot read '{clip}': {fault.strerror}. Look at that disk.") from fault
        return None

    def _complete(self, key: CacheKey, clip: str, label: str) -> bool:
        """Whether all of it is there; what it holds is checked when it is fetched."""
        try:
            told = self._storage.told(label, clip)
            written = _said(told.label)
            return written["key"] == key and written["bytes"] == told.size
        except (NotFound, KeyError):
            return False

    def _written(self, label: str) -> Written | None:
        """What a label says; None where there is none, nothing where it cannot be read."""
        try:
            return _said(self._storage.read(label))
        except NotFound:
            return None


def _said(label: bytes) -> Written:
    try:
        said = json.loads(label)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
