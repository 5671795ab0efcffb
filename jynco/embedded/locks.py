"""Who is here, told by the kernel.

A flock ends with its last holder, however that one died, so nothing here ever trusts a pid that somebody once
wrote into a file.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable
from pathlib import Path


class Lock:
    """One flock on one open file. It never blocks: it is had, or it is not."""

    def __init__(self, path: Path, *, descriptor: int | None = None) -> None:
        # An inherited descriptor carries the lock that was taken before the fork with it.
        self.fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o644) if descriptor is None else descriptor

    def share(self) -> bool:
        """Hold it beside others who share it; False when somebody owns it."""
        return self._take(fcntl.LOCK_SH)

    def own(self) -> bool:
        """Hold it alone; False when anybody else holds it in any way."""
        return self._take(fcntl.LOCK_EX)

    def close(self) -> None:
        """Let go. A process that inherited the descriptor goes on holding the lock."""
        os.close(self.fd)

    def _take(self, how: int) -> bool:
        try:
            fcntl.flock(self.fd, how | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def until(probe: Callable[[], bool], seconds: float, pulse: float = 0.01) -> bool:
    """Ask ``probe`` every ``pulse`` seconds until it says yes; False when ``seconds`` have passed without."""
    deadline = time.monotonic() + seconds
    while not probe():
        if time.monotonic() >= deadline:
            return False
        time.sleep(pulse)
    return True
