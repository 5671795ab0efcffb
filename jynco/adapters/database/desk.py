"""What the front door keeps in the database, beside ``jynco.ports.Database``: values, and who keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol, runtime_checkable

from jynco.ports import Database

REPLY_LIFE: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it was given."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Turn:
    """What there is under an Idempotency-Key. ``mine``: nothing yet, and the asker is to do it."""

    request: str  # the hash of what was asked first
    mine: bool
    reply: Reply | None = None  # None, and not mine: somebody is doing it just now


class Replies(Protocol):
    """Answers by Idempotency-Key, for a day. Raises ServiceAway when the database is."""

    def begin(self, tenant: str, key: str, request: str, owner: str, seconds: float) -> Turn: ...
    def finish(
        self, tenant: str, key: str, owner: str, reply: Reply
    ) -> None: ...  # only while it is the owner's
    def release(
        self, tenant: str, key: str, owner: str
    ) -> None: ...  # nothing was done: the key is free again
    def sweep(self) -> int: ...  # forgets what is older than a day; how many


@runtime_checkable
class FrontDesk(Protocol):
    """The books of the front door."""

    @property
    def replies(self) -> Replies: ...


def desk(database: Database) -> FrontDesk:
    """The front door's books in this database. TypeError for one that keeps none."""
    if not isinstance(database, FrontDesk):
        raise TypeError(f"{type(database).__name__} keeps no books for the front door")
    return database
