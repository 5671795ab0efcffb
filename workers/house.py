"""The House of this process: built on first use, and again after a fork (connections do not survive one)."""

from __future__ import annotations

import os
import threading
from contextvars import ContextVar

from config.settings import Settings, read
from jynco.bootstrap import CONNECTIONS, House, build

_lock = threading.Lock()
_tenant: ContextVar[str | None] = ContextVar("tenant", default=None)
_built: tuple[int, House] | None = None
_settings: Settings | None = None
_connections = CONNECTIONS


def use(settings: Settings, *, connections: int = CONNECTIONS) -> None:
    """Say which settings this process's house is built from (the environment's otherwise).

    ``connections``: how many to the database, at most; a thread more than there are waits for its turn.
    """
    global _settings, _built, _connections
    _settings, _built, _connections = settings, None, connections


def enter(tenant: str | None) -> None:
    """From now on, in this thread, ``house`` is as that tenant sees it; None: as the workers do, who see everything."""
    _tenant.set(tenant)


def house() -> House:
    """The house of this process."""
    global _built
    with _lock:
        if _built is None or _built[0] != os.getpid():
            _built = (os.getpid(), build(_settings or read(), connections=_connections))
        whole = _built[1]
    tenant = _tenant.get()
    return whole if tenant is None else whole.of(tenant)
