"""How much waits in the broker: asked of the broker itself, whichever it is."""

from __future__ import annotations

import logging
from typing import Final

from kombu import Connection
from kombu.pools import connections

from jynco.errors import ServiceAway
from workers import brokers, queues
from workers.app import app

SECONDS: Final = 1  # people wait for these answers, and it is asked twice
log = logging.getLogger("jynco.api")


def depths(names: tuple[str, ...] = queues.NAMES) -> dict[str, int]:
    """Messages that wait, by queue. ServiceAway when the broker does not answer."""
    try:
        lines = connections[app.connection_for_read(connect_timeout=SECONDS)]  # a new one takes milliseconds
        with lines.acquire(block=True, timeout=SECONDS) as connection:
            return _asked(connection, names)
    except brokers.away() as fault:
        raise ServiceAway(
            "The broker does not answer: see that it runs and that its address is right."
        ) from fault


def depth(name: str) -> int | None:
    """Messages that wait in one queue; None when nobody can tell."""
    try:
        return depths((name,))[name]
    except ServiceAway as fault:
        log.warning("%s", fault.message)
        return None


def _asked(connection: Connection, names: tuple[str, ...]) -> dict[str, int]:
    """A line that failed is closed, and so opened anew by who has it next."""
    try:
        connection.ensure_connection(max_retries=1, timeout=SECONDS, interval_start=0)
        return {name: brokers.depth(connection, name) for name in names}
    except brokers.away():
        connection.close()
        raise
