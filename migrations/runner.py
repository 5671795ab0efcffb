"""Moves a database between revisions. Two releases at once take turns; the second finds nothing to do."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, NullPool, create_engine, make_url, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from jynco.errors import ServiceAway
from migrations import HEAD

if TYPE_CHECKING:
    from alembic.config import Config

TURN: Final = 0x4A796E63  # the advisory lock's number: "Jync"
SECONDS_TO_CONNECT: Final = 3
# For a table: whoever wants it after us waits behind us. And shorter than the second after which Postgres looks for
# deadlocks: should there be one, we are who lets go, and not the release that still works.
LONGEST_WAIT: Final = "300ms"
TRIES: Final = 100


class _InUse(Exception):
    """Somebody of the release that still runs holds a table for long."""


def upgrade(url: str, revision: str = "head") -> None:
    """Go forward to ``revision``, beside a release that works on. ServiceAway when the database does not answer."""
    for _ in range(TRIES):
        with suppress(_InUse):
            return _upgrade_now(url, revision)
        time.sleep(random.uniform(0.1, 1))
    raise ServiceAway(
        "The tables are in use by a transaction that does not end: end it, then run this again."
    )


def _upgrade_now(url: str, revision: str) -> None:
    with _turn(url) as connection:
        if revision != "head" or _current(connection) != HEAD:
            connection.execute(text(f"SET LOCAL lock_timeout = '{LONGEST_WAIT}'"))
            _move(connection, _upgrade, revision)


def downgrade(url: str, revision: str) -> None:
    """Go back to ``revision`` ("base": nothing is left). ServiceAway when the database does not answer."""
    with _turn(url) as connection:
        _move(connection, _downgrade, revision)


def current(url: str) -> str | None:
    """The database's revision; None when it has none yet. ServiceAway when the database does not answer."""
    with _connected(url) as connection:
        return _current(connection)


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    address = make_url(url).set(drivername="postgresql+psycopg")
    options = {"connect_timeout": SECONDS_TO_CONNECT, "application_name": "jynco-migrations"}
    engine = create_engine(address, poolclass=NullPool, connect_args=options)
    try:
        with engine.begin() as connection:
            yield connection
    except OperationalError as error:
        if isinstance(error.orig, LockNotAvailable):
            raise _InUse from error
        raise ServiceAway(
            "The database does not answer; see that it runs and that DATABASE_URL is right."
        ) from error


@contextmanager
def _turn(url: str) -> Iterator[Connection]:
    """One transaction, entered by one at a time: a step that fails leaves no half of itself behind."""
    with _connected(url) as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": TURN})
        connection.execute(text("SET LOCAL jynco.tenant = '*'"))  # steps see the rows of every tenant
        yield connection


def _current(connection: Connection) -> str | None:
    try:
        with connection.begin_nested():
            revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    except ProgrammingError:  # an empty database has no such table
        return None
    return revision


def _move(connection: Connection, step: Callable[[Config, str], None], revision: str) -> None:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    step(config, revision)


def _upgrade(config: Config, revision: str) -> None:
    from alembic import command

    command.upgrade(config, revision)


def _downgrade(config: Config, revision: str) -> None:
    from alembic import command

    command.downgrade(config, revision)
