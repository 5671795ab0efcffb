"""storyboard.json as a file: what was published, whether people have written into it since, and writing it.

The seal beside it holds the checksum of what was published last and, for the moment of a write, also of what
comes next. So whichever moment we die at, our own words are never taken for somebody's edit. An edit that the rows
have already, but that still lies there as people wrote it, is marked: it is not taken in twice, over newer words.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Final

from jynco.agents import layout
from jynco.errors import JyncoError, NotFound
from jynco.model.ids import ProjectId
from jynco.model.keys import of_bytes
from jynco.ports import Clock, Storage

log: Final = logging.getLogger("jynco.storyboard")
_TAKEN: Final = "~"  # before a checksum of people's words
_TICK: Final = 2.0  # seconds in which two writes may leave the same time on a disk

Stamp = tuple[int, int, int]  # when the file was changed (ns), its size and its inode


class Mirror:
    """The published documents. Whoever writes holds the project's lock."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    @property
    def near(self) -> bool:
        """Whether a look costs next to nothing."""
        return self._storage.near

    def read(self, project_id: ProjectId) -> bytes | None:
        """The file as it is now; None when there is none."""
        try:
            return self._storage.read(layout.mirror(project_id))
        except NotFound:
            return None

    def stamp(self, project_id: ProjectId) -> Stamp | None:
        """Changes with every change of the file. None: there is none, or it was changed too lately to tell."""
        with suppress(NotFound, OSError):
            told = self._storage.path(layout.mirror(project_id)).stat()
            if self._clock.now().timestamp() - told.st_mtime > _TICK:
                return told.st_mtime_ns, told.st_size, told.st_ino
        return None

    def ours(self, project_id: ProjectId, data: bytes | None) -> bool:
        """Whether this is what we published. No file is no edit: it is written anew."""
        return data is None or _sum(data) in self._seals(project_id)

    def taken(self, project_id: ProjectId, data: bytes) -> bool:
        """Whether people wrote this, and the rows have it."""
        return _TAKEN + _sum(data) in self._seals(project_id)

    def mark_taken(self, project_id: ProjectId, data: bytes) -> None:
        """Remember that the rows have what people wrote. StorageFull."""
        self._seal(project_id, [_TAKEN + _sum(data)])

    def write(self, project_id: ProjectId, data: bytes, seen: bytes | None) -> bool:
        """Publish ``data`` in place of ``seen``; False when people have written meanwhile. StorageFull."""
        if data == seen and self.ours(project_id, seen):
            return True
        # Only what is known of ``seen`` stays known: should we die before the swap, it is judged as it was.
        before = [seal for seal in self._seals(project_id) if seen is not None and seal.endswith(_sum(seen))]
        self._seal(project_id, [*before, _sum(data)])
        written = self._storage.swap(layout.mirror(project_id), data, seen)
        if written and before:
            self._seal(project_id, [_sum(data)])
        return written

    def set_aside(self, project_id: ProjectId, data: bytes, fault: JyncoError) -> None:
        """Keep what cannot be used under another name."""
        name = layout.aside(project_id, self._clock.token()[:8])
        self._storage.put_bytes(name, data)
        log.warning(
            "storyboard.json cannot be used and was set aside: %s", fault.message, extra={"kept_as": name}
        )

    def clear(self, project_id: ProjectId) -> None:
        """Remove what a project of this name, deleted long ago, may have left."""
        self._storage.delete(layout.mirror(project_id))
        self._storage.delete(layout.seal(project_id))

    def _seals(self, project_id: ProjectId) -> list[str]:
        try:
            return self._storage.read(layout.seal(project_id)).decode("ascii", "replace").split()
        except NotFound:
            return []

    def _seal(self, project_id: ProjectId, sums: list[str]) -> None:
        self._storage.put_bytes(layout.seal(project_id), "\n".join(sums).encode())


def _sum(data: bytes) -> str:
    return of_bytes([data])
