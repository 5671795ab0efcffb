"""The supervisor: one process a data folder, alive for as long as any command needs its servers.

It owns ``supervisor.lock``, inherited from the command that started it, so that two never start at once, and
it looks again and again whether anybody still shares ``clients.lock``. When nobody does, it takes that lock,
which makes newcomers wait, ends everything in order and goes. The kernel lets go of a killed one's locks.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from types import FrameType

from jynco.embedded.children import Family
from jynco.embedded.granting import Processes
from jynco.embedded.locks import Lock
from jynco.embedded.paths import Layout, unusable
from jynco.embedded.servers import Pair
from jynco.embedded.tending import say
from jynco.embedded.wishes import Answer, Box, write
from jynco.errors import ServiceAway

PULSE = 0.05  # seconds between two looks


class Supervisor:
    """Starts what commands wish for, and ends it when the last command has gone."""

    def __init__(self, layout: Layout, own: Lock) -> None:
        self._layout = layout
        self._clients, self._servers = Lock(layout.clients), Lock(layout.servers)
        self._family = Family((own.fd, self._clients.fd, self._servers.fd))
        self._box = Box(layout.wishes)
        self._pair: Pair | None = None
        self._processes: Processes | None = None
        self._published = ""
        self._told = False

    def run(self) -> None:
        """The whole life."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._tell)
        try:
            self._serve(*self._start())
        except ServiceAway as error:
            self._fail(error)
        except OSError as error:
            self._fail(unusable(self._layout.data, error))
        finally:
            self._end()

    def _start(self) -> tuple[Pair, Processes]:
        """Servers come up while this process imports what its children will need."""
        self._box.sweep()
        self._publish("starting")
        self._pair = pair = Pair(self._layout, self._servers, self._family)
        urls = {"DATABASE_URL": pair.postgres.url, "REDIS_URL": pair.redis_url}
        urls["JYNCO_DATA"] = str(self._layout.data)
        os.environ.update(urls)
        self._processes = processes = Processes(self._layout, self._family, urls)
        pair.start()
        for wish in self._box.wishes().values():
            with suppress(ServiceAway):  # said again, to whoever wished it, when the wish is granted
                processes.preload(wish)
        pair.wait()
        say("Postgres and Valkey are ready")
        return pair, processes

    def _serve(self, pair: Pair, processes: Processes) -> None:
        while not self._told and not self._clients.own():
            self._grant(pair, processes)
            for one in (*pair.tended, *processes.tended):
                one.tend()
            self._publish("ready")
            time.sleep(PULSE)

    def _grant(self, pair: Pair, processes: Processes) -> None:
        for name, wish in self._box.wishes().items():
            try:
                processes.grant(wish)
            except ServiceAway as error:
                say(error.message)
                self._box.answer(name, Answer.of(error))
            else:
                self._publish("ready")
                different = ", ".join(processes.different(wish))
                self._box.answer(name, Answer(pair.postgres.url, pair.redis_url, different=different))

    def _fail(self, error: ServiceAway) -> None:
        say(error.message)
        with suppress(OSError):  # on a full disk; the command then names this log
            for name in self._box.wishes():
                self._box.answer(name, Answer.of(error))

    def _end(self) -> None:
        """Processes first: they still need the servers, to hand back their work."""
        if self._processes is not None:
            self._processes.end()
        if self._pair is not None:
            self._pair.end()
        say("Everything has ended")
        with suppress(OSError):
            self._layout.state.unlink(missing_ok=True)

    def _publish(self, phase: str) -> None:
        state: dict[str, object] = {"phase": phase, "pid": os.getpid()}
        if self._pair is not None:
            state |= {"databaseUrl": self._pair.postgres.url, "redisUrl": self._pair.redis_url}
            state["servers"] = {one.name: one.state() for one in self._pair.tended}
        if self._processes is not None:
            state["processes"] = {one.name: one.state() for one in self._processes.tended}
        text = json.dumps(state, indent=2)
        if text != self._published:
            write(self._layout.state, text + "\n")
            self._published = text

    def _tell(self, _number: int, _frame: FrameType | None) -> None:
        self._told = True


def main(arguments: Sequence[str] | None = None) -> None:
    """``python -m jynco.embedded.supervisor DATA LOCK``: go into the background and supervise.

    DATA is the data folder, LOCK the number of the inherited descriptor that owns its ``supervisor.lock``.
    """
    parser = argparse.ArgumentParser(prog="jynco.embedded.supervisor")
    parser.add_argument("data", type=Path)
    parser.add_argument("lock", type=int)
    given = parser.parse_args(arguments)
    if os.fork():
        os._exit(0)  # the command that started us need not wait for us, and we are no child of it
    _settle()
    os.set_inheritable(given.lock, False)
    layout = Layout(given.data)
    Supervisor(layout, Lock(layout.supervisor, descriptor=given.lock)).run()


def _settle() -> None:
    """Leave the terminal and the caller's ways with signals; write a log that is never behind."""
    os.setsid()
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)


if __name__ == "__main__":
    main()
