"""Letters between commands and the supervisor: what a command needs running, and what came of it.

A command writes its wish as a file and holds a lock on it, so that the wish of a command that died counts no
more; the supervisor answers with a file beside it. Both are renamed into place, so neither is ever read half.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from jynco.embedded.locks import Lock
from jynco.errors import ServiceAway, StorageFull


@dataclass(frozen=True, slots=True)
class Wish:
    """What one command needs. ``processes`` and ``release`` map a Procfile line's name to its command.

    ``heeded`` names the variables that make a difference to what the processes do.
    """

    root: str
    processes: Mapping[str, str]
    release: Mapping[str, str]
    preload: tuple[str, ...]
    environment: Mapping[str, str]
    heeded: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """Where the servers are; or, with a ``failure``, one sentence that says why they are not.

    ``different``: the heeded variables, if any, with which some process was started otherwise.
    """

    database_url: str = ""
    redis_url: str = ""
    failure: str = ""
    full: bool = False
    different: str = ""

    @classmethod
    def of(cls, error: ServiceAway) -> Answer:
        """The answer that carries ``error`` over to another process."""
        return cls(failure=error.message, full=isinstance(error, StorageFull))

    def error(self) -> ServiceAway:
        """The error that was carried over."""
        return StorageFull(self.failure) if self.full else ServiceAway(self.failure)


class Letter:
    """A command's end: its wish in the box for as long as it waits."""

    def __init__(self, box: Path, wish: Wish) -> None:
        self._wish = box / f"{secrets.token_hex(8)}.wish"
        self._answer = self._wish.with_suffix(".answer")
        fresh = self._wish.with_suffix(".new")
        fresh.touch(mode=0o600)  # it carries the environment, keys of providers included
        self._lock = Lock(fresh)
        self._lock.share()
        try:
            fresh.write_text(json.dumps(asdict(wish)), encoding="utf-8")
            fresh.rename(self._wish)
        except OSError:
            fresh.unlink(missing_ok=True)
            self._lock.close()
            raise

    def answer(self) -> Answer | None:
        """The supervisor's answer, once there is one."""
        with suppress(FileNotFoundError):
            return Answer(**json.loads(self._answer.read_text(encoding="utf-8")))
        return None

    def withdraw(self) -> None:
        """Take wish and answer out of the box."""
        self._wish.unlink(missing_ok=True)
        self._answer.unlink(missing_ok=True)
        self._lock.close()


class Box:
    """The supervisor's end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._answered: set[str] = set()

    def wishes(self) -> dict[str, Wish]:
        """The wishes of living commands that have no answer yet, by letter."""
        names = {path.stem for path in self._folder.glob("*.wish")}
        self._answered &= names
        opened = {name: self._open(name) for name in sorted(names - self._answered)}
        return {name: wish for name, wish in opened.items() if wish is not None}

    def answer(self, name: str, answer: Answer) -> None:
        """Answer a letter."""
        self._answered.add(name)
        write(self._folder / f"{name}.answer", json.dumps(asdict(answer)))

    def sweep(self) -> None:
        """At a supervisor's birth every answer, whole or half, is somebody else's past."""
        for stale in self._folder.glob("*.answer*"):
            stale.unlink(missing_ok=True)

    def _open(self, name: str) -> Wish | None:
        """The wish, or None, and no file any more, when its command has died."""
        path = self._folder / f"{name}.wish"
        lock = Lock(path)
        orphaned = lock.own()
        lock.close()
        if orphaned:
            path.unlink(missing_ok=True)
            return None
        with suppress(FileNotFoundError):
            return Wish(**json.loads(path.read_text(encoding="utf-8")))
        return None


def write(path: Path, text: str) -> None:
    """Write by rename, so that readers see all of it or the one before."""
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)
