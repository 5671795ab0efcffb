"""The way to Postgres: a small pool, one transaction at a time, and every driver error in our own words."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    DisconnectionError,
    InvalidRequestError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from jynco.adapters.database.postgres.line import Line, Silence
from jynco.adapters.database.text import decode, encode
from jynco.errors import Conflict, JyncoError, LimitExceeded, NotFound, ServiceAway, StorageFull, UsageWrong

if TYPE_CHECKING:
    import psycopg

RETRY_AFTER: Final = 2.0  # seconds; Postgres is back from a restart in about that time
SESSION: Final = (
    "SET timezone = 'UTC'; SET statement_timeout = '{statement}ms'; SET lock_timeout = '{lock}ms';"
    # a worker that is frozen inside a transaction must not keep its project's row
    " SET idle_in_transaction_session_timeout = '15s'"
)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long who asks may wait, in seconds. The server gives up before we do, so that one slow question of a
    living server is told from a server that says nothing at all."""

    connect: int
    statement: float
    lock: float
    silence: float


WORKING: Final = Patience(connect=3, statement=30, lock=10, silence=45)
WAITED_FOR: Final = Patience(connect=2, statement=1.8, lock=1.5, silence=2)  # 503 within 3 s

# A child keeps its parent's connections untouched: closing one would tell the server that the parent is gone.
_inherited: list[psycopg.Connection[Any]] = []


class Gate:
    """Lends transactions. Raises ServiceAway for whatever keeps Postgres from answering."""

    def __init__(
        self, url: str, *, pool_size: int, application_name: str, patience: Patience = WORKING
    ) -> None:
        self.tenant: str | None = None  # None: everybody's rows
        self._silence = Silence(patience.silence)
        self.engine = _engine(url, pool_size, application_name, patience)
        event.listen(self.engine, "do_connect", partial(_open, self._silence))
        event.listen(self.engine, "connect", partial(_prepare, _session(patience)))
        event.listen(self.engine, "checkout", _refuse_inherited)

    def of(self, tenant: str) -> Gate:
        """The same connections, lent to one tenant."""
        theirs = copy(self)
        theirs.tenant = tenant
        return theirs

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction: committed at the end, rolled back by any error."""
        if self._silence.lasts:  # who comes now need not find out by waiting as well
            raise _away()
        try:
            with self.engine.begin() as connection:
                yield connection
        except PoolTimeout as error:
            raise _away("All connections to the database are busy; raise the pool's size.") from error
        except DBAPIError as error:
            raise _translated(error) from error
        except InvalidRequestError as error:  # the pool gave up reconnecting
            raise _away() from error


def _engine(url: str, pool_size: int, application_name: str, patience: Patience) -> Engine:
    try:
        address = make_url(url).set(drivername="postgresql+psycopg")
    except (ArgumentError, ValueError):
        raise UsageWrong(
            "DATABASE_URL is no database address; write postgresql://user@host/database."
        ) from None
    return create_engine(
        address,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=patience.connect,
        pool_pre_ping=True,
        hide_parameters=True,
        json_serializer=encode,
        json_deserializer=decode,
        connect_args={
            "connect_timeout": patience.connect,
            "tcp_user_timeout": patience.connect * 1000,  # milliseconds; ends calls into a dead network
            "application_name": application_name,
        },
    )


def _session(patience: Patience) -> bytes:
    limits = {"statement": round(patience.statement * 1000), "lock": round(patience.lock * 1000)}
    return SESSION.format(**limits).encode()


def _open(silence: Silence, _dialect: Any, _record: Any, args: list[Any], params: dict[str, Any]) -> Line:
    return Line.opened(silence, *args, **params)


def _prepare(session: bytes, connection: psycopg.Connection[Any], record: Any) -> None:
    record.info["pid"] = os.getpid()
    connection.autocommit = True
    connection.execute(session)
    connection.autocommit = False


def _refuse_inherited(connection: psycopg.Connection[Any], record: Any, proxy: Any) -> None:
    """A forked child that spoke on its parent's connection would mix their answers: it opens its own."""
    if record.info["pid"] != os.getpid():
        _inherited.append(connection)
        record.dbapi_connection = proxy.dbapi_connection = None
        raise DisconnectionError("this connection belongs to the parent process")


def _away(
    words: str = "The database does not answer; see that it runs and that DATABASE_URL is right.",
) -> ServiceAway:
    return ServiceAway(words, retry_after=RETRY_AFTER)


def _translated(error: DBAPIError) -> JyncoError | DBAPIError:
    state = getattr(error.orig, "sqlstate", None) or ""
    match state:
        case "23505":
            return Conflict("It exists already; read it again before changing it.")
        case "23503":
            return NotFound("It belongs to a project or job that does not exist (any more).")
        case "42P01" | "3D000":
            return _away("The database has no Jynco tables; run `jynco db upgrade`.")
        case "53100":
            return StorageFull("The database's disk is full; free some space.", retry_after=RETRY_AFTER)
    if state.startswith("54"):
        return LimitExceeded("A name or document is larger than the database can hold; make it smaller.")
    return _away() if error.connection_invalidated or _outage(error, state) else error


def _outage(error: DBAPIError, state: str) -> bool:
    """Whether the server, not the statement, is at fault; deadlocks and time limits pass too."""
    passing = ("08", "25006", "25P0", "28", "40", "53", "55P03", "57", "58")
    return state.startswith(passing) or (not state and isinstance(error, OperationalError))
