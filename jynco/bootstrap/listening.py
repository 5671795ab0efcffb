"""Who hears of this process's work."""

from __future__ import annotations

from config.settings import Settings
from jynco.ports import tracing


def listen(settings: Settings) -> None:
    """Have a collector hear of it where the settings name one; once a process, for connections survive no fork."""
    if settings.traces is None:
        tracing.use(None)
        return
    from jynco.adapters.tracing.otel import OpenTelemetry

    tracing.use(OpenTelemetry(settings.traces.endpoint, settings.traces.service))
