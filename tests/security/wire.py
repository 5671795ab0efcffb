"""Requests as bytes: what no polite client would send has to be sent all the same."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from typing import Any

PATIENCE = 30.0  # seconds of silence that count as hanging
Headers = tuple[tuple[str, str], ...]
MERGE = ("Content-Type", "application/merge-patch+json")
THERE = "proj_there"  # a project that is there, with clip_a, and that nothing bad may change
OWN = f"/v1/projects/{THERE}"
JSON: Headers = (("Content-Type", "application/json"),)


@dataclass(frozen=True, slots=True)
class Bad:
    """Something that must be refused: its name, and every byte of it."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back, to the end. ``status`` 0: the connection was closed without a word."""

    status: int
    data: bytes

    @property
    def answers(self) -> int:
        """How many answers it was: two to one request is smuggling."""
        return self.data.count(b"HTTP/1.1 ")


def bad(name: str, method: str, target: str, body: bytes | str = b"", headers: Headers = ()) -> Bad:
    """A request like any other, but for what is wrong with it."""
    sent = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    length = (("Content-Length", str(len(sent))),) if sent or method in {"POST", "PUT", "PATCH"} else ()
    lines = (("Host", "127.0.0.1"), ("Connection", "close"), *length, *headers)
    head = f"{method} {target} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines)
    return Bad(f"{name}: {method} {target[:60]}", head.encode("utf-8", "surrogateescape") + b"\r\n" + sent)


def document(name: str, method: str, target: str, value: Any, *headers: tuple[str, str]) -> Bad:
    """A body that Python can write as JSON, NaN and half characters included."""
    return bad(name, method, target, json.dumps(value), (*JSON, *headers))


def said(port: int, data: bytes) -> Heard:
    """Send it, and listen to the end. TimeoutError where nothing ends."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as line:
        try:
            line.sendall(data)
            line.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it was refused before its end; the answer is there all the same
        heard = _heard(line)
    status = heard[9:12]
    return Heard(int(status) if status.isdigit() else 0, heard)


def _heard(line: socket.socket) -> bytes:
    parts = []
    try:
        while part := line.recv(65536):
            parts.append(part)
    except ConnectionError:
        pass
    return b"".join(parts)
