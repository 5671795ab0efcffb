"""Where files lie, and who may touch what at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from jynco.model.files import Entry, Told, Traffic
from jynco.model.uploads import Presigned


class Storage(Protocol):
    """Files by key, such as ``projects/proj_a/images/x.png``. Writes appear whole or not at all.

    What is not ``lasting`` need not outlive a power cut whole: it can be made again, and is compared before use.
    Raises StorageFull, PathRefused for what cannot be a key, ServiceAway.
    """

    def put(self, key: str, source: Path) -> None: ...  # copies
    def put_bytes(self, key: str, data: bytes, *, lasting: bool = True) -> None: ...
    def swap(self, key: str, data: bytes, seen: bytes | None) -> bool: ...  # only while it is still ``seen``
    def adopt(
        self, key: str, source: Path, *, lasting: bool = True
    ) -> None: ...  # moves a finished scratch file in
    def link(self, source_key: str, key: str) -> None: ...  # hard link or copy; NotFound
    def path(self, key: str) -> Path: ...  # a local file to read; NotFound
    def read(self, key: str) -> bytes: ...  # NotFound
    def told(self, label: str, key: str) -> Told: ...  # of a file that stays as it is; may be old; NotFound
    def exists(self, key: str) -> bool: ...
    def delete(self, key: str) -> None: ...  # a missing key is fine
    def delete_all(self, prefix: str) -> None: ...
    def keys(self, prefix: str) -> Iterator[str]: ...
    def entries(self, prefix: str) -> Iterator[Entry]: ...  # the same, with sizes and times
    def size(self, key: str) -> int: ...  # bytes; NotFound
    def touch(self, key: str) -> bool: ...  # it is wanted (its time says so, to a day); False: it is gone
    def expire(
        self, key: str, seen: datetime
    ) -> bool: ...  # removed unless wanted after ``seen``; whether it is
    def doubt(self, key: str) -> None: ...  # what ``path`` gave is damaged: it may be this machine's copy
    @property
    def near(self) -> bool: ...  # whether ``path`` costs nothing
    def traffic(self) -> Traffic: ...  # how often this machine had at hand what lies elsewhere
    def reported(self) -> Traffic: ...  # the same since the machine's last report, which this is
    def scratch(self) -> AbstractContextManager[Path]: ...  # a folder that is gone afterwards
    def sweep(self) -> int: ...  # removes scratch folders whose process was killed
    def presign_get(
        self, key: str, seconds: float, *, media_type: str = "", name: str = ""
    ) -> str | None: ...  # answers as that type; None: this storage has no addresses
    def presign_put(
        self, key: str, size: int, seconds: float
    ) -> Presigned | None: ...  # for ``size`` bytes exactly; None: as above


class Index(Protocol):
    """What is known of files that lie far away, shared by everybody. Who cannot be asked knows nothing, and says so."""

    def find(self, key: str) -> Told | None: ...
    def keep(self, key: str, told: Told) -> None: ...
    def forget(self, *keys: str) -> None: ...


class Lock(Protocol):
    """One holder at a time per name, across processes; released when its process dies. Raises ServiceAway when late."""

    def hold(self, name: str, timeout: float = 30.0) -> AbstractContextManager[None]: ...


class Slots(Protocol):
    """This machine's room for encoders, for all its workers. ``soon``: films that somebody waits for have their own."""

    def one(self, check: Callable[[], None], *, soon: bool) -> AbstractContextManager[None]: ...
