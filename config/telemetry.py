"""Traces: off unless somebody says where they go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from config.variables import Variables
from jynco.errors import UsageWrong

ENDPOINT: Final = "OTEL_EXPORTER_OTLP_ENDPOINT"


@dataclass(frozen=True, slots=True)
class Traces:
    """Where traces go (OTLP over HTTP), and under which name."""

    endpoint: str
    service: str = "jynco"


def traces(env: Variables) -> Traces | None:
    """What the environment says; None where nobody listens. UsageWrong for what is no address."""
    endpoint = env.text(ENDPOINT)
    if endpoint is None:
        return None
    try:
        parts = urlsplit(endpoint)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good:
        raise UsageWrong(f"{ENDPOINT} must be an address of OTLP over HTTP, such as http://localhost:4318.")
    return Traces(endpoint, env.text("OTEL_SERVICE_NAME") or "jynco")
