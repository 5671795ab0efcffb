"""What commands wish for, made true: modules imported, the release line run, processes started."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path

from jynco.embedded.birth import Manner
from jynco.embedded.children import Family
from jynco.embedded.locks import until
from jynco.embedded.paths import Layout
from jynco.embedded.procfile import command
from jynco.embedded.tending import Tended
from jynco.embedded.wishes import Wish
from jynco.errors import ServiceAway

RELEASE = 300.0  # seconds for a release line; migrations of large databases take their time
BEHIND = 5  # nice of workers: whoever asks is answered first, also while all cores encode
ENDING = 25.0  # seconds that processes get after SIGTERM, a little less than Heroku gives


class Processes:
    """The Procfile's processes beside the servers; they are added by wishes and stay until the end."""

    def __init__(self, layout: Layout, family: Family, urls: Mapping[str, str]) -> None:
        self._layout, self._family, self._urls = layout, family, urls
        self._running: dict[str, Tended] = {}
        self._released: set[str] = set()

    @property
    def tended(self) -> list[Tended]:
        """Those that run, or wait to be started again."""
        return list(self._running.values())

    def grant(self, wish: Wish) -> None:
        """Make a wish true; ServiceAway with one sentence when it cannot be."""
        self.preload(wish)
        for name, line in wish.release.items():
            if name not in self._released:
                self._release(name, line, wish)
        for name, line in wish.processes.items():
            if name not in self._running:
                self._start(name, line, wish)

    def different(self, wish: Wish) -> list[str]:
        """The names of heeded variables with which a process that the wish wants was started otherwise."""
        running = [self._running[name].manner.environment for name in wish.processes if name in self._running]
        mine = wish.environment
        return [
            name
            for name in sorted(wish.heeded)
            if any((theirs.get(name) or "") != (mine.get(name) or "") for theirs in running)
        ]

    def preload(self, wish: Wish) -> None:
        """Import what the children will need, here, once, as if started in the wish's root."""
        os.chdir(wish.root)
        if wish.root not in sys.path:
            sys.path.insert(0, wish.root)
        for module in wish.preload:
            try:
                importlib.import_module(module)
            except Exception as error:
                traceback.print_exc()
                reason, log = f"{type(error).__name__}: {error}", self._layout.log("supervisor")
                raise ServiceAway(f"{module} cannot be imported ({reason}); the log is {log}.") from error

    def end(self) -> None:
        """End them all, and let them hand back their work first."""
        self._family.end([one.child for one in self.tended if one.child is not None], ENDING)

    def _release(self, name: str, line: str, wish: Wish) -> None:
        manner = self._manner(name, wish)
        child = self._family.run(command(line, manner.environment), manner)
        until(child.ended, RELEASE)
        self._family.end([child], 1.0)
        if child.code != 0:
            raise ServiceAway(f"The Procfile's line {name} ({line}) failed; its log is {manner.log}.")
        self._released.add(name)

    def _start(self, name: str, line: str, wish: Wish) -> None:
        manner = self._manner(name, wish)
        one = Tended(name, command(line, manner.environment), manner, self._family)
        one.tend()
        self._running[name] = one

    def _manner(self, name: str, wish: Wish) -> Manner:
        path = f"{Path(sys.executable).parent}{os.pathsep}{wish.environment.get('PATH', os.defpath)}"
        environment = {**wish.environment, "PATH": path, **self._urls}
        nice = BEHIND if name.startswith("worker") else 0
        return Manner(Path(wish.root), environment, self._layout.log(name), nice=nice)
