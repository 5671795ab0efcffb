"""What the front door keeps in the database, beside ``jynco.ports.Database``: values, and who keeps them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol, runtime_checkable

from jynco.errors import Busy, NotFound
from jynco.ports import Database

LOCAL: Final = "local"  # the tenant of this machine's own commands
TENANT_PATTERN: Final = r"^[a-z0-9][a-z0-9_-]{0,62}\Z"
REPLY_LIFE: Final = timedelta(hours=24)


class Scope(StrEnum):
    """What a caller may do; each may do what those before it may."""

    READ = "read"
    SUBMIT = "submit"  # make and change projects, and spend money
    ADMIN = "admin"  # delete projects, run webhooks and queues

    def allows(self, wanted: Scope) -> bool:
        """Whether this is enough where ``wanted`` is asked for."""
        order = list(Scope)
        return order.index(self) >= order.index(wanted)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key without its secret, which nobody keeps."""

    key_id: str
    name: str
    tenant: str
    scope: Scope
    created_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it was given."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Turn:
    """What there is under an Idempotency-Key. ``mine``: no answer yet, and the asker is to give it."""

    request: str  # the hash of what was asked first
    mine: bool
    reply: Reply | None = None  # None, and not mine: somebody is doing it just now
    made: tuple[
        str, ...
    ] = ()  # ids of what an asker made who could not answer any more: it is not made again


@dataclass(frozen=True, slots=True)
class Errand:
    """Whose turn it is under which Idempotency-Key: whatever is made meanwhile is noted with it, or not made."""

    tenant: str
    key: str
    owner: str


_errand: ContextVar[Errand | None] = ContextVar("errand", default=None)


def errand() -> Errand | None:
    """The errand this thread is on, if any."""
    return _errand.get()


@contextmanager
def on_errand(errand: Errand) -> Iterator[None]:
    """Note what is made in the block, in the transaction in which it is made."""
    token = _errand.set(errand)
    try:
        yield
    finally:
        _errand.reset(token)


def overtaken() -> Busy:
    """The sentence for who took so long that somebody else does what the key stands for."""
    return Busy("The same request is being done elsewhere by now: ask again in a moment.", retry_after=1.0)


class Replies(Protocol):
    """Answers by Idempotency-Key, for a day. Raises ServiceAway when the database is."""

    def begin(self, tenant: str, key: str, request: str, owner: str, seconds: float) -> Turn: ...
    def finish(self, tenant: str, key: str, owner: str, reply: Reply) -> None: ...  # while it is the owner's
    def release(self, tenant: str, key: str, owner: str) -> None: ...  # free; what was made stays noted
    def sweep(self) -> int: ...  # forgets what is older than a day; how many


class Keys(Protocol):
    """Who may come in by a key. Raises NotFound, Conflict; ServiceAway when the database is."""

    def add(self, key: ApiKey, sha256: str) -> ApiKey: ...
    def find(self, sha256: str) -> ApiKey | None: ...  # None: unknown, or revoked
    def page(self, tenant: str | None, after: str | None, limit: int) -> Sequence[ApiKey]: ...
    def revoke(self, key_id: str) -> ApiKey: ...


class Exits(Protocol):
    """Browsers' sessions that somebody has signed out of. Raises ServiceAway when the database is."""

    def end(
        self, session: str, life: float
    ) -> None: ...  # over in so many seconds of itself, and then forgotten
    def ended(self, session: str) -> bool: ...


@runtime_checkable
class FrontDesk(Protocol):
    """The books of the front door."""

    @property
    def replies(self) -> Replies: ...
    @property
    def keys(self) -> Keys: ...
    @property
    def exits(self) -> Exits: ...
    def of(self, tenant: str) -> Database: ...  # as that tenant sees it: nothing of anybody else's is there


def desk(database: Database) -> FrontDesk:
    """The front door's books in this database. TypeError for one that keeps none."""
    if not isinstance(database, FrontDesk):
        raise TypeError(f"{type(database).__name__} keeps no books for the front door")
    return database


def unknown_key(key_id: str) -> NotFound:
    """The sentence for a key that is not there."""
    return NotFound(f"There is no key {key_id}: 'jynco keys list' shows those there are.")
