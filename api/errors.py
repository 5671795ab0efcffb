"""The one table from errors to HTTP, and the problem (RFC 9457) that tells of them.

A class that is not in the table has the status of its nearest parent that is. Nothing a client sends may end
in a 5xx: those are for the machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from http import HTTPStatus
from typing import Final

from jynco import errors
from jynco.errors import Fault, JyncoError
from jynco.model.storyboard import Json


class RequestInvalid(JyncoError):
    """Something in the body, the query or a header is not as it must be; ``faults`` names every place."""

    code = "request_invalid"

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        first = self.faults[0]
        super().__init__(f"{first.pointer or '/'}: {first.detail}")


class PreconditionMissing(JyncoError):
    """A write that does not say which version it was made from."""

    code = "precondition_required"


class NameWanted(JyncoError):
    """Nobody said who asks, or nobody believes it. ``given``: something was said."""

    code = "unauthorized"

    def __init__(self, message: str, *, given: bool = True) -> None:
        super().__init__(message)
        self.challenge = 'Bearer realm="jynco"' + (', error="invalid_token"' if given else "")


class Forbidden(JyncoError):
    """Known, and not allowed to. ``wanted``: the scope that would be."""

    code = "forbidden"

    def __init__(self, message: str, wanted: str) -> None:
        super().__init__(message)
        self.challenge = f'Bearer realm="jynco", error="insufficient_scope", scope="{wanted}"'


class PageUnproven(JyncoError):
    """A change in the name of who has signed in, and nothing shows that a page of ours has sent it."""

    code = "page_unproven"


class TooManyTries(JyncoError):
    """Wrong keys, one after the other, from one address."""

    code = "too_many_tries"
    retryable = True


class TooMany(JyncoError):
    """More requests in a minute than a tenant may send."""

    code = "rate_limited"
    retryable = True


class KeyReused(JyncoError):
    """An Idempotency-Key that stands for another request."""

    code = "idempotency_key_reused"


class KeyBusy(errors.Conflict):
    """The request under an Idempotency-Key is being done just now."""

    code = "idempotency_key_busy"
    retryable = True


class MediaTypeWrong(JyncoError):
    """A body of another kind than this address takes."""

    code = "unsupported_media_type"


STATUSES: Final[dict[type[JyncoError], HTTPStatus]] = {
    JyncoError: HTTPStatus.INTERNAL_SERVER_ERROR,
    # what people sent
    errors.NotJson: HTTPStatus.BAD_REQUEST,
    NameWanted: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    PageUnproven: HTTPStatus.FORBIDDEN,
    TooManyTries: HTTPStatus.TOO_MANY_REQUESTS,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Conflict: HTTPStatus.CONFLICT,  # ConsentNeeded too
    errors.BudgetExceeded: HTTPStatus.CONFLICT,
    errors.QuotaExceeded: HTTPStatus.CONFLICT,
    errors.MissingClips: HTTPStatus.CONFLICT,
    errors.Cancelled: HTTPStatus.CONFLICT,
    errors.LeaseLost: HTTPStatus.CONFLICT,
    errors.StaleRevision: HTTPStatus.PRECONDITION_FAILED,
    errors.LimitExceeded: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    MediaTypeWrong: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.DocumentInvalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.UsageWrong: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.PathRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.AssetRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.AddressRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.AddressFailed: HTTPStatus.UNPROCESSABLE_ENTITY,  # a picture's, fetched while a request waits
    errors.MediaFailed: HTTPStatus.UNPROCESSABLE_ENTITY,  # people's film, read while a request waits
    errors.ProviderError: HTTPStatus.UNPROCESSABLE_ENTITY,  # an unknown provider or model, in a plan
    KeyReused: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    RequestInvalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    PreconditionMissing: HTTPStatus.PRECONDITION_REQUIRED,
    # the machine
    errors.ServiceAway: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.MediaTimeout: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.NotAccepted: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.PollFailed: HTTPStatus.SERVICE_UNAVAILABLE,
}

# The words of what Flask and Werkzeug refuse by themselves; the phrase of the status otherwise.
CODES: Final[dict[int, str]] = {
    413: "limit_exceeded",
    500: "internal",
    503: "service_away",
}

RETRY_AFTER: Final = 2  # seconds, where the error itself does not know


def status_of(error: JyncoError) -> HTTPStatus:
    """The status an error is answered with."""
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)


def code_of(status: HTTPStatus) -> str:
    """The code of a refusal that is no JyncoError, such as ``method_not_allowed``."""
    return CODES.get(status, status.phrase.lower().replace(" ", "_").replace("-", "_"))


def faults_of(error: JyncoError) -> Sequence[Fault]:
    """The places that are wrong, where the error knows them."""
    return error.faults if isinstance(error, (errors.DocumentInvalid, RequestInvalid)) else ()


def problem(
    status: HTTPStatus,
    code: str,
    detail: str,
    *,
    retryable: bool,
    trace_id: str,
    faults: Sequence[Fault] = (),
) -> dict[str, Json]:
    """The members of a problem document. ``errors`` is there only when places are known."""
    told: dict[str, Json] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "code": code,
        "detail": detail,
        "retryable": retryable,
        "traceId": trace_id,
    }
    return {**told, "errors": [dict(asdict(fault)) for fault in faults]} if faults else told
