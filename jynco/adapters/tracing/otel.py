"""OpenTelemetry: spans in batches, over OTLP by HTTP. Headers, samplers and the like are its own OTEL_* variables."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from jynco.ports.tracing import CARRIER, Fact

OFTEN: Final = 500  # milliseconds between two batches: what a killed process had not sent is lost
PATIENCE: Final = 3  # seconds for a batch: who receives them must not keep a worker from ending
_carrier: Final = TraceContextTextMapPropagator()


class Noted:
    """A span of OpenTelemetry's."""

    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def note(self, **facts: Fact | None) -> None:
        """Say more of it; names get our prefix."""
        self._span.set_attributes(_named(facts))


class OpenTelemetry:
    """Sends what this process does to a collector."""

    def __init__(self, endpoint: str, service: str) -> None:
        """``endpoint``: of OTLP over HTTP, without ``/v1/traces``."""
        whose = {"service.name": service, "service.instance.id": f"{socket.gethostname()}:{os.getpid()}"}
        exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=PATIENCE)
        self._provider = TracerProvider(resource=Resource.create(whose))
        self._provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=OFTEN))
        self._tracer = self._provider.get_tracer("jynco")

    @contextmanager
    def span(self, name: str, under: str | None, facts: Mapping[str, Fact | None]) -> Iterator[Noted]:
        """A stretch of this thread's work. What ends it early is told by its name alone: messages may be private."""
        with self._tracer.start_as_current_span(
            name,
            context=_place(under),
            attributes=_named(facts),
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield Noted(span)
            except Exception as error:
                span.set_status(StatusCode.ERROR, str(getattr(error, "code", type(error).__name__)))
                raise

    def note(self, facts: Mapping[str, Fact | None]) -> None:
        """Say more of this thread's stretch of work."""
        trace.get_current_span().set_attributes(_named(facts))

    def here(self) -> str | None:
        """This thread's place."""
        place: dict[str, str] = {}
        _carrier.inject(place)
        return place.get(CARRIER)

    def close(self) -> None:
        """Send what was not sent yet."""
        self._provider.shutdown()


def _place(under: str | None) -> Context | None:
    return None if under is None else _carrier.extract({CARRIER: under}, Context())


def _named(facts: Mapping[str, Fact | None]) -> dict[str, Fact]:
    return {f"jynco.{name}": fact for name, fact in facts.items() if fact is not None}
