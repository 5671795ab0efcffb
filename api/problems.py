"""Every error that leaves a route becomes a problem here; only what a person may know goes out, the rest is logged."""

from __future__ import annotations

import errno
import logging
import math
from http import HTTPStatus
from typing import Final

from flask import Flask, Response, request
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import HTTPException

from api import answers, errors
from api.trace import trace_id
from jynco.errors import JyncoError, StorageFull
from jynco.model.storyboard import Json

MEDIA_TYPE = "application/problem+json"
NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
log = logging.getLogger("jynco.api")


def register(app: Flask) -> None:
    """Let every error of ``app`` be answered with a problem."""
    app.register_error_handler(JyncoError, refused)
    app.register_error_handler(HTTPException, turned_away)
    app.register_error_handler(ParseException, garbled)
    app.register_error_handler(OSError, unwritten)
    app.register_error_handler(Exception, broken)


def refused(error: JyncoError) -> Response:
    """What Jynco itself refuses or cannot do now."""
    status = errors.status_of(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        told = {"code": error.code, "cause": str(error.__cause__ or ""), "trace_id": trace_id()}
        log.warning("%s", error.message, extra=told)
    answer = respond(
        status,
        errors.problem(
            status,
            error.code,
            error.message,
            retryable=error.retryable,
            trace_id=trace_id(),
            faults=errors.faults_of(error),
        ),
    )
    if error.retryable or status is HTTPStatus.SERVICE_UNAVAILABLE:
        answer.headers["Retry-After"] = str(math.ceil(error.retry_after or errors.RETRY_AFTER))
    if isinstance(error, errors.NameWanted | errors.Forbidden):
        answer.headers["WWW-Authenticate"] = error.challenge
    return answer


def turned_away(error: HTTPException) -> Response | HTTPException:
    """What Flask and Werkzeug refuse. Allow, Retry-After, WWW-Authenticate and Content-Range stay."""
    if error.code is None or error.response is not None:
        return error
    status = HTTPStatus(error.code)
    retryable = status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}
    told = errors.problem(
        status, errors.code_of(status), _words(status, error), retryable=retryable, trace_id=trace_id()
    )
    answer = respond(status, told)
    for name, value in error.get_headers(request.environ):
        if name.lower() not in {"content-type", "content-length"}:
            answer.headers.add(name, value)
    return answer


def garbled(_: ParseException) -> Response:
    """A body in chunks that are none: where it ends nobody can tell, so nothing more is read from this line."""
    status = HTTPStatus.BAD_REQUEST
    detail = (
        "The body's chunks are not as HTTP writes them: see that each has the size it says, in hexadecimal."
    )
    told = errors.problem(status, errors.code_of(status), detail, retryable=False, trace_id=trace_id())
    answer = respond(status, told)
    answer.headers["Connection"] = "close"
    return answer


def unwritten(fault: OSError) -> Response:
    """A disk on which nothing can be written now, such as that of uploads on their way in, is no fault of ours."""
    if fault.errno not in NO_ROOM:
        return broken(fault)
    return refused(StorageFull(f"Nothing can be written: {fault.strerror}. Free some space, then try again."))


def broken(error: Exception) -> Response:
    """A fault of ours: the log has the trace, the answer its number."""
    log.error("a request failed", exc_info=error, extra={"trace_id": trace_id(), "path": request.path})
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    detail = f"A fault inside Jynco; its log names {trace_id()}."
    return respond(status, errors.problem(status, "internal", detail, retryable=False, trace_id=trace_id()))


def respond(status: HTTPStatus, told: dict[str, Json]) -> Response:
    """A problem as an answer."""
    return answers.told(told, status, content_type=MEDIA_TYPE)


def _words(status: HTTPStatus, error: HTTPException) -> str:
    match status:
        case HTTPStatus.NOT_FOUND:
            return "There is nothing at this address: /docs lists those that there are."
        case HTTPStatus.METHOD_NOT_ALLOWED:
            return f"{request.method} is not possible here: see the Allow header."
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return "The body is larger than this address takes."
        case HTTPStatus.INTERNAL_SERVER_ERROR:
            return f"A fault inside Jynco; its log names {trace_id()}."
    return error.description or status.description or status.phrase
