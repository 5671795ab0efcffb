"""A collector of traces on loopback: what it understands of OTLP is what OpenTelemetry's own description says."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue

ERROR = 2  # of OTLP's status codes


@dataclass(frozen=True, slots=True)
class Told:
    """A span as it came in."""

    trace: str
    span: str
    parent: str
    name: str
    process: str
    failed: bool
    facts: dict[str, Any]


@dataclass(slots=True)
class Collector:
    """Everything that was told."""

    url: str = ""
    spans: list[Told] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def take(self, body: bytes) -> None:
        """A request's spans."""
        request = ExportTraceServiceRequest.FromString(body)
        told = [
            Told(
                span.trace_id.hex(),
                span.span_id.hex(),
                span.parent_span_id.hex(),
                span.name,
                _facts(resource.resource.attributes)["service.instance.id"],
                span.status.code == ERROR,
                _facts(span.attributes),
            )
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]
        with self._lock:
            self.spans.extend(told)

    def named(self, name: str, trace: str | None = None) -> list[Told]:
        """The spans of that name."""
        with self._lock:
            return [each for each in self.spans if each.name == name and trace in {None, each.trace}]


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector that listens."""
    collector = Collector()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            packed = self.headers.get("Content-Encoding") == "gzip"
            collector.take(gzip.decompress(body) if packed else body)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """It has nothing to say."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    collector.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _facts(attributes: Any) -> dict[str, Any]:
    return {each.key: _value(each.value) for each in attributes}


def _value(value: AnyValue) -> Any:
    return getattr(value, str(value.WhichOneof("value")))
