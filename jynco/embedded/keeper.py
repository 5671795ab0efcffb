"""The keeper: a small process that ends what a killed supervisor leaves behind.

It reads from a pipe whose other end only the supervisor holds. When that end closes, the supervisor is gone,
and what it had not called ended yet gets a few seconds and is then killed, with its whole group. After an
orderly end the list is empty and the keeper has nothing to do.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NoReturn

from jynco.embedded.locks import until

GRACE = 3.0  # seconds


@dataclass(frozen=True, slots=True)
class Keeper:
    """The supervisor's end of the pipe."""

    descriptor: int

    @classmethod
    def start(cls, private: Sequence[int]) -> Keeper:
        """Fork the keeper, early and small; it gives up the ``private`` descriptors (the locks)."""
        theirs, ours = os.pipe()
        if os.fork() == 0:
            for descriptor in (ours, *private):
                os.close(descriptor)
            _keep(theirs)
        os.close(theirs)
        return cls(ours)

    def watch(self, pid: int, last_signal: signal.Signals) -> None:
        """From now on ``pid`` is to end with us."""
        self._tell(f"+ {pid} {last_signal:d}\n")

    def forget(self, pid: int) -> None:
        """``pid`` has ended: its number may soon be somebody else's."""
        self._tell(f"- {pid} 0\n")

    def _tell(self, line: str) -> None:
        with suppress(BrokenPipeError):  # somebody killed the keeper; on Linux the kernel still tells them
            os.write(self.descriptor, line.encode())


def _keep(descriptor: int) -> NoReturn:
    os.setsid()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    try:
        _end(_listen(descriptor))
    finally:
        os._exit(0)


def _listen(descriptor: int) -> dict[int, int]:
    """What is left (pid: its last signal) when the pipe closes."""
    left: dict[int, int] = {}
    with os.fdopen(descriptor, encoding="ascii") as lines:
        for line in lines:
            sign, pid, number = line.split()
            if sign == "+":
                left[int(pid)] = int(number)
            else:
                left.pop(int(pid), None)
    return left


def _end(left: dict[int, int]) -> None:
    if sys.platform != "linux":  # there the kernel has sent it already, and some programs count signals
        for pid, number in left.items():
            with suppress(ProcessLookupError):
                os.kill(pid, number)
    until(lambda: not any(_send(pid, 0) for pid in left), GRACE, 0.05)
    for pid in left:
        _send(pid, signal.SIGKILL)


def _send(group: int, number: int) -> bool:
    """Signal a group; False when nothing is left of it."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True
