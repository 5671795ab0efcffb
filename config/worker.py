"""gunicorn's threads, with an end to waiting: who sends a request drop by drop holds a thread of ours all the while.

And with our words for what is no HTTP: a problem like every other refusal, and never a 5xx for what a client sent.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
import uuid
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final

from gunicorn.arbiter import Arbiter
from gunicorn.http import errors
from gunicorn.workers.gthread import ThreadWorker

from jynco.errors import JyncoError

HEAD_SECONDS: Final = 10.0  # for the request's line and its headers
BODY_SECONDS: Final = 30.0  # for a body, and longer by what it has at the slowest line we wait for
SLOWEST: Final = 32 * 1024  # bytes a second
UNSAID: Final = 16 * 1024 * 1024  # bytes, of a body that does not say how many
OURS: Final = (errors.InvalidResponseHeader, errors.InvalidResponseHeaderName)  # what the application sent
STATUSES: Final = {
    errors.LimitRequestLine: HTTPStatus.REQUEST_URI_TOO_LONG,
    errors.LimitRequestHeaders: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    errors.ExpectationFailed: HTTPStatus.EXPECTATION_FAILED,
    errors.ForbiddenProxyRequest: HTTPStatus.FORBIDDEN,
}


class Worker(ThreadWorker):  # type: ignore[misc] # gunicorn ships no types
    """A process of threads. Everything that is not ours is gunicorn's; a line that is too slow is closed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._slow: dict[
            int, tuple[float, Any, Any]
        ] = {}  # by connection: when it is over, its socket, its body
        self._lock = threading.Lock()

    def load_wsgi(self) -> None:
        """The application; where a setting keeps it from starting, one sentence says which, and gunicorn ends."""
        try:
            super().load_wsgi()
        except JyncoError as error:
            self.log.critical("%s", error.message)
            sys.exit(Arbiter.APP_LOAD_ERROR)

    def handle(self, conn: Any) -> Any:
        """One request, whose head must come in time."""
        self._until(conn, HEAD_SECONDS, None)
        try:
            return super().handle(conn)
        finally:
            with self._lock:
                self._slow.pop(id(conn), None)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """The head is there; now the body must come in time."""
        reader = req.body.reader
        self._until(conn, BODY_SECONDS + getattr(reader, "length", UNSAID) / SLOWEST, reader)
        return super().handle_request(req, conn)

    def notify(self) -> None:
        """gunicorn's beat, about one a second: time to look who is late."""
        super().notify()
        now = time.monotonic()
        with self._lock:
            late = [one for one in self._slow.values() if one[0] < now and _unread(one[2])]
        for _, line, _ in late:
            with suppress(OSError):  # it has gone by itself
                line.shutdown(socket.SHUT_RD)  # whoever reads it finds its end

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Any) -> None:
        """Refuse what is no HTTP."""
        if isinstance(exc, OURS) or not isinstance(exc, errors.ParseException):
            super().handle_error(req, client, addr, exc)
            return
        trace = uuid.uuid4().hex
        self.log.warning("no HTTP: %s", str(exc)[:200], extra={"trace_id": trace})
        with suppress(OSError):
            client.sendall(_refusal(exc, trace))

    def _until(self, conn: Any, seconds: float, reader: Any) -> None:
        with self._lock:
            self._slow[id(conn)] = (time.monotonic() + seconds, conn.sock, reader)


def _unread(reader: Any) -> bool:
    """Whether something of the request is still to come: its head, or some of its body."""
    if reader is None:
        return True
    return bool(reader.length if hasattr(reader, "length") else getattr(reader, "parser", None))


def _refusal(exc: errors.ParseException, trace: str) -> bytes:
    status = STATUSES.get(type(exc), HTTPStatus.BAD_REQUEST)
    told = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "code": "no_http",
        "detail": "This is not HTTP as servers agree on it: look at the request's line, its headers and its lengths.",
        "retryable": False,
        "traceId": trace,
    }
    body = json.dumps(told).encode()
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nServer: gunicorn\r\nConnection: close\r\n"
        "Content-Type: application/problem+json\r\nX-Content-Type-Options: nosniff\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
