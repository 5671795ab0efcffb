"""Processes that are started again when they die, with growing patience."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from jynco.embedded.children import Child, Family, Manner
from jynco.embedded.procfile import Command

FIRST_PAUSE = 0.1  # seconds; four times as long after each short life
LONGEST_PAUSE = 30.0
LONG_LIFE = 60.0  # a process that lived so long starts again as if for the first time


def say(sentence: str) -> None:
    """A line in the supervisor's log."""
    print(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {sentence}", flush=True)


@dataclass(slots=True)
class Tended:
    """One process by name, and what it takes to start it again."""

    name: str
    command: Command
    manner: Manner
    family: Family
    starts: int = 0
    child: Child | None = None
    _short_lives: int = field(default=0, init=False)
    _born: float = field(default=0.0, init=False)
    _next_start: float = field(default=0.0, init=False)

    def tend(self) -> None:
        """Start it when it is due; notice when it has died."""
        now = time.monotonic()
        if self.child is not None and self.child.poll() is not None:
            self._mourn(self.child, now)
        if self.child is None and now >= self._next_start:
            self.child = self.family.run(self.command, self.manner)
            self.starts += 1
            self._born = now

    def state(self) -> dict[str, int | str]:
        """What people may want to know about it."""
        pid = 0 if self.child is None else self.child.pid
        return {"pid": pid, "starts": self.starts, "log": str(self.log)}

    @property
    def log(self) -> Path:
        return self.manner.log

    def _mourn(self, child: Child, now: float) -> None:
        lived = now - self._born
        self._short_lives = 0 if lived > LONG_LIFE else self._short_lives
        pause = min(FIRST_PAUSE * 4**self._short_lives, LONGEST_PAUSE)
        self._short_lives = min(self._short_lives + 1, 10)
        self._next_start = now + pause
        self.family.ended(child)
        self.child = None
        say(f"{self.name} {_ending(child.code)} after {lived:.1f} s; starts again in {pause:.1f} s; log: {self.log}")


def _ending(code: int | None) -> str:
    return f"was ended by signal {-code}" if code is not None and code < 0 else f"ended with code {code}"
