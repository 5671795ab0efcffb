"""One number a request, in its answer and in the log. A caller's W3C trace goes on in ours."""

from __future__ import annotations

import logging
import re
import secrets
import time
import uuid
from contextlib import AbstractContextManager, ExitStack
from typing import Final

from flask import Flask, Response, g, has_request_context, request

from jynco.ports import tracing

TRACEPARENT: Final = re.compile(r"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
QUIET: Final = frozenset(
    {"static", "editor.static", "health.healthz", "health.readyz", "metrics.read_metrics"}
)
log = logging.getLogger("jynco.api.access")


def trace_id() -> str:
    """The 32 hexadecimal digits of this request's trace."""
    if not has_request_context():
        return uuid.uuid4().hex
    if "trace_id" not in g:
        place = TRACEPARENT.fullmatch(tracing.here() or request.headers.get("traceparent", ""))
        g.trace_id = place[1] if place else uuid.uuid4().hex
    return str(g.trace_id)


def register(app: Flask) -> None:
    """Write one line a request, when its answer begins."""
    app.before_request(_begin)
    app.after_request(_tell)
    app.teardown_request(_end)


def _begin() -> None:
    g.began = time.monotonic()
    if request.url_rule is not None and request.endpoint not in QUIET:
        g.work = ExitStack()
        g.span = g.work.enter_context(_span(request.url_rule.rule))
        tracing.stand(
            f"00-{trace_id()}-{secrets.token_hex(8)}-01"
        )  # what is made now is found by this number


def _span(rule: str) -> AbstractContextManager[tracing.Span]:
    """Below the caller's own work where it says so; what is no traceparent is nothing to us."""
    given = request.headers.get("traceparent", "")
    under = given if TRACEPARENT.fullmatch(given) else None
    return tracing.span(f"{request.method} {rule}", under, method=request.method, route=rule)


def _end(_: BaseException | None) -> None:
    tracing.stand(None)  # the thread serves others next
    work = g.pop("work", None)
    if work is not None:
        work.close()


def _tell(answer: Response) -> Response:
    took = time.monotonic() - g.get("began", time.monotonic())
    told = {"method": request.method, "path": request.path, "status": answer.status_code}
    if "span" in g:
        g.span.note(status=answer.status_code, **_who())
    log.info("request", extra={**told, "seconds": round(took, 4), "trace_id": trace_id(), **_who()})
    return answer


def _who() -> dict[str, str]:
    """The name behind the request, never the key itself."""
    who = g.get("caller")
    return {"tenant": who.tenant, "caller": who.name} if who else {}
