"""One exchange from its first look-up to its last byte: where it may lead, and how long it may take in all.

A limit per read is none: who sends a byte now and then holds us as long as he likes. So the connection itself is cut
when the time is over, whatever is going on above it.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from typing import Final

from jynco.adapters.outgoing.address import Rules
from jynco.errors import AddressFailed, AddressRefused

_CONNECT: Final = 5.0  # seconds for one number of a name that has several

Found = list[tuple[socket.AddressFamily, str]]


class Leash:
    """Makes the connections of one exchange, and cuts them when its time is over."""

    def __init__(self, rules: Rules, seconds: float) -> None:
        self._rules = rules
        self._ends = time.monotonic() + seconds
        self._seconds = seconds
        self._lock = threading.Lock()
        self._held: list[socket.socket] = []

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return self._ends - time.monotonic()

    def check(self) -> None:
        """AddressFailed when the time is over."""
        if self.left <= 0:
            raise AddressFailed(f"The address did not answer within {self._seconds:g} s.")

    @contextmanager
    def pulled(self) -> Iterator[None]:
        """Everything connected in this block is cut when the time is over, and at the block's end."""
        timer = threading.Timer(self._seconds, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            self._cut()

    def connect(self, host: str, port: int) -> socket.socket:
        """A connection to a number of this host that is allowed. AddressRefused, AddressFailed."""
        fault: OSError | None = None
        for family, number in self._allowed(host, port):
            self.check()
            try:
                return self._hold(self._opened(family, number, port))
            except OSError as error:
                fault = error
        raise AddressFailed("The address cannot be reached.") from fault

    def _allowed(self, host: str, port: int) -> Found:
        found = self._looked_up(host, port)
        if not all(self._rules.admits(ip_address(number.partition("%")[0])) for _, number in found):
            raise AddressRefused("The address is not a public one: it leads into a network.")
        return found

    def _looked_up(self, host: str, port: int) -> Found:
        """In a thread, for the system's resolver knows no deadline of ours."""
        answers: SimpleQueue[Found | OSError | UnicodeError] = SimpleQueue()

        def ask() -> None:
            try:
                found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
                answers.put([(family, str(place[0])) for family, *_, place in found])
            except (OSError, UnicodeError) as error:
                answers.put(error)

        threading.Thread(target=ask, name="look-up", daemon=True).start()
        try:
            answer = answers.get(timeout=max(self.left, 0.001))
        except Empty:
            raise AddressFailed("The address's name could not be looked up in time.") from None
        if isinstance(answer, OSError | UnicodeError) or not answer:
            raise AddressFailed("The address's name is not known.")
        return answer

    def _opened(self, family: socket.AddressFamily, number: str, port: int) -> socket.socket:
        made = socket.socket(family, socket.SOCK_STREAM)
        try:
            made.settimeout(max(min(self.left, _CONNECT), 0.001))
            made.connect((number, port))
            made.settimeout(max(self.left, 0.001))
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            made.close()
            raise
        return made

    def _hold(self, made: socket.socket) -> socket.socket:
        # A handle of our own: encryption takes the given one apart, and shutting down works through either.
        with self._lock:
            self._held.append(socket.socket(fileno=os.dup(made.fileno())))
        return made

    def _cut(self) -> None:
        with self._lock:
            held, self._held = self._held, []
        for each in held:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
