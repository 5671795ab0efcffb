"""Locks between the threads of one process: the twin of the file locks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from jynco.errors import Busy


class MemoryLocks:
    """One ``threading.Lock`` per name."""

    def __init__(self) -> None:
        self._locks: dict[str, threading.Lock] = {}

    @contextmanager
    def hold(self, name: str, timeout: float = 30.0) -> Iterator[None]:
        """Hold ``name`` for the block; waits at most ``timeout`` seconds, then ServiceAway."""
        lock = self._locks.setdefault(name, threading.Lock())
        if not lock.acquire(timeout=timeout):
            raise Busy(f"'{name}' is busy: try again in a moment.", retry_after=5)
        try:
            yield
        finally:
            lock.release()
