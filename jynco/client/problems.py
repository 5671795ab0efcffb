"""Problems (RFC 9457) as the errors they were on the other side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import httpx

from jynco.errors import Conflict, DocumentInvalid, Fault, JyncoError, NotFound, ServiceAway, UsageWrong


def _all(kind: type[JyncoError]) -> Iterator[type[JyncoError]]:
    for below in kind.__subclasses__():
        yield below
        yield from _all(below)


KNOWN: Final = {kind.code: kind for kind in _all(JyncoError) if kind.__module__ == JyncoError.__module__}


def error_of(answer: httpx.Response) -> JyncoError:
    """What the server refused, in the words it used. The answer must have been read."""
    told = _told(answer)
    detail = str(told.get("detail") or f"The server answered {answer.status_code} {answer.reason_phrase}.")
    faults = [*_faults(told)]
    code = told.get("code")
    if faults and code == DocumentInvalid.code:
        return DocumentInvalid(faults)
    if faults:
        detail = "; ".join(f"{fault.pointer or '/'}: {fault.detail}" for fault in faults)
    kind = KNOWN.get(str(code), _by_status(answer.status_code))
    kind = _by_status(answer.status_code) if kind is DocumentInvalid else kind
    return kind(detail, retry_after=wait_of(answer))


class Told(dict[str, Any]):
    """What a Jynco says with a success. ServiceAway for what it does not say: it is another server, then."""

    def __init__(self, answer: httpx.Response) -> None:
        self._who = answer.url.netloc.decode("ascii", "replace")
        try:
            told = answer.json()
        except ValueError:
            told = None
        if not isinstance(told, dict):
            raise self.strange()
        super().__init__(told)

    def __missing__(self, name: str) -> Any:
        raise self.strange()

    def strange(self) -> ServiceAway:
        """Why nothing can be done with it."""
        return ServiceAway(f"{self._who} is no Jynco, or a much older one: see the address.")


def wait_of(answer: httpx.Response) -> float | None:
    """The seconds that the server asks to wait; None where it does not say, or says a date."""
    said = answer.headers.get("Retry-After", "")
    return float(said) if said.isdecimal() and len(said) < 6 else None


def _by_status(status: int) -> type[JyncoError]:
    if status == httpx.codes.TOO_MANY_REQUESTS or status >= 500:
        return ServiceAway
    known: dict[int, type[JyncoError]] = {404: NotFound, 409: Conflict, 412: Conflict}
    return known.get(status, UsageWrong)


def _told(answer: httpx.Response) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _faults(told: dict[str, Any]) -> Iterator[Fault]:
    for entry in told.get("errors") or ():
        if isinstance(entry, dict):
            yield Fault(*(str(entry.get(name, "")) for name in ("pointer", "code", "detail")))
