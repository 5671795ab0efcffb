"""Traces are off unless somebody says where they go, and a job's place in one never depends on who was listening."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from config.settings import read
from config.telemetry import Traces
from jynco.errors import UsageWrong
from jynco.ports import tracing
from tests.contract.databases import film

PLACE = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-01")


def test_nobody_listens_unless_told() -> None:
    assert read({}).traces is None
    with tracing.span("work", jobs=1) as span:
        span.note(more="words")
        tracing.note(more=1.0)
    assert tracing.span("one") is tracing.span("other"), "nothing is made for nobody"
    assert (tracing.here(), tracing.carried()) == (None, {})


def test_the_collectors_address_and_the_services_name_are_read() -> None:
    told = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318", "OTEL_SERVICE_NAME": "films"}
    assert read(told).traces == Traces("http://collector:4318", "films")


@pytest.mark.parametrize("address", ["collector:4318", "ftp://collector", "http://", "http://[::1"])
def test_what_is_no_address_is_refused_by_its_variable(address: str) -> None:
    with pytest.raises(UsageWrong, match="OTEL_EXPORTER_OTLP_ENDPOINT"):
        read({"OTEL_EXPORTER_OTLP_ENDPOINT": address})


def test_a_jobs_place_is_its_rows_or_else_its_requests() -> None:
    job = film()
    assert PLACE.fullmatch(job.trace)
    assert replace(job, job_id=film("job_render_other").job_id).trace == job.trace, "one request, one trace"
    assert replace(job, correlation_id="request-2").trace != job.trace
    kept = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    assert replace(job, options={tracing.CARRIER: kept}).trace == kept
