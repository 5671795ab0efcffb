"""Other sites' pages may neither change anything here nor look in. Programs that are no browsers may.

Where nobody is asked for a name, a form on any page of the web could start a job that costs, and a page whose name
was made to point at this machine could read everything. Browsers say where a request comes from and whom it is for.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Response, request

from api import errors
from api.problems import respond
from api.trace import trace_id
from workers.house import house

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
OURS: Final = frozenset({"same-origin", "none"})  # none: typed, or a bookmark
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def register(app: Flask) -> None:
    """Look at every request before anything else does."""
    app.before_request(_look)


def _look() -> Response | None:
    if not request.headers.get("Host", "").strip() and request.environ.get("SERVER_PROTOCOL") != "HTTP/1.0":
        detail = "A request must say in its Host header whom it is for."
        return _refusal(HTTPStatus.BAD_REQUEST, "bad_request", detail)
    if not _for_us():
        detail = (
            f"This Jynco is for this machine only, and not known as {request.host!r}: see JYNCO_PUBLIC_URL."
        )
        return _refusal(HTTPStatus.MISDIRECTED_REQUEST, "wrong_host", detail)
    if request.method not in SAFE and not _from_here():
        detail = "Another site's page has sent this: only Jynco's own pages, and programs, may change things."
        return _refusal(HTTPStatus.FORBIDDEN, "cross_site", detail)
    return None


def _for_us() -> bool:
    """Whether the request names this machine, where being bound to loopback is the only guard."""
    settings = house().settings
    if settings.auth is not None or settings.host not in LOOPBACK:
        return True
    known = urlsplit(settings.public_url or "").hostname
    return _asked_for() in LOOPBACK | {known}


def _asked_for() -> str:
    """The host that the request names, in its own words: Werkzeug's fall back to ours where they are nonsense."""
    try:
        asked = urlsplit(f"//{request.headers.get('Host') or request.host}")
        return (asked.hostname or "") if asked.port is None or asked.port else ""
    except ValueError:
        return ""


def _from_here() -> bool:
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        return site in OURS
    try:
        return origin is None or urlsplit(origin).netloc == request.host
    except ValueError:  # half an address, such as "http://["
        return False


def _refusal(status: HTTPStatus, code: str, detail: str) -> Response:
    told = errors.problem(status, code, detail, retryable=False, trace_id=trace_id())
    return respond(status, told)
