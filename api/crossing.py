"""Other sites' pages may not make a visitor's browser change anything here. Programs that are no browsers may.

Nobody is asked for a name on this machine, so a form on any page of the web could start a job that costs. Browsers
say where a request comes from; what changes something has to come from here.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Response, request

from api import errors
from api.problems import respond
from api.trace import trace_id

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
OURS: Final = frozenset({"same-origin", "none"})  # none: typed, or a bookmark


def register(app: Flask) -> None:
    """Look at every request that may change something."""
    app.before_request(_refuse_others)


def _refuse_others() -> Response | None:
    if request.method in SAFE or _from_here():
        return None
    status = HTTPStatus.FORBIDDEN
    detail = (
        "Another site's page has sent this request: only Jynco's own pages, and programs, may change things."
    )
    told = errors.problem(status, "cross_site", detail, retryable=False, trace_id=trace_id())
    return respond(status, told)


def _from_here() -> bool:
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        return site in OURS
    return origin is None or urlsplit(origin).netloc == request.host
