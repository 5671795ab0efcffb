"""A vendor on this machine: an HTTP server that takes orders, counts what it would bill, and fails when told to.

Each vendor's own double says how its protocol spells things; here is what all of them share. Nothing in it knows
Jynco: orders come over a socket, from whoever has the key.
"""

from __future__ import annotations

import hashlib
import json
import socket
import struct
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

KEY = "key_0123456789abcdef"


@dataclass(frozen=True)
class Reply:
    """An answer: JSON, or bytes as they are."""

    status: int = 200
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """One bad answer. ``kind``: reply; reset and silence, before or after the order was taken; or garbled."""

    kind: str
    reply: Reply = Reply()

    @property
    def is_after(self) -> bool:
        return self.kind in ("reset_after", "silence_after", "garbled_after", "reply_after")


@dataclass
class Task:
    """One order that was taken."""

    number: int
    order: Mapping[str, Any]
    states: deque[str]  # told one by one; the last one stays
    created: float = field(default_factory=time.time)
    issued: int = 0  # result addresses given out so far


class Vendor:
    """The shared half of a double. A subclass has ``answer`` and ``verb``."""

    states: tuple[str, ...] = ()  # the usual life of an order
    key_header = ("authorization", f"Bearer {KEY}")

    def __init__(self, clip: bytes) -> None:
        self.clip = clip
        self.bills: Counter[tuple[str, str]] = Counter()  # by (image's hash, prompt)
        self.seen: Counter[str] = Counter()  # requests by verb
        self.result_headers: list[Mapping[str, str]] = []
        self.cancelled: list[str] = []
        self.tasks: dict[str, Task] = {}
        self.expired = 0  # how many of each task's first addresses have run out
        self.cut: int | None = None  # bytes of a clip after which the line is dropped
        self.trickle: float | None = None  # seconds between two small pieces of a clip
        self.life: tuple[str, ...] | None = None
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._lock = threading.Lock()
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.vendor = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    # --- what tests tell it

    def fail(self, verb: str, *faults: Fault) -> None:
        """The next requests of this verb go wrong, one fault each."""
        self._faults[verb].extend(faults)

    def refuse(self, verb: str, status: int, body: object = None, **headers: str) -> None:
        """The next request of this verb is answered with an HTTP error."""
        spelled = {name.replace("_", "-"): value for name, value in headers.items()}
        self.fail(verb, Fault("reply", Reply(status, body or {"error": "no"}, spelled)))

    # --- what its protocol is

    def verb(self, method: str, path: str) -> str:
        """submit, poll, cancel, list or result."""
        raise LookupError((method, path))

    def answer(self, verb: str, path: str, body: Mapping[str, Any]) -> Reply:
        raise LookupError((verb, path, body))

    def take(self, image: str | None, prompt: str, order: Mapping[str, Any]) -> Task:
        """Take an order, and bill it."""
        with self._lock:
            self.bills[(hashlib.sha256(image.encode()).hexdigest() if image else "", prompt)] += 1
            task = Task(len(self.tasks) + 1, order, deque(self.life or self.states))
            self.tasks[self.task_id(task)] = task
            return task

    def task_id(self, task: Task) -> str:
        return f"00000000-0000-4000-8000-{task.number:012d}"

    def state_of(self, task: Task) -> str:
        with self._lock:
            return task.states.popleft() if len(task.states) > 1 else task.states[0]

    def result_address(self, task: Task) -> str:
        task.issued += 1
        return f"{self.address}/results/{self.task_id(task)}/{task.issued}.mp4?signature=abc"

    # --- one request

    def fault(self, verb: str, path: str, text: bytes) -> Fault | None:
        """What goes wrong with this request, if anything."""
        with self._lock:
            self.seen[verb] += 1
            return self._faults[verb].popleft() if self._faults[verb] else None

    def result(self, path: str) -> Reply:
        number = int(path.rpartition("/")[2].split(".")[0])
        if number <= self.expired:
            return Reply(
                403, b"<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
            )
        return Reply(200, self.clip, {"Content-Type": "video/mp4"})


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    vendor: Vendor

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is what many of these tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def do_PUT(self) -> None:
        self._serve("PUT")

    def do_DELETE(self) -> None:
        self._serve("DELETE")

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _serve(self, method: str) -> None:
        vendor = self.server.vendor
        path = self.path.split("?")[0]
        text = self.rfile.read(int(self.headers.get("content-length") or 0))
        verb = "result" if path.startswith("/results/") else vendor.verb(method, path)
        fault = vendor.fault(verb, path, text)
        if fault is not None and not fault.is_after:
            self._go_wrong(fault)
            return
        reply = self._reply(verb, path, json.loads(text) if text else {})
        if fault is not None:
            self._go_wrong(fault)
        else:
            self._send(reply, cut=vendor.cut if verb == "result" else None)

    def _reply(self, verb: str, path: str, body: Mapping[str, Any]) -> Reply:
        vendor = self.server.vendor
        if verb == "result":
            vendor.result_headers.append(dict(self.headers.items()))
            return vendor.result(path)
        name, value = vendor.key_header
        if self.headers.get(name) != value:
            return Reply(401, {"error": "The API key is not valid."})
        return vendor.answer(verb, self.path, body)

    def _go_wrong(self, fault: Fault) -> None:
        if fault.kind.startswith("reset"):
            # A lingering time of nothing turns the close into a reset.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
        elif fault.kind.startswith("silence"):
            self.server.vendor.closing.wait(30)
            self.close_connection = True
        elif fault.kind.startswith("garbled"):
            self._send(Reply(200, b"{not json", {"Content-Type": "application/json"}))
        else:
            self._send(fault.reply)

    def _send(self, reply: Reply, cut: int | None = None) -> None:
        body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        body = b"" if reply.status == 204 else body
        self.send_response_only(reply.status)
        usual = {"content-type": "application/json", "date": self.date_time_string()}
        given = {name.lower(): value for name, value in reply.headers.items()}
        for name, value in (usual | given).items():
            self.send_header(name, value)
        if reply.status != 204 and "content-length" not in given:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.server.vendor.trickle is not None:
            self._trickle(body)
        else:
            self.wfile.write(body if cut is None else body[:cut])
        if cut is not None and cut < len(body):
            self.close_connection = True

    def _trickle(self, body: bytes) -> None:
        for start in range(0, len(body), 16):
            if self.server.vendor.closing.wait(self.server.vendor.trickle):
                return
            self.wfile.write(body[start : start + 16])
