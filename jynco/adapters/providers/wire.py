"""The line to a vendor: an HTTP client that SDKs may use and cannot make speak twice, and what its answers hold."""

from __future__ import annotations

import math
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Final

import httpx

from jynco.adapters.providers.account import Account
from jynco.ports.brink import look

_CONNECT: Final = 10.0  # seconds to reach a vendor at all
LONGEST_WAIT: Final = 60.0  # seconds between two tries, whatever a vendor asks for
_NOTHING_KEPT: Final = httpx.Limits(max_keepalive_connections=0)
_WORDS: Final = 300  # characters of a vendor's explanation that are kept


def line(account: Account) -> httpx.Client:
    """A client for one vendor's account; an answer that is no success raises httpx.HTTPStatusError at once.

    So an SDK's own retries see an exception and no status to retry. Every call has a connection of its own: a kept one
    that the vendor has closed meanwhile would make a submit's outcome unknown for nothing.
    """
    return httpx.Client(
        verify=trust(),
        timeout=_patience(account.timeout),
        limits=_NOTHING_KEPT,
        event_hooks={"request": [_hesitant], "response": [refuse]},
        trust_env=not account.is_local,  # what is on this machine is not reached through a proxy
    )


class SingleShot(httpx.BaseTransport):
    """The same for an SDK that puts retries above its transport, and forgets its time limit for orders."""

    def __init__(self, timeout: float) -> None:
        self._timeout = _patience(timeout)
        self._wire = httpx.HTTPTransport(verify=trust(), limits=_NOTHING_KEPT)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, when it is a success. Raises httpx.HTTPStatusError and what the line raises."""
        request.extensions = {**request.extensions, "timeout": self._timeout.as_dict()}
        _hesitant(request)
        response = self._wire.handle_request(request)
        response.request = request
        refuse(response)
        return response

    def close(self) -> None:
        self._wire.close()


def _hesitant(request: httpx.Request) -> None:
    """Have it look once more when its line is open, before its first byte goes out."""
    request.extensions = {**request.extensions, "trace": _step}


def _step(name: str, _: Mapping[str, object]) -> None:
    if name.endswith("send_request_headers.started"):
        look()


def _patience(timeout: float) -> httpx.Timeout:
    return httpx.Timeout(timeout, connect=min(timeout, _CONNECT))


@cache
def trust() -> ssl.SSLContext:
    """Who may vouch for a vendor; reading the list takes longer than many a call."""
    return httpx.create_ssl_context()


def refuse(response: httpx.Response) -> None:
    """Raise httpx.HTTPStatusError for anything but a success, redirects among them, with the body read."""
    if not response.is_success:
        response.read()
        raise httpx.HTTPStatusError(
            f"HTTP {response.status_code}", request=response.request, response=response
        )


def answer_of(error: BaseException | None) -> httpx.Response | None:
    """The HTTP answer below what an SDK made of it, if the vendor answered."""
    while error is not None:
        if isinstance(error, httpx.HTTPStatusError):
            return error.response
        error = error.__cause__ or error.__context__
    return None


def words_of(answer: httpx.Response, hide: str | None) -> str:
    """The vendor's own words, or none: short, on one line, and without our key."""
    words = " ".join(_text(answer).split())
    words = words.replace(hide, "***") if hide else words
    return words.rstrip(".") if len(words) <= _WORDS else words[:_WORDS] + "..."


def wait_of(answer: httpx.Response) -> float | None:
    """Seconds that a vendor asks for, in Retry-After or as a date, however many; None where it makes no sense."""
    text = answer.headers.get("retry-after", "").strip()
    seconds = _number(text)
    if seconds is None:
        moment, now = _moment(text), _moment(answer.headers.get("date", "")) or datetime.now(UTC)
        seconds = (moment - now).total_seconds() if moment else math.nan
    return seconds if 0 <= seconds < math.inf else None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _text(answer: httpx.Response) -> str:
    """Where vendors put their words: error, detail, message or title, sometimes one inside another."""
    try:
        return _spoken(answer.json())
    except ValueError:
        return answer.text if "text/plain" in answer.headers.get("content-type", "") else ""


def _spoken(part: object) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, list):
        return "; ".join(filter(None, map(_spoken, part)))
    if isinstance(part, dict):
        names = ("error", "detail", "message", "msg", "title", "code", "type")
        return ": ".join(dict.fromkeys(filter(None, (_spoken(part.get(name)) for name in names))))
    return ""
