"""The zygote of this process: started when it is first needed, and again whenever it is gone."""

from __future__ import annotations

import atexit
import os
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

ZYGOTE: Final = Path(__file__).with_name("zygote.py")
LENGTH: Final = struct.Struct("!I")
BEGUN: Final = b"b"  # the child's first word: from here on it is its own fault when no answer comes
FULL: Final = b"f"  # the zygote's: it is there, and the machine has no room for one process more
MOST: Final = 2 * (os.cpu_count() or 1)  # children at the same time; more would only share the same cores
ENVIRONMENT: Final = {"OPENBLAS_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}  # and no secret of ours
GOODBYE: Final = 2.0  # seconds that it has to go by itself


class Nursery:
    """Has children made. Threads may share it; a forked process begins anew."""

    def __init__(self) -> None:
        self._lock, self._room = threading.Lock(), threading.BoundedSemaphore(MOST)
        self._line: socket.socket | None = None
        self._zygote: subprocess.Popen[bytes] | None = None

    @contextmanager
    def child(self, request: bytes) -> Iterator[socket.socket]:
        """A line to a child that has begun with the request, when there is room. OSError where none can be made."""
        with self._room:
            # The first zygote may have gone while it was idle.
            line = self._begun(request) or self._begun(request)
            if line is None:
                raise ChildProcessError("No process can be started for foreign files.")
            with line:
                yield line

    def forget(self) -> None:
        """In a forked process: the zygote is the parent's."""
        self._lock, self._room = threading.Lock(), threading.BoundedSemaphore(MOST)
        line, self._line, self._zygote = self._line, None, None
        if line is not None:
            line.close()

    def _begun(self, request: bytes) -> socket.socket | None:
        with ExitStack() as lost:
            ours, theirs = socket.socketpair()
            lost.callback(ours.close)
            line = self._asked(request, theirs)
            word = b""
            with suppress(OSError):
                word = ours.recv(1)
            if word == FULL:
                raise ChildProcessError("There is no room for a process for foreign files.")
            if word == BEGUN:
                lost.pop_all()
                return ours
        with self._lock:
            if self._line is line:  # else another thread has started the next one already
                self._end()
        return None

    def _asked(self, request: bytes, theirs: socket.socket) -> socket.socket:
        """The line by which the zygote was asked; whether it heard is told by the child's."""
        with theirs, self._lock:
            line = self._line or self._started()
            with suppress(OSError):
                socket.send_fds(line, [LENGTH.pack(len(request))], [theirs.fileno()])
                line.sendall(request)
        return line

    def _started(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-I", str(ZYGOTE)]
        with ExitStack() as lost, theirs:
            lost.callback(ours.close)
            self._zygote = subprocess.Popen(
                command,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                env=ENVIRONMENT,
                start_new_session=True,
            )
            lost.pop_all()
        self._line = ours
        atexit.register(self._leave, os.getpid())
        return ours

    def _leave(self, owner: int) -> None:
        if owner == os.getpid():
            self._end()

    def _end(self) -> None:
        """It goes when its line is closed, and takes its children with it."""
        line, zygote, self._line, self._zygote = self._line, self._zygote, None, None
        if line is not None:
            line.close()
        if zygote is not None:
            try:
                zygote.wait(GOODBYE)
            except subprocess.TimeoutExpired:
                zygote.kill()
                zygote.wait()
