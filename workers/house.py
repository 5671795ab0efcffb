"""The House of this process: built on first use, and again after a fork (connections do not survive one)."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextvars import ContextVar
from typing import Final

from config.settings import Settings, read
from jynco.bootstrap import CONNECTIONS, House, build
from jynco.model.ids import ProjectId

TENANTS: Final = 500  # whose parts of the house are kept; past that they are made anew
_lock = threading.Lock()
_tenant: ContextVar[str | None] = ContextVar("tenant", default=None)
_built: tuple[int, House] | None = None
_settings: Settings | None = None
_connections = CONNECTIONS
_waited_for = False
_later: Callable[[ProjectId], None] | None = None
_parts: dict[str, House] = {}


def use(
    settings: Settings,
    *,
    connections: int = CONNECTIONS,
    waited_for: bool = False,
    later: Callable[[ProjectId], None] | None = None,
) -> None:
    """Say which settings this process's house is built from (the environment's otherwise).

    ``connections``: how many to the database, at most; a thread more than there are waits for its turn.
    ``waited_for``: people wait for the answers, so a database that says nothing is soon said to be away.
    ``later``: who publishes a project in a moment, so that they need not wait for that.
    """
    global _settings, _built, _connections, _waited_for, _later
    if _built is not None and _built[0] == os.getpid():
        _built[1].close()  # whoever asks it once more opens its connections anew
    _settings, _built, _connections, _waited_for, _later = settings, None, connections, waited_for, later


def enter(tenant: str | None) -> None:
    """From now on, in this thread, ``house`` is as that tenant sees it; None: as the workers do, who see everything."""
    _tenant.set(tenant)


def _build() -> House:
    return build(_settings or read(), connections=_connections, waited_for=_waited_for, later=_later)


def house() -> House:
    """The house of this process."""
    global _built
    with _lock:
        if _built is None or _built[0] != os.getpid():
            _built = (os.getpid(), _build())
            _parts.clear()
        tenant = _tenant.get()
        return _built[1] if tenant is None else _part(_built[1], tenant)


def _part(whole: House, tenant: str) -> House:
    if tenant not in _parts:
        if len(_parts) >= TENANTS:
            _parts.clear()
        _parts[tenant] = whole.of(tenant)
    return _parts[tenant]
