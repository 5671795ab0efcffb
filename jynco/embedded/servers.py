"""Postgres and Valkey together: made, started at the same time, waited for, ended."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from jynco.embedded.account import servers_account
from jynco.embedded.birth import Manner
from jynco.embedded.children import Family
from jynco.embedded.locks import Lock, until
from jynco.embedded.paths import Layout, socket_folder
from jynco.embedded.postgres import Postgres
from jynco.embedded.procfile import Command
from jynco.embedded.programs import programs
from jynco.embedded.tending import Tended
from jynco.embedded.valkey import Valkey
from jynco.errors import ServiceAway

LEFTOVERS = 30.0  # seconds that the servers of a killed supervisor get to end; they have been told to
READY = 120.0  # seconds; a database that recovers after a power cut may need them
ENDING = 20.0


class Server(Protocol):
    """What both servers can do."""

    def make(self) -> None: ...
    def clear(self) -> None: ...
    def command(self) -> tuple[str, ...]: ...
    def manner(self) -> Manner: ...
    def ready(self) -> bool: ...
    def failure(self, said: str) -> ServiceAway: ...


@dataclass(frozen=True, slots=True)
class _Running:
    server: Server
    tended: Tended
    said_before: int  # bytes of its log that are older than this start

    def wait(self) -> None:
        child = self.tended.child
        if child is None or not until(lambda: child.ended() or self.server.ready(), READY):
            name, log = self.tended.name, self.tended.log
            raise ServiceAway(f"The server {name} did not come up within {READY:.0f} s; its log is {log}.")
        if child.ended():
            raise self.server.failure(_since(self.tended.log, self.said_before))


class Pair:
    """The two servers of one data folder."""

    def __init__(self, layout: Layout, lock: Lock, family: Family) -> None:
        if not until(lock.own, LEFTOVERS):
            raise ServiceAway(f"Earlier servers of {layout.data} are still ending; try again in a minute.")
        account = servers_account(layout.cluster)
        found = programs(account)
        self._family = family
        self._sockets = socket_folder(layout.data, account)
        self._running: list[_Running] = []
        rest = (account, layout.log("postgres"), lock.fd)
        self.postgres = Postgres(layout.cluster, self._sockets, found.postgres, *rest)
        rest = (account, layout.log("valkey"), lock.fd)
        program = found.valkey
        self.valkey = Valkey(layout.valkey, self._sockets, program, *rest) if program else None

    @property
    def redis_url(self) -> str:
        """Valkey's address; empty where there is none for this kind of machine."""
        return self.valkey.url if self.valkey is not None else ""

    @property
    def tended(self) -> list[Tended]:
        """Their processes."""
        return [one.tended for one in self._running]

    def start(self) -> None:
        """Start both, making what is missing; Valkey comes up while a cluster is still being made."""
        if self.valkey is not None:
            self._start("valkey", self.valkey)
        self._start("postgres", self.postgres)

    def wait(self) -> None:
        """Return when both answer; ServiceAway with the reason when one does not."""
        for one in self._running:
            one.wait()

    def end(self) -> None:
        """Ask both to write everything and end."""
        self._family.end([one.child for one in self.tended if one.child is not None], ENDING)
        with suppress(OSError):  # what a crashed server left in it is cleared by the next start
            self._sockets.rmdir()

    def _start(self, name: str, server: Server) -> None:
        server.make()
        server.clear()
        manner = server.manner()
        said_before = manner.log.stat().st_size if manner.log.exists() else 0
        tended = Tended(name, Command(server.command()), manner, self._family)
        tended.tend()
        self._running.append(_Running(server, tended, said_before))


def _since(log: Path, start: int) -> str:
    with log.open("rb") as lines:
        lines.seek(start)
        return lines.read().decode(errors="replace")
