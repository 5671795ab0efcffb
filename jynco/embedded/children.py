"""Processes that end with their supervisor, whatever ends it.

Every child is forked, leads a session of its own, and then either runs a Python module that its parent has
already imported (ready in 0.1 s) or becomes another program. On Linux the kernel signals it when the
supervisor dies; on every system the keeper ends what is left.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from jynco.embedded.birth import Manner, be_module, be_program, live, settle
from jynco.embedded.keeper import Keeper
from jynco.embedded.locks import until
from jynco.embedded.procfile import Command


@dataclass(slots=True)
class Child:
    """One process of ours, by its id, which is its session's and group's id too."""

    pid: int
    last_signal: signal.Signals
    code: int | None = None  # its exit code once it has ended; negative: the signal

    def ended(self) -> bool:
        """Whether it has ended. What it left in its group ends with it."""
        if self.code is None:
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                self.code = os.waitstatus_to_exitcode(status)
                self.kill()
        return self.code is not None

    def ask_to_end(self) -> None:
        """Signal the leader alone: a pool's children are ended by their parent, in its own order."""
        if not self.ended():
            os.kill(self.pid, self.last_signal)

    def kill(self) -> None:
        """End the whole group now."""
        with suppress(ProcessLookupError, PermissionError):  # macOS says the second for a group of zombies
            os.killpg(self.pid, signal.SIGKILL)


class Family:
    """Starts the supervisor's children; none keeps its parent's locks, and none outlives it."""

    def __init__(self, private: Sequence[int]) -> None:
        self._keeper = Keeper.start(private)
        self._private = (*private, self._keeper.descriptor)

    def run(self, command: Command, manner: Manner) -> Child:
        """Start ``command``: by fork when it is a Python module and that is safe, else as a new program."""
        words = command.arguments
        if command.module is None:
            return self._fork(lambda: be_program(words, manner), manner)
        if threading.active_count() > 1:  # a preloaded module has started threads, which a fork would lose
            return self._fork(lambda: be_program((sys.executable, *words[1:]), manner), manner)
        return self._fork(lambda: be_module(words[2:], manner.environment), manner)

    def forget(self, child: Child) -> None:
        """A child has ended."""
        self._keeper.forget(child.pid)

    def end(self, children: Sequence[Child], grace: float) -> None:
        """Ask all to end, wait up to ``grace`` seconds for the slowest, then kill what is left."""
        for child in children:
            child.ask_to_end()
        if not until(lambda: _all_ended(children), grace):
            for child in children:
                child.kill()
            until(lambda: _all_ended(children), grace)
        for child in children:
            self.forget(child)

    def _fork(self, action: Callable[[], None], manner: Manner) -> Child:
        parent = os.getpid()
        sys.stdout.flush()  # or the child would write it again
        gc.freeze()  # what is shared stays shared: no collection will write into it
        pid = os.fork()
        if pid == 0:
            live(lambda: self._begin(parent, manner, action))
        self._keeper.watch(pid, manner.last_signal)
        return Child(pid, manner.last_signal)

    def _begin(self, parent: int, manner: Manner, action: Callable[[], None]) -> None:
        settle(parent, manner, self._private)
        action()


def _all_ended(children: Sequence[Child]) -> bool:
    return sum(child.ended() for child in children) == len(children)  # asks each, to reap each
