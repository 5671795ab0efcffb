"""Valkey on one data folder: broker, cache index and locks of one machine."""

from __future__ import annotations

import signal
import socket
from dataclasses import dataclass
from pathlib import Path

from jynco.embedded.account import Account, private_folder
from jynco.embedded.birth import Manner
from jynco.embedded.cluster import CLEAN, FULL
from jynco.errors import ServiceAway, StorageFull

SETTINGS = {
    "port": "0",  # the socket only
    "unixsocketperm": "700",
    "dir": ".",  # it is started inside its folder, which it may not be able to reach by name
    "appendonly": "yes",
    "appendfsync": "everysec",  # the broker is a doorbell: Postgres has what must not be lost
    "save": "",
    "maxmemory-policy": "noeviction",  # a queue must never forget to make room
    "daemonize": "no",
}


@dataclass(frozen=True, slots=True)
class Valkey:
    """Its files in ``folder``, its socket in ``sockets``, run by ``account``."""

    folder: Path
    sockets: Path
    program: Path
    account: Account
    log: Path
    lock: int  # descriptor of servers.lock

    @property
    def socket(self) -> Path:
        return self.sockets / "valkey.sock"

    @property
    def url(self) -> str:
        """A URL as redis-py takes it."""
        return f"unix://{self.socket}"

    def make(self) -> None:
        """Make its folder, unless it is there."""
        private_folder(self.folder, self.account)

    def clear(self) -> None:
        """Remove the socket of a killed server."""
        self.socket.unlink(missing_ok=True)

    def command(self) -> tuple[str, ...]:
        """The argument list of the server."""
        settings = {**SETTINGS, "unixsocket": str(self.socket)}
        given = (word for name, value in settings.items() for word in (f"--{name}", value))
        return (str(self.program), *given)

    def manner(self) -> Manner:
        """SIGTERM makes it write what it holds."""
        return Manner(self.folder, CLEAN, self.log, signal.SIGTERM, self.account, umask=0o077, keep=self.lock)

    def ready(self) -> bool:
        """Whether it answers; it does not while it is still loading its file."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(1)
            try:
                line.connect(str(self.socket))
                line.sendall(b"PING\r\n")
                return line.recv(64).startswith(b"+PONG")
            except OSError:
                return False

    def failure(self, said: str) -> ServiceAway:
        """The error for what the server wrote before it ended."""
        if FULL in said:
            return StorageFull(f"No space is left for the queue in {self.folder}; make room and try again.")
        return ServiceAway(f"Valkey does not start; its log is {self.log}.")
