"""The pool of connections: how long who asks may wait, what a new one is told, and which may still be lent."""

from __future__ import annotations

import os
import select
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError, InvalidatePoolError

from jynco.adapters.database.postgres.line import Line, Silence
from jynco.adapters.database.text import decode, encode
from jynco.errors import UsageWrong

if TYPE_CHECKING:
    import psycopg

IDLE: Final = (
    30.0  # seconds without a word, after which something between us may have forgotten the connection
)
SESSION: Final = (
    "SET timezone = 'UTC'; SET statement_timeout = '{statement}ms'; SET lock_timeout = '{lock}ms';"
    # a worker that is frozen inside a transaction must not keep its project's row
    " SET idle_in_transaction_session_timeout = '15s';"
    # Row level security holds for no superuser, so that one is put aside where there is a role to take instead.
    " SELECT set_config('role', app.rolname, false) FROM pg_roles app, pg_roles us"
    " WHERE app.rolname = 'jynco_app' AND us.rolname = session_user AND (us.rolsuper OR us.rolbypassrls)"
    " AND pg_has_role(session_user, app.oid, 'MEMBER')"
    " AND has_table_privilege(app.oid, to_regclass('projects'), 'SELECT')"
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


def make_engine(
    url: str, pool_size: int, application_name: str, patience: Patience, silence: Silence
) -> Engine:
    """An engine whose pool lends living connections. UsageWrong for what is no address; nothing is opened yet."""
    try:
        address = make_url(url).set(drivername="postgresql+psycopg")
    except (ArgumentError, ValueError):
        raise UsageWrong(
            "DATABASE_URL is no database address; write postgresql://user@host/database."
        ) from None
    engine = create_engine(
        address,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=patience.connect,
        skip_autocommit_rollback=True,  # there is nothing to take back, and asking costs as much as a question
        hide_parameters=True,
        json_serializer=encode,
        json_deserializer=decode,
        connect_args={
            "connect_timeout": patience.connect,
            "tcp_user_timeout": patience.connect * 1000,  # milliseconds; ends calls into a dead network
            "application_name": application_name,
        },
    )
    event.listen(engine, "do_connect", partial(_open, silence))
    event.listen(engine, "connect", partial(_prepare, engine, _session(patience)))
    event.listen(engine, "checkin", partial(_remember, engine))
    event.listen(engine, "checkout", _refuse_inherited)
    event.listen(engine, "checkout", _refuse_dead)
    return engine


def become(connection: Connection, tenant: str) -> None:
    """Have a connection show this tenant's rows until it is told otherwise; outside of any transaction, for told
    within one, the word would be taken back with it by a rollback. DisconnectionError."""
    import psycopg

    line: psycopg.Connection[Any] | None = connection.connection.dbapi_connection  # type: ignore[assignment]
    assert line is not None
    alone = line.autocommit
    try:
        line.autocommit = True
        line.execute("SELECT set_config('jynco.tenant', %s, false)", [tenant])
        line.autocommit = alone
    except psycopg.Error as fault:
        connection.invalidate(fault)
        raise DisconnectionError("this connection has ended") from fault
    connection.info["tenant"] = tenant


def _session(patience: Patience) -> bytes:
    limits = {"statement": round(patience.statement * 1000), "lock": round(patience.lock * 1000)}
    return SESSION.format(**limits).encode()


def _open(silence: Silence, _dialect: Any, _record: Any, args: list[Any], params: dict[str, Any]) -> Line:
    return Line.opened(silence, *args, **params)


def _prepare(engine: Engine, session: bytes, connection: psycopg.Connection[Any], record: Any) -> None:
    record.info.update(pid=os.getpid(), since=time.monotonic(), pool=engine.pool)
    connection.autocommit = True
    connection.execute(session)
    connection.autocommit = False


def _remember(engine: Engine, connection: psycopg.Connection[Any] | None, record: Any) -> None:
    record.info["since"] = time.monotonic()
    if connection is not None and record.info["pool"] is not engine.pool:
        connection.close()  # the engine was closed while a thread still asked: nobody will lend this one again


def _refuse_inherited(connection: psycopg.Connection[Any], record: Any, proxy: Any) -> None:
    """A forked child that spoke on its parent's connection would mix their answers: it opens its own."""
    if record.info["pid"] != os.getpid():
        _inherited.append(connection)
        record.dbapi_connection = proxy.dbapi_connection = None
        raise DisconnectionError("this connection belongs to the parent process")


def _refuse_dead(connection: psycopg.Connection[Any], record: Any, _: Any) -> None:
    """A server that ends says so on every line, and nothing else is ever said unasked: a line on which nothing has
    come is alive, without the round trip that asking would take of each question."""
    if connection.closed:
        raise InvalidatePoolError("this connection has been closed")
    if _speaks(connection.fileno()) or time.monotonic() - record.info["since"] > IDLE:
        _ask(connection)


def _speaks(line: int) -> bool:
    look = select.poll()
    look.register(line, select.POLLIN)
    return bool(look.poll(0))


def _ask(connection: psycopg.Connection[Any]) -> None:
    import psycopg

    try:
        connection.autocommit = True
        connection.execute("")
        connection.autocommit = False
    except psycopg.Error as fault:
        raise InvalidatePoolError("this connection has ended") from fault
