from __future__ import annotations

from collections.abc import Iterator
from typing import NoReturn

import pytest
from flask import Flask
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import MethodNotAllowed, TooManyRequests, Unauthorized
from werkzeug.test import TestResponse

from api import errors, problems
from jynco.errors import (
    BudgetExceeded,
    ConsentNeeded,
    DocumentInvalid,
    Fault,
    JyncoError,
    NotFound,
    OutcomeUnknown,
    StaleRevision,
    StorageFull,
)


def kinds(root: type[JyncoError] = JyncoError) -> Iterator[type[JyncoError]]:
    for kind in root.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_every_error_has_a_status_of_its_own_or_of_its_parent() -> None:
    whole = [kind for kind in kinds() if kind.__module__ in {"jynco.errors", "api.errors"}]
    assert len(whole) > 30
    lost = [kind.__name__ for kind in whole if not any(each in errors.STATUSES for each in kind.__mro__[:-3])]
    assert lost == []


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound("x"), 404),
        (StaleRevision("x"), 412),
        (ConsentNeeded("x"), 409),
        (BudgetExceeded("x"), 409),
        (OutcomeUnknown("x"), 422),
        (StorageFull("x"), 503),
        (JyncoError("x"), 500),
    ],
)
def test_the_nearest_parent_decides(error: JyncoError, status: int) -> None:
    assert errors.status_of(error) == status


def test_what_may_work_later_is_a_503_that_says_when() -> None:
    for kind in kinds():
        if kind.retryable and kind.__module__ == "jynco.errors":
            assert errors.status_of(kind("later")) == 503


@pytest.fixture
def app() -> Flask:
    app = Flask("test")
    problems.register(app)
    return app


def answer(app: Flask, error: Exception) -> TestResponse:
    def failing() -> NoReturn:
        raise error

    app.add_url_rule("/", view_func=failing)
    return app.test_client().get("/")


def test_a_problem_names_every_place(app: Flask) -> None:
    faults = [Fault("/timeline/0", "a", "is wrong"), Fault("", "b", "is wrong too")]
    told = answer(app, DocumentInvalid(faults))
    assert (told.status_code, told.mimetype) == (422, "application/problem+json")
    assert told.get_json()["errors"] == [
        {"pointer": "/timeline/0", "code": "a", "detail": "is wrong"},
        {"pointer": "", "code": "b", "detail": "is wrong too"},
    ]


def test_a_fault_of_ours_tells_nothing_but_its_number(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    told = answer(app, ValueError("the password is hunter2"))
    assert told.status_code == 500
    assert "hunter2" not in told.text
    assert "hunter2" in caplog.text
    assert told.get_json()["traceId"] in {record.__dict__.get("trace_id") for record in caplog.records}


def test_waiting_is_said_in_whole_seconds(app: Flask) -> None:
    told = answer(app, StorageFull("full", retry_after=1.2))
    assert told.headers["Retry-After"] == "2"


@pytest.mark.parametrize(
    ("error", "header", "value"),
    [
        (MethodNotAllowed(["GET", "PUT"]), "Allow", "GET, PUT"),
        (Unauthorized(www_authenticate=WWWAuthenticate("bearer")), "WWW-Authenticate", "Bearer"),
        (TooManyRequests(retry_after=7), "Retry-After", "7"),
    ],
)
def test_what_flask_refuses_keeps_its_headers(app: Flask, error: Exception, header: str, value: str) -> None:
    told = answer(app, error)
    assert told.mimetype == "application/problem+json"
    assert told.headers[header] == value
