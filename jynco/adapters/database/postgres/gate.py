"""The way to Postgres: a small pool, one transaction at a time, and every driver error in our own words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, DisconnectionError, InvalidRequestError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from jynco.adapters.database.postgres.line import Silence
from jynco.adapters.database.postgres.pool import WAITED_FOR, WORKING, Patience, become, make_engine
from jynco.errors import Conflict, JyncoError, LimitExceeded, NotFound, ServiceAway, StorageFull

__all__ = ["WAITED_FOR", "WORKING", "Gate"]

EVERYBODY: Final = "*"  # no tenant's name
RETRY_AFTER: Final = 2.0  # seconds; Postgres is back from a restart in about that time


class Gate:
    """Lends transactions, and statements that stand alone. Raises ServiceAway while Postgres does not answer."""

    def __init__(
        self, url: str, *, pool_size: int, application_name: str, patience: Patience = WORKING
    ) -> None:
        self.tenant: str | None = None  # None: everybody's rows
        self._silence = Silence(patience.silence)
        self.engine = make_engine(url, pool_size, application_name, patience, self._silence)
        self._alone = self.engine.execution_options(isolation_level="AUTOCOMMIT")  # of the same pool

    @property
    def whole(self) -> Gate:
        """The same connections, for what belongs to no tenant."""
        return self if self.tenant is None else self._for(None)

    def of(self, tenant: str) -> Gate:
        """The same connections, lent to one tenant."""
        return self._for(tenant)

    def _for(self, tenant: str | None) -> Gate:
        theirs = copy(self)
        theirs.tenant = tenant
        return theirs

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction: committed at the end, rolled back by any error."""
        with self._lent(), self.engine.connect() as connection:
            self._tell(connection)
            with connection.begin():
                yield connection

    @contextmanager
    def autocommit(self) -> Iterator[Connection]:
        """For statements that stand alone, questions above all: a round trip each, where a transaction takes three.

        There is no transaction that ``SET LOCAL`` would end with: whatever must hold here holds for the session.
        """
        with self._lent(), self._alone.connect() as connection:
            self._tell(connection)
            yield connection

    def _tell(self, connection: Connection) -> None:
        """Tell Postgres whose rows may be seen. A connection that served the same tenant before knows already."""
        tenant = self.tenant or EVERYBODY
        if connection.info.get("tenant") != tenant:
            become(connection, tenant)

    @contextmanager
    def _lent(self) -> Iterator[None]:
        if self._silence.lasts:  # who comes now need not find out by waiting as well
            raise _away()
        try:
            yield
        except PoolTimeout as error:
            raise _away("All connections to the database are busy; raise the pool's size.") from error
        except DBAPIError as error:
            raise _translated(error) from error
        except (DisconnectionError, InvalidRequestError) as error:  # the pool gave up reconnecting
            raise _away() from error


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
        case "42501":
            return _away("The database's rules are older or newer than this Jynco; run `jynco db upgrade`.")
        case "53100":
            return StorageFull("The database's disk is full; free some space.", retry_after=RETRY_AFTER)
    if state.startswith("54"):
        return LimitExceeded("A name or document is larger than the database can hold; make it smaller.")
    return _away() if error.connection_invalidated or _outage(error, state) else error


def _outage(error: DBAPIError, state: str) -> bool:
    """Whether the server, not the statement, is at fault; deadlocks and time limits pass too."""
    passing = ("08", "25006", "25P0", "28", "40", "53", "55P03", "57", "58")
    return state.startswith(passing) or (not state and isinstance(error, OperationalError))
