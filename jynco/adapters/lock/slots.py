"""How many encoders run at once on this machine, however many workers there are: a locked file for each."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from jynco.errors import StorageFull

LOOK: Final = 0.05  # seconds between two looks for a free slot


class HostSlots:
    """``count`` slots for the films that can wait, and as many for those that somebody waits for.

    The kernel frees a slot whose process dies. The machine's name is in the files', for the folder may be shared.
    """

    def __init__(self, folder: Path, count: int) -> None:
        self._folder = folder
        self._count = count

    @contextmanager
    def one(self, check: Callable[[], None], *, soon: bool) -> Iterator[None]:
        """Hold a slot for the block. While all are taken ``check`` is called, and may raise."""
        lock = self._free(soon)
        pause = threading.Event()
        while lock is None:
            check()
            pause.wait(LOOK)
            lock = self._free(soon)
        try:
            yield
        finally:
            lock.release()

    def _free(self, soon: bool) -> FileLock | None:
        kind = "soon" if soon else "later"
        for number in range(self._count):
            lock = FileLock(self._path(f"{socket.gethostname()}-{kind}-{number}"), thread_local=False)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                continue
            except OSError as fault:
                raise StorageFull(f"Cannot lock below {self._folder}: {fault.strerror}.") from fault
            return lock
        return None

    def _path(self, name: str) -> Path:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise StorageFull(f"Cannot write below {self._folder}: {fault.strerror}.") from fault
        return self._folder / f"{name}.lock"
