"""Requests that may be sent again, and are, while the server or the way to it is away.

Everything the client sends is safe to repeat: it reads, or replaces a whole, or carries an Idempotency-Key.
"""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final

import httpx

from jynco.client.problems import error_of, wait_of
from jynco.errors import JyncoError, ServiceAway, UsageWrong

TRIES: Final = 5
LONGEST_WAIT: Final = 60.0  # seconds
AGAIN: Final = frozenset({429, 502, 503, 504})

Sleep = Callable[[float], None]


class Wire:
    """One server, and a key to it. Raises what the server refuses; ServiceAway when it cannot be reached.

    UsageWrong for an address or a key that nothing can be sent with.
    """

    def __init__(self, server: str, key: str | None, *, timeout: float, sleep: Sleep = time.sleep) -> None:
        headers = {"Authorization": f"Bearer {_sendable(key)}"} if key else {}
        self._http = httpx.Client(base_url=_address(server), headers=headers, timeout=timeout)
        self._server = server
        self._sleep = sleep

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """The answer to a request that may be repeated."""
        return self._patiently(lambda: self._once(method, path, options))

    def once(self, method: str, path: str, **options: Any) -> httpx.Response:
        """As ``ask``, for what must be done once however often it is sent."""
        return self.ask(method, path, headers={"Idempotency-Key": uuid.uuid4().hex}, **options)

    def give(self, request: Callable[[], AbstractContextManager[dict[str, Any]]]) -> None:
        """Send what the server has signed, to whoever keeps its files: without the key, which is not theirs to know."""

        def once() -> httpx.Response:
            with request() as whole:
                return self._given(**whole)

        self._patiently(once)

    @contextmanager
    def stream(self, path: str) -> Iterator[httpx.Response]:
        """A large answer, in pieces. ServiceAway when it breaks off."""
        try:
            with self._http.stream("GET", path, follow_redirects=True) as answer:  # into a bucket, say
                if not answer.is_success:
                    answer.read()
                    raise error_of(answer)
                yield answer
        except httpx.HTTPError as fault:
            raise self._away(fault) from fault

    def _once(self, method: str, path: str, options: dict[str, Any]) -> httpx.Response:
        try:
            answer = self._http.request(method, path, **options)
        except httpx.HTTPError as fault:
            raise self._away(fault) from fault
        if answer.is_success:
            return answer
        error = error_of(answer)
        error.retry_after = wait_of(answer)
        raise error if answer.status_code not in AGAIN else _passing(error)

    def _given(self, method: str, url: str, **options: Any) -> httpx.Response:
        try:
            answer = httpx.request(method, url, timeout=self._http.timeout, **options)
        except httpx.HTTPError as fault:
            raise self._away(fault) from fault
        if not answer.is_success:
            error = error_of(answer)
            raise error if answer.status_code not in AGAIN else _passing(error)
        return answer

    def _patiently(self, send: Callable[[], httpx.Response]) -> httpx.Response:
        for attempt in range(1, TRIES + 1):
            try:
                return send()
            except JyncoError as error:
                if attempt == TRIES or not _may_repeat(error):
                    raise
                wait = error.retry_after if error.retry_after is not None else 0.5 * 2.0**attempt
                self._sleep(min(wait, LONGEST_WAIT) + random.uniform(0, 0.1))
        raise AssertionError("the last try returns or raises")

    def _away(self, fault: httpx.HTTPError) -> ServiceAway:
        return ServiceAway(f"{self._server} does not answer ({type(fault).__name__}): see that it runs.")


def _address(server: str) -> httpx.URL:
    try:
        url = httpx.URL(server.rstrip("/"))
    except (httpx.InvalidURL, ValueError) as fault:
        raise UsageWrong(f"{server!r} is no address of a server: {fault}.") from fault
    if url.scheme not in {"http", "https"} or not url.host or (url.port or 1) > 65535:
        raise UsageWrong(f"{server!r} is no address of a server: it looks like https://jynco.example.")
    return url


def _sendable(key: str) -> str:
    if not (key.isascii() and key.isprintable()):
        raise UsageWrong("The key has characters that no key has: copy it once more, and nothing beside it.")
    return key


def _passing(error: JyncoError) -> ServiceAway:
    return ServiceAway(error.message, retry_after=error.retry_after)


def _may_repeat(error: JyncoError) -> bool:
    """What is away comes back; the same request under way elsewhere ends soon, and says when to ask."""
    return isinstance(error, ServiceAway) or error.retry_after is not None
