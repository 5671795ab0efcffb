"""One number a request, in its answer and in the log. A caller's W3C trace goes on in ours."""

from __future__ import annotations

import logging
import re
import time
import uuid
from typing import Final

from flask import Flask, Response, g, has_request_context, request

TRACEPARENT: Final = re.compile(r"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
log = logging.getLogger("jynco.api.access")


def trace_id() -> str:
    """The 32 hexadecimal digits of this request's trace."""
    if not has_request_context():
        return uuid.uuid4().hex
    if "trace_id" not in g:
        given = TRACEPARENT.fullmatch(request.headers.get("traceparent", ""))
        g.trace_id = given[1] if given else uuid.uuid4().hex
    return str(g.trace_id)


def register(app: Flask) -> None:
    """Write one line a request, when its answer begins."""
    app.before_request(_begin)
    app.after_request(_tell)


def _begin() -> None:
    g.began = time.monotonic()


def _tell(answer: Response) -> Response:
    took = time.monotonic() - g.get("began", time.monotonic())
    told = {"method": request.method, "path": request.path, "status": answer.status_code}
    log.info("request", extra={**told, "seconds": round(took, 4), "trace_id": trace_id(), **_who()})
    return answer


def _who() -> dict[str, str]:
    """The name behind the request, never the key itself."""
    who = g.get("caller")
    return {"tenant": who.tenant, "caller": who.name} if who else {}
