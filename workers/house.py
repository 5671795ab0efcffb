"""The House of this process: built on first use, and again after a fork (connections do not survive one)."""

from __future__ import annotations

import os
import threading

from config.settings import Settings, read
from jynco.bootstrap import House, build

_lock = threading.Lock()
_built: tuple[int, House] | None = None
_settings: Settings | None = None


def use(settings: Settings) -> None:
    """Say which settings this process's house is built from (the environment's otherwise)."""
    global _settings, _built
    _settings, _built = settings, None


def house() -> House:
    """The house of this process."""
    global _built
    with _lock:
        if _built is None or _built[0] != os.getpid():
            _built = (os.getpid(), build(_settings or read()))
        return _built[1]
