"""What is measured, for those who watch over the whole installation."""

from __future__ import annotations

from typing import Final

from flask import Response, request
from flask.typing import ResponseReturnValue

from api.callers import caller
from api.errors import Forbidden
from api.exposition import Measured
from api.routing import Answer, Routes
from api.tallying import requests
from jynco.adapters.database.desk import LOCAL
from workers.house import house

PLAIN: Final = "text/plain"
OPEN_METRICS: Final = "application/openmetrics-text"
TEXT: Final = {"type": "string"}

routes = Routes("metrics", "Numbers of all tenants together, for Prometheus.")


@routes.route(
    "GET",
    "/metrics",
    answer=Answer(TEXT, content_type=PLAIN, content={OPEN_METRICS: TEXT}),
    errors=(403, 503),
)
def read_metrics() -> ResponseReturnValue:
    """Queues, cache, generations, failures, spend and leases, as Prometheus reads them

    From rows, so that it is the same whichever process answers. Where names are asked for, any key of this
    installation's own tenant may read it.
    """
    if caller().tenant != LOCAL:
        raise Forbidden(
            "Metrics tell of every tenant: only a key of this installation's own may read them.", "read"
        )
    text, kind = _exposed(request.headers.get("Accept", ""))
    return Response(text, content_type=kind)


def _exposed(accept: str) -> tuple[bytes, str]:
    from prometheus_client import CollectorRegistry
    from prometheus_client.exposition import choose_encoder

    here = house()
    requests.flush(here.database.metrics)
    told, gate = here.database.metrics, here.database.admission
    registry = CollectorRegistry()
    registry.register(Measured(told.totals(), told.vitals(), gate.report(), gate.paused(), here.clock.now()))
    encode, kind = choose_encoder(accept)
    return encode(registry), kind
