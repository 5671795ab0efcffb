"""The child's side of a fork: how it settles, what it becomes, how it ends."""

from __future__ import annotations

import atexit
import ctypes
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

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None  # loaded before any fork


@dataclass(frozen=True, slots=True)
class Manner:
    """How a child runs: where, with what environment, as whom, and which signal asks it to end."""

    folder: Path
    environment: Mapping[str, str]
    log: Path
    last_signal: signal.Signals = signal.SIGTERM
    account: Account | None = None
    umask: int | None = None
    keep: int | None = None  # descriptor of a lock that it holds for as long as it lives
    nice: int = 0  # how far it lets others go first where there are too few cores, as nice(1) counts


def live(life: Callable[[], None]) -> NoReturn:
    """Live the whole life of a forked child; never return into the parent's code."""
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


def settle(parent: int, manner: Manner, private: Sequence[int]) -> None:
    """Become a session of its own that holds none of the ``private`` descriptors and dies with ``parent``."""
    os.setsid()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for descriptor in private:
        if descriptor != manner.keep:
            os.close(descriptor)
    _redirect(manner.log)
    os.chdir(manner.folder)  # before the change of user: root can enter where the servers' user cannot
    _switch(manner.account)
    _die_with(parent, manner.last_signal)
    if manner.umask is not None:
        os.umask(manner.umask)
    if manner.nice:
        step_back(manner.nice)


def step_back(by: int) -> None:
    """Let others go first. Where Linux shares cores out among sessions, this is one: that has to be told as well."""
    os.nice(by)
    with suppress(OSError):  # another kernel, or one that was told this a moment ago
        Path("/proc/self/autogroup").write_text(str(by))


def be_module(arguments: Sequence[str], environment: Mapping[str, str]) -> None:
    """Do what ``python -m module arguments`` does; ``arguments`` begin with the module."""
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = list(arguments)
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)


def be_program(arguments: Sequence[str], manner: Manner) -> NoReturn:
    """Become another program."""
    for number in (signal.SIGINT, signal.SIGPIPE, signal.SIGXFSZ):  # Python's ways would be inherited
        signal.signal(number, signal.SIG_DFL)
    if manner.keep is not None:
        os.set_inheritable(manner.keep, True)
    try:
        os.execvpe(arguments[0], list(arguments), dict(manner.environment))
    except OSError as error:
        raise SystemExit(f"{arguments[0]} cannot be started: {error.strerror}") from error


def _exit_code(end: SystemExit) -> int:
    if end.code is None or isinstance(end.code, int):
        return end.code or 0
    sys.stderr.write(f"{end.code}\n")
    return 1


def _finish(code: int) -> NoReturn:
    """What the interpreter does at its end, short of unwinding into the supervisor."""
    try:
        threading._shutdown()  # type: ignore[attr-defined]  # waits for threads, as a normal end does
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code & 0xFF)


def _redirect(log: Path) -> None:
    appending = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    for target, path, flags in ((0, os.devnull, os.O_RDONLY), (1, log, appending)):
        opened = os.open(path, flags, 0o644)
        os.dup2(opened, target)
        os.close(opened)
    os.dup2(1, 2)


def _switch(account: Account | None) -> None:
    if account is not None and account.switch:
        os.setgroups([])
        os.setgid(account.gid)
        os.setuid(account.uid)


def _die_with(parent: int, last_signal: signal.Signals) -> None:
    """Have the kernel send ``last_signal`` when the parent dies; a change of user would undo it."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, int(last_signal), 0, 0, 0)
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)
