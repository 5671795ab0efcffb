"""Where files lie, and who may touch what at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from jynco.model.uploads import Presigned


class Storage(Protocol):
    """Files by key, such as ``projects/proj_a/images/x.png``. Writes appear whole or not at all.

    Raises StorageFull, PathRefused for what cannot be a key, ServiceAway.
    """

    def put(self, key: str, source: Path) -> None: ...  # copies
    def put_bytes(self, key: str, data: bytes) -> None: ...
    def swap(self, key: str, data: bytes, seen: bytes | None) -> bool: ...  # only while it is still ``seen``
    def adopt(self, key: str, source: Path) -> None: ...  # moves a finished scratch file in
    def link(self, source_key: str, key: str) -> None: ...  # hard link or copy; NotFound
    def path(self, key: str) -> Path: ...  # a local file to read; NotFound
    def read(self, key: str) -> bytes: ...  # NotFound
    def exists(self, key: str) -> bool: ...
    def delete(self, key: str) -> None: ...  # a missing key is fine
    def delete_all(self, prefix: str) -> None: ...
    def keys(self, prefix: str) -> Iterator[str]: ...
    def scratch(self) -> AbstractContextManager[Path]: ...  # a folder that is gone afterwards
    def sweep(self) -> int: ...  # removes scratch folders whose process was killed
    def presign_get(self, key: str, seconds: float) -> str | None: ...  # None: this storage has no addresses
    def presign_put(
        self, key: str, size: int, seconds: float
    ) -> Presigned | None: ...  # for ``size`` bytes exactly; None: as above


class Lock(Protocol):
    """One holder at a time per name, across processes; released when its process dies. Raises ServiceAway when late."""

    def hold(self, name: str, timeout: float = 30.0) -> AbstractContextManager[None]: ...


class Slots(Protocol):
    """This machine's room for encoders, for all its workers. ``soon``: films that somebody waits for have their own."""

    def one(self, check: Callable[[], None], *, soon: bool) -> AbstractContextManager[None]: ...
