"""Two hundred clients that send a request drop by drop, and everybody else is answered all the same."""

from __future__ import annotations

import socket
from contextlib import ExitStack

from config.worker import HEAD_SECONDS
from tests.security.conftest import Web
from tests.security.wire import OWN

SLOW = 200
HALVES = (
    b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Drop: ",
    b"POST /v1/projects HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{",
    b"",
    b"G",
)


def test_slow_clients_keep_nobody_waiting(web: Web) -> None:
    with ExitStack() as lines:
        slow = [
            lines.enter_context(socket.create_connection(("127.0.0.1", web.port), timeout=60))
            for _ in range(SLOW)
        ]
        for number, line in enumerate(slow):
            line.sendall(HALVES[number % len(HALVES)])
        answers = [web.client.get(OWN, timeout=HEAD_SECONDS).status_code for _ in range(20)]
        assert answers == [200] * 20, "before any of the slow ones was cut off"
        heads = [line for number, line in enumerate(slow) if number % len(HALVES) == 0]
        assert [line.recv(100) for line in heads[:5]] == [b""] * 5, "what never ends is ended"
