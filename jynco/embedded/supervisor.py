"""The supervisor: one process a data folder, alive for as long as any command needs its servers.

It owns ``supervisor.lock`` (inherited from the command that started it, so that two never start at once) and looks ten
times a second whether anybody still shares ``clients.lock``. When nobody does, it takes that lock, which makes newcomers
wait, ends everything in order and goes; the kernel lets go of its locks even if it is killed.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

from jynco.embedded.children import Family, Manner
from jynco.embedded.locks import Lock, until
from jynco.embedded.paths import Layout, storage_sentence
from jynco.embedded.procfile import command
from jynco.embedded.servers import Pair
from jynco.embedded.tending import Tended, say
from jynco.embedded.wishes import Answer, Box, Wish, write
from jynco.errors import ServiceAway, StorageFull

PULSE = 0.05  # seconds
RELEASE = 300.0  # seconds for a release line; migrations of large databases take their time
ENDING = 25.0  # seconds that processes get after SIGTERM, as on Heroku


class Supervisor:
    """Starts what commands wish for and ends it when the last command has gone."""

    def __init__(self, layout: Layout, own: Lock) -> None:
        self._layout = layout
        self._clients, self._servers_lock = Lock(layout.clients), Lock(layout.servers)
        self._family = Family((own.fd, self._clients.fd, self._servers_lock.fd))
        self._box = Box(layout.wishes)
        self._processes: dict[str, Tended] = {}
        self._released: set[str] = set()
        self._told = False
        self._published = ""
        self._pair: Pair | None = None

    def run(self) -> None:
        """The whole life."""
        signal.signal(signal.SIGTERM, self._tell)
        signal.signal(signal.SIGINT, self._tell)
        self._box.sweep()
        self._publish("starting")
        try:
            self._serve(self._start())
        except ServiceAway as error:
            self._fail(error)
        except OSError as error:
            self._fail(StorageFull(storage_sentence(self._layout.data, error)))
        finally:
            self._end()

    def _serve(self, pair: Pair) -> None:
        while not self._told and not self._clients.own():
            self._grant_all(pair)
            for one in (*pair.tended, *self._processes.values()):
                one.tend()
            self._publish("ready", pair)
            time.sleep(PULSE)

    def _start(self) -> Pair:
        """The servers come up while this process imports what its children will need."""
        self._pair = pair = Pair(self._layout, self._servers_lock, self._family)
        os.environ.update(self._urls(pair))
        pair.start()
        for wish in self._box.wishes().values():
            self._preload(wish)
        pair.wait()
        say("Postgres and Valkey are ready")
        return pair

    def _grant_all(self, pair: Pair) -> None:
        for name, wish in self._box.wishes().items():
            try:
                self._preload(wish)
                self._release(wish, pair)
                self._start_processes(wish, pair)
            except ServiceAway as error:
                say(error.message)
                self._box.answer(name, Answer.of(error))
            else:
                self._publish("ready", pair)
                self._box.answer(name, Answer(pair.postgres.url, pair.valkey.url))

    def _preload(self, wish: Wish) -> None:
        if wish.root not in sys.path:
            sys.path.insert(0, wish.root)
        os.chdir(wish.root)
        for module in wish.preload:
            try:
                importlib.import_module(module)
            except Exception as error:
                traceback.print_exc()
                raise ServiceAway(
                    f"{module} cannot be imported ({type(error).__name__}: {error}); see {self._layout.log('supervisor')}."
                ) from error

    def _release(self, wish: Wish, pair: Pair) -> None:
        for name, line in wish.release.items():
            if name in self._released:
                continue
            manner = self._manner(name, wish, pair)
            child = self._family.run(command(line, manner.environment), manner)
            if not until(lambda c=child: self._told or c.poll() is not None, RELEASE, PULSE / 5):
                say(f"{name} takes longer than {RELEASE:.0f} s")
            self._family.end([child], 1.0)
            if child.code != 0:
                raise ServiceAway(f"The Procfile's line {name} failed ({line}); its log is {manner.log}.")
            self._released.add(name)

    def _start_processes(self, wish: Wish, pair: Pair) -> None:
        for name, line in wish.processes.items():
            if name not in self._processes:
                manner = self._manner(name, wish, pair)
                one = Tended(name, command(line, manner.environment), manner, self._family)
                one.tend()
                self._processes[name] = one

    def _manner(self, name: str, wish: Wish, pair: Pair) -> Manner:
        beside = f"{Path(sys.executable).parent}{os.pathsep}{wish.environment.get('PATH', os.defpath)}"
        environment = {**wish.environment, "PATH": beside, **self._urls(pair)}
        return Manner(Path(wish.root), environment, self._layout.log(name))

    def _urls(self, pair: Pair) -> Mapping[str, str]:
        return {
            "DATABASE_URL": pair.postgres.url,
            "REDIS_URL": pair.valkey.url,
            "JYNCO_DATA": str(self._layout.data),
        }

    def _fail(self, error: ServiceAway) -> None:
        say(error.message)
        for name in self._box.wishes():
            self._box.answer(name, Answer.of(error))
        self._publish("failed", sentence=error.message)

    def _end(self) -> None:
        """Processes first: they still need the servers to hand back their work."""
        children = [one.child for one in self._processes.values() if one.child is not None]
        self._family.end(children, ENDING)
        if self._pair is not None:
            self._pair.end()
        say("Everything has ended")

    def _publish(self, phase: str, pair: Pair | None = None, sentence: str = "") -> None:
        state: dict[str, object] = {"phase": phase, "pid": os.getpid(), "sentence": sentence}
        if pair is not None:
            state |= {"databaseUrl": pair.postgres.url, "redisUrl": pair.valkey.url}
            state |= {"servers": {one.name: one.state() for one in pair.tended}}
            state |= {"processes": {name: one.state() for name, one in self._processes.items()}}
        text = json.dumps(state, indent=2, ensure_ascii=False)
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
        os._exit(0)  # the command that started us need not wait for us, nor we for it
    os.setsid()
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.set_inheritable(given.lock, False)
    layout = Layout(given.data)
    Supervisor(layout, Lock(layout.supervisor, descriptor=given.lock)).run()


if __name__ == "__main__":
    main()
