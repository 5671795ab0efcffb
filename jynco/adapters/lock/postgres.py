"""Locks between the processes of many machines: held by a connection, and gone when that ends.

Each hold has a connection of its own. A pool would let two holders wait for each other's second lock, and
poolers between us and the server are free to hand the connection on only when no transaction is open.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from jynco.errors import Busy, ServiceAway

if TYPE_CHECKING:
    import psycopg

SECONDS_TO_CONNECT: Final = 2  # with the look before it, still within the 3 s of a 503


class PostgresLocks:
    """One advisory lock per name, in a transaction that does nothing else."""

    def __init__(self, url: str) -> None:
        self._url = url

    @contextmanager
    def hold(self, name: str, timeout: float = 30.0) -> Iterator[None]:
        """Hold ``name`` for the block; waits at most ``timeout`` seconds, then ServiceAway."""
        connection = self._connect()
        try:
            _take(connection, name, timeout)
            yield
        finally:
            connection.close()  # and the lock with it, whatever became of the block

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        import psycopg

        try:
            return psycopg.connect(
                self._url,
                connect_timeout=SECONDS_TO_CONNECT,
                application_name="jynco lock",
                keepalives_idle=5,  # so that the server notices within 20 s that a machine is gone
                keepalives_interval=5,
                keepalives_count=3,
            )
        except psycopg.OperationalError as fault:
            raise ServiceAway(
                "The database does not answer: start it, or mend DATABASE_URL.", retry_after=2
            ) from fault


def _take(connection: psycopg.Connection[tuple[object, ...]], name: str, timeout: float) -> None:
    import psycopg

    try:
        connection.execute(
            "SELECT set_config('lock_timeout', %s, true), set_config('statement_timeout', '0', true),"
            " set_config('tcp_keepalives_idle', '5', true), set_config('tcp_keepalives_interval', '5', true),"
            " set_config('tcp_keepalives_count', '3', true)",
            (f"{max(1, round(timeout * 1000))}ms",),
        )
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_number(name),))
    except psycopg.errors.LockNotAvailable:
        raise Busy(f"'{name}' is busy: try again in a moment.", retry_after=5) from None
    except psycopg.OperationalError as fault:
        raise ServiceAway("The database went away: start it, or mend DATABASE_URL.", retry_after=2) from fault


def _number(name: str) -> int:
    """64 bits of a digest: names that meet there wait for each other, which does no harm."""
    return int.from_bytes(hashlib.sha256(f"jynco {name}".encode()).digest()[:8], "big", signed=True)
