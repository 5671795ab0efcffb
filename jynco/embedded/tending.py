"""Processes that are started again when they die, with growing patience."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from jynco.embedded.birth import Manner
from jynco.embedded.children import Child, Family
from jynco.embedded.procfile import Command

FIRST_PAUSE = 0.1  # seconds; four times as long after each short life
LONGEST_PAUSE = 30.0
LONG_LIFE = 60.0  # seconds; who lived so long starts again as if for the first time


def say(sentence: str) -> None:
    """A line in the supervisor's log."""
    sys.stdout.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {sentence}\n")
    sys.stdout.flush()


@dataclass(slots=True)
class Tended:
    """One process by name, and what it takes to start it again."""

    name: str
    command: Command
    manner: Manner
    family: Family
    child: Child | None = None
    starts: int = 0
    _short_lives: int = field(default=0, init=False)
    _born: float = field(default=0.0, init=False)
    _next_start: float = field(default=0.0, init=False)

    @property
    def log(self) -> Path:
        return self.manner.log

    def tend(self) -> None:
        """Notice when it has died; start it when it is due."""
        now = time.monotonic()
        if self.child is not None and self.child.ended():
            self._mourn(self.child, now)
        if self.child is None and now >= self._next_start:
            self.child = self.family.run(self.command, self.manner)
            self.starts += 1
            self._born = now

    def state(self) -> dict[str, int | str]:
        """What people may want to know about it; a pid of 0 says that it is waiting to be started again."""
        return {"pid": self.child.pid if self.child else 0, "starts": self.starts, "log": str(self.log)}

    def _mourn(self, child: Child, now: float) -> None:
        lived = now - self._born
        if lived > LONG_LIFE:
            self._short_lives = 0
        pause = min(FIRST_PAUSE * 4**self._short_lives, LONGEST_PAUSE)
        self._short_lives = min(self._short_lives + 1, 10)
        self._next_start = now + pause
        self.family.forget(child)
        self.child = None
        how = f"{self.name} {_ending(child.code)} after {lived:.1f} s"
        say(f"{how}; it starts again in {pause:.1f} s; its log is {self.log}")


def _ending(code: int | None) -> str:
    return f"was ended by signal {-code}" if code is not None and code < 0 else f"ended with code {code}"
