"""Processes that end with their supervisor, whatever ends it.

Every child is forked, leads a session of its own, and then either runs a Python module that its parent has already
imported (ready in 0.1 s) or becomes another program. On Linux the kernel signals it when the supervisor dies; on every
system the keeper (keeper.py) ends what is left.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import os
import runpy
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from jynco.embedded.account import Account
from jynco.embedded.keeper import Keeper
from jynco.embedded.locks import until
from jynco.embedded.procfile import Command

PR_SET_PDEATHSIG = 1
KERNEL_TELLS = sys.platform == "linux"
_libc = ctypes.CDLL(None, use_errno=True) if KERNEL_TELLS else None  # loaded before any fork


@dataclass(frozen=True, slots=True)
class Manner:
    """How a child runs: where, as whom, with which environment and umask, and which signal asks it to end."""

    folder: Path
    environment: Mapping[str, str]
    log: Path
    last_signal: signal.Signals = signal.SIGTERM
    account: Account | None = None
    umask: int | None = None
    keep: int | None = None  # a lock's descriptor that it holds for as long as it lives


@dataclass(slots=True)
class Child:
    """One process of ours, by its id, which is its session's and group's id too."""

    pid: int
    last_signal: signal.Signals
    code: int | None = None  # its exit code once it has ended; negative: the signal

    def poll(self) -> int | None:
        """Its exit code, or None while it runs. What it left in its group ends with it."""
        if self.code is None:
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                self.code = os.waitstatus_to_exitcode(status)
                self.kill()
        return self.code

    def ask_to_end(self) -> None:
        """Signal the leader alone: a pool's children are ended by their parent, in its own order."""
        if self.poll() is None:
            os.kill(self.pid, self.last_signal)

    def kill(self) -> None:
        """End the whole group now."""
        with suppress(ProcessLookupError, PermissionError):  # macOS says the second for a group of zombies
            os.killpg(self.pid, signal.SIGKILL)


class Family:
    """Starts the supervisor's children; none keeps its parent's locks, and none outlives it."""

    def __init__(self, private: Sequence[int]) -> None:
        self._private = tuple(private)
        self._keeper = Keeper.start(self._private)

    def run(self, command: Command, manner: Manner) -> Child:
        """Start ``command``: by fork when it is a Python module and forking is safe, else as a new program."""
        alone = threading.active_count() == 1  # threads of a preloaded module do not survive a fork
        if command.module is not None and alone:
            return self._fork(lambda: _be_module(command, manner), manner)
        arguments = (sys.executable, *command.arguments[1:]) if command.module else command.arguments
        return self._fork(lambda: _be_program(arguments, manner), manner)

    def ended(self, child: Child) -> None:
        """Forget a child that has ended."""
        self._keeper.forget(child.pid)

    def end(self, children: Sequence[Child], grace: float) -> None:
        """Ask all to end, wait up to ``grace`` seconds for the slowest, then kill."""
        for child in children:
            child.ask_to_end()
        until(lambda: all([child.poll() is not None for child in children]), grace)
        for child in children:
            if child.poll() is None:
                child.kill()
        until(lambda: all([child.poll() is not None for child in children]), grace)
        for child in children:
            self.ended(child)

    def _fork(self, action: Callable[[], object], manner: Manner) -> Child:
        parent = os.getpid()
        sys.stdout.flush()
        gc.freeze()  # shared pages stay shared: no collection writes into them
        pid = os.fork()
        if pid == 0:
            _live(lambda: self._begin(parent, manner, action))
        gc.unfreeze()
        self._keeper.watch(pid, manner.last_signal)
        return Child(pid, manner.last_signal)

    def _begin(self, parent: int, manner: Manner, action: Callable[[], object]) -> None:
        os.setsid()
        _default_signals()
        for descriptor in (*self._private, self._keeper.descriptor):
            if descriptor != manner.keep:
                os.close(descriptor)
        _redirect(manner.log)
        os.chdir(manner.folder)  # before the account: root can enter where the servers' user cannot
        _become(manner.account)
        _die_with(parent, manner.last_signal)
        if manner.umask is not None:
            os.umask(manner.umask)
        action()


def _live(life: Callable[[], None]) -> NoReturn:
    """The whole life of a forked child; never returns into its parent's code."""
    code = 1
    try:
        life()
        code = 0
    except SystemExit as end:
        code = _exit_code(end)
    except BaseException:
        traceback.print_exc()
    finally:
        _finish(code)


def _exit_code(end: SystemExit) -> int:
    if end.code is None or isinstance(end.code, int):
        return end.code or 0
    print(end.code, file=sys.stderr)
    return 1


def _finish(code: int) -> NoReturn:
    """What the interpreter does at its end, short of unwinding into the supervisor."""
    try:
        threading._shutdown()  # type: ignore[attr-defined]  # waits for threads, as multiprocessing's children do
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code & 0xFF)


def _be_module(command: Command, manner: Manner) -> None:
    assert command.module is not None
    os.environ.clear()
    os.environ.update(manner.environment)
    sys.argv = list(command.arguments[2:])
    runpy.run_module(command.module, run_name="__main__", alter_sys=True)


def _be_program(arguments: Sequence[str], manner: Manner) -> None:
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them, and a new program would inherit that
        signal.signal(ignored, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if manner.keep is not None:
        os.set_inheritable(manner.keep, True)
    try:
        os.execvpe(arguments[0], list(arguments), dict(manner.environment))
    except OSError as error:
        raise SystemExit(f"{arguments[0]} cannot be started: {error.strerror}") from None


def _default_signals() -> None:
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _redirect(log: Path) -> None:
    for target, path, flags in ((0, Path(os.devnull), os.O_RDONLY), (1, log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)):
        opened = os.open(path, flags, 0o644)
        os.dup2(opened, target)
        os.close(opened)
    os.dup2(1, 2)


def _become(account: Account | None) -> None:
    if account is not None and account.switch:
        os.setgroups([])
        os.setgid(account.gid)
        os.setuid(account.uid)


def _die_with(parent: int, last_signal: signal.Signals) -> None:
    """Ask the kernel for ``last_signal`` when the parent dies. A change of user would forget it, so it comes after."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, int(last_signal), 0, 0, 0)
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)
