"""Files by key in a bucket, with copies on this machine for those who read them as files."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Final

from jynco.adapters.storage.counts import Counts
from jynco.adapters.storage.faults import explained
from jynco.adapters.storage.names import plain, too_long
from jynco.adapters.storage.nearby import Nearby
from jynco.adapters.storage.s3 import presigning
from jynco.adapters.storage.s3.bucket import Address, Bucket
from jynco.adapters.storage.s3.fetching import content, fetched
from jynco.adapters.storage.s3.leftovers import Leftovers
from jynco.adapters.storage.s3.places import Places
from jynco.adapters.storage.s3.sending import LARGE, replaced, sent, written
from jynco.adapters.storage.s3.wanting import Wanting
from jynco.adapters.storage.scratch import Scratch
from jynco.errors import NotFound
from jynco.model.files import Entry, Told, Traffic
from jynco.model.uploads import Presigned
from jynco.ports import Index

NEARBY: Final = 10 * 1024**3  # bytes of copies on a machine
LABEL: Final = ".json"  # how the names of labels end


class S3Storage:
    """A bucket as a storage. Threads may share it, and forks: each process has a client of its own.

    ``folder`` is this machine's own: scratch space, and copies of what was read here.
    """

    near = False

    def __init__(
        self,
        address: Address,
        folder: Path,
        *,
        nearby: int = NEARBY,
        large: int = LARGE,
        index: Index | None = None,
    ) -> None:
        """``index``: what all machines know of the bucket, where there is something to keep that in."""
        self._bucket = Bucket(address)
        self._before = self._bucket.full("")
        self._places = Places(self._bucket, self._before)
        self._scratch = Scratch(folder / "scratch")
        self._nearby = Nearby(folder / "nearby", nearby, self._scratch.oldest)
        self._counts = Counts(folder / "nearby" / "counts")
        self._wanting = Wanting(self._bucket)
        self._leftovers = Leftovers(self._bucket)
        self._large = large
        self._index = index

    def put(self, key: str, source: Path) -> None:
        """Copy ``source`` in; it is at hand here. NotFound when it is not there."""
        name = self._places.free(key)
        with explained(key), self._scratch.folder() as folder:
            copy = Path(shutil.copyfile(source, folder / "file"))  # what is sent, whoever writes meanwhile
            self._nearby.keep(name, sent(self._bucket, name, copy, self._large), copy)

    def put_bytes(self, key: str, data: bytes, *, lasting: bool = True) -> None:  # noqa: ARG002 - S3 has no other
        """Write ``data`` as the whole content of ``key``. A bucket keeps all that it has taken."""
        name = self._places.free(key)
        written(self._bucket, name, data)
        self._changed(name)

    def swap(self, key: str, data: bytes, seen: bytes | None) -> bool:
        """As ``put_bytes``, but only while the content is still ``seen`` (None: not there); whether it was.

        S3 itself compares, by the tag of what was read: no other writer comes in between, wherever it is.
        """
        name = self._places.free(key)
        try:
            before = content(self._bucket, name)
        except NotFound:
            before = None
        if (before.data if before else None) != seen:
            return False
        done = replaced(self._bucket, name, data, before.etag if before else None)
        self._changed(name)
        return done

    def adopt(self, key: str, source: Path, *, lasting: bool = True) -> None:  # noqa: ARG002 - as above
        """Move a finished scratch file in; it stays at hand here. NotFound when it is not there."""
        name = self._places.free(key)
        with explained(key):
            self._nearby.keep(name, sent(self._bucket, name, source, self._large), source)

    def link(self, source_key: str, key: str) -> None:
        """Give the content of ``source_key`` a second name that outlives the first. NotFound."""
        source, name = str(plain(source_key)), self._places.free(key)
        self._nearby.twin(source, name, self._bucket.copy(source, name))
        self._changed(name)

    def path(self, key: str) -> Path:
        """A copy on this machine, to read only: fetched, unless it is there and nothing has changed. NotFound."""
        name = self._readable(key)
        copy = self._nearby.find(name)
        with self._scratch.folder() as folder, explained(key):
            target = folder / "file"
            try:
                etag = fetched(self._bucket, name, target, copy.etag if copy else None)
            except NotFound:
                self._nearby.drop(name)
                raise
            if copy is not None and etag is None:
                self._counts.hit()
                self._nearby.used(name)
                return copy.path
            size = target.stat().st_size
            path = self._nearby.keep(name, etag or "", target)
            self._counts.miss(size)
            return path

    def read(self, key: str) -> bytes:
        """The content of ``key``. NotFound, ServiceAway."""
        name = self._readable(key)
        found = content(self._bucket, name)
        self._wanting.noted(name, found.modified)
        return found.data

    def told(self, label: str, key: str) -> Told:
        """What the label of a file says, and the file's size: by the index, which may be some minutes old. NotFound."""
        name = self._readable(label)
        known = self._index.find(name) if self._index is not None else None
        if known is None:
            known = Told(self.read(label), self.size(key))
            if self._index is not None:
                self._index.keep(name, known)
        return known

    def exists(self, key: str) -> bool:
        """Whether ``key`` is there."""
        pure = plain(key)
        return not too_long(pure, self._before) and self._bucket.modified(str(pure)) is not None

    def size(self, key: str) -> int:
        """In bytes. NotFound."""
        return self._bucket.size(self._readable(key))

    def delete(self, key: str) -> None:
        """Remove ``key``; a missing one is fine."""
        name = str(plain(key))
        self._bucket.delete(name)
        self._changed(name)
        self._nearby.drop(name)

    def delete_all(self, prefix: str) -> None:
        """Remove every key below the folder ``prefix``, a thousand at a time."""
        names = list(self.keys(prefix))
        self._bucket.delete_many(names)
        self._changed(*names)
        for name in names:
            self._nearby.drop(name)

    def keys(self, prefix: str) -> Iterator[str]:
        """Every key below the folder ``prefix``, sorted."""
        return (entry.key for entry in self.entries(prefix))

    def entries(self, prefix: str) -> Iterator[Entry]:
        """The same, with what each takes and when it was last wanted (to a day)."""
        yield from self._bucket.below(str(plain(prefix)))

    def touch(self, key: str) -> bool:
        """Note that ``key`` is wanted; whether it is there still. Costs requests once a day."""
        return self._wanting.touch(str(plain(key)))

    def expire(self, key: str, seen: datetime) -> bool:
        """Remove ``key`` unless it was wanted after ``seen``; whether it is gone. Who reads it has a copy."""
        name = str(plain(key))
        gone = self._wanting.expire(name, seen)
        if gone:
            self._changed(name)
            self._nearby.drop(name)
        return gone

    def doubt(self, key: str) -> None:
        """What was handed out of ``key`` is not what was put there: fetch it again the next time."""
        self._nearby.drop(str(plain(key)))

    def scratch(self) -> AbstractContextManager[Path]:
        """A folder on this machine; gone afterwards."""
        return self._scratch.folder()

    def sweep(self) -> int:
        """Remove what killed processes left, here and, once an hour, in the bucket; returns how much."""
        self._nearby.trim()
        return self._scratch.sweep() + self._leftovers.swept()

    def presign_get(self, key: str, seconds: float, *, media_type: str = "", name: str = "") -> str:
        """An address that whoever holds it may read for so long, at most 15 minutes."""
        return presigning.getting(self._bucket, str(plain(key)), seconds, media_type, name)

    def presign_put(self, key: str, size: int, seconds: float) -> Presigned:
        """A form that whoever holds it may send ``size`` bytes with, for so long, at most 15 minutes."""
        return presigning.posting(self._bucket, self._places.free(key), size, seconds)

    def traffic(self) -> Traffic:
        """How often the copies at hand sufficed."""
        return self._counts.total()

    def reported(self) -> Traffic:
        """What came since this machine's last report."""
        return self._counts.reported()

    def _changed(self, *names: str) -> None:
        """Nobody may go on believing what was known of them."""
        if self._index is not None:
            self._index.forget(*(name for name in names if name.endswith(LABEL)))

    def _readable(self, key: str) -> str:
        pure = plain(key)
        if too_long(pure, self._before):
            raise NotFound(f"There is no file '{key}' in the storage.")
        return str(pure)
