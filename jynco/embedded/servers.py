"""Postgres and Valkey together: made, started at the same time, waited for, ended."""

from __future__ import annotations

from pathlib import Path

from jynco.embedded.account import private_folder, servers_account
from jynco.embedded.children import Family
from jynco.embedded.locks import Lock, until
from jynco.embedded.paths import Layout, socket_folder
from jynco.embedded.postgres import Postgres
from jynco.embedded.procfile import Command
from jynco.embedded.programs import programs
from jynco.embedded.tending import Tended
from jynco.embedded.valkey import Valkey
from jynco.errors import ServiceAway

LEFTOVERS = 30.0  # seconds that servers of a killed supervisor get to end; they have been told to
READY = 120.0  # seconds; a database that has to recover after a power cut may need them
ENDING = 20.0


class Pair:
    """The two servers of one data folder."""

    def __init__(self, layout: Layout, lock: Lock, family: Family) -> None:
        if not until(lock.own, LEFTOVERS):
            raise ServiceAway(f"Earlier servers of {layout.data} are still shutting down; try again in a minute.")
        account = servers_account(layout.cluster)
        found, sockets = programs(account), socket_folder(layout.data, account)
        self.postgres = Postgres(
            layout.cluster, sockets, found.postgres, account, layout.log("postgres"), lock.fd
        )
        self.valkey = Valkey(layout.valkey, sockets, found.valkey, account, layout.log("valkey"), lock.fd)
        self._sockets = sockets
        self._inside = sockets.parent == layout.data
        self._family = family
        self.tended: list[Tended] = []

    def start(self) -> None:
        """Start both, making what is missing; Valkey comes up while the cluster is still being made."""
        for server in (self.valkey, self.postgres):
            server.make()
            server.clear()
            one = Tended(type(server).__name__.lower(), Command(server.command()), server.manner(), self._family)
            one.tend()
            self.tended.append(one)

    def wait(self) -> None:
        """Return when both answer; ServiceAway with the reason when one does not."""
        for server, one in zip((self.valkey, self.postgres), self.tended, strict=True):
            starts = one.log.stat().st_size
            child = one.child
            if child is None or not until(lambda s=server, c=child: c.poll() is not None or s.ready(), READY):
                raise ServiceAway(f"{one.name} did not come up within {READY:.0f} s; its log is {one.log}.")
            if child.poll() is not None:
                raise server.failure(_since(one.log, starts))

    def end(self) -> None:
        """Ask both to write everything and end."""
        self._family.end([one.child for one in self.tended if one.child is not None], ENDING)
        if not self._inside:
            self._sockets.rmdir()


def _since(log: Path, start: int) -> str:
    with log.open(encoding="utf-8", errors="replace") as lines:
        lines.seek(start)
        return lines.read()
