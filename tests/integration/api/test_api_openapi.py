from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from api import create_app
from api.schemas.base import MONEY
from config.guard import asks_for_names
from config.settings import Settings
from config.variables import Tokens
from jynco.errors import UsageWrong
from tests.integration.api.conftest import Caller

VALUES = {
    "project_id": "proj_nobody",
    "clip_id": "clip_1",
    "job_id": "job_render_nobody",
    "take_id": "job_motion_nobody",
    "revision": "1",
    "queue": "motion.no",
    "number": "0",
    "upload_id": "up_nobody",
    "webhook_id": "wh_nobody",
    "delivery_id": "msg_none",
    "attempt_id": "999999999",
}


def test_the_document_is_valid(ask: Caller) -> None:
    OpenAPIV31SpecValidator(ask.contract.spec).validate()
    assert ask.contract.spec["openapi"].startswith("3.1")


def test_every_documented_address_answers(ask: Caller) -> None:
    answered = 0
    for path, operations in ask.contract.spec["paths"].items():
        for method in operations.keys() & {"get", "post", "put", "patch", "delete"}:
            answer = ask(method.upper(), path.format(**VALUES))
            known = {*operations[method]["responses"]} - {"default"}
            assert str(answer.status_code) in known, (method, path, answer.status_code)
            answered += 1
    assert answered >= 18


def test_every_address_is_documented(ask: Caller, app: Flask) -> None:
    spoken = [rule.rule for rule in app.url_map.iter_rules() if not rule.endpoint.startswith("editor.")]
    rules = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule) for rule in spoken}
    assert rules - set(ask.contract.spec["paths"]) == {"/docs", "/openapi.json", "/static/{filename}"}


def test_every_operation_has_its_words(ask: Caller) -> None:
    told = [
        operation
        for path in ask.contract.spec["paths"].values()
        for method, operation in path.items()
        if method != "parameters"
    ]
    names = [operation["operationId"] for operation in told]
    assert all(operation["summary"] for operation in told)
    assert len(set(names)) == len(names)


def test_errors_are_told_as_problems(ask: Caller) -> None:
    for answer in ask.contract.spec["components"]["responses"].values():
        assert set(answer["content"]) == {"application/problem+json"}


def test_the_storyboards_schema_is_part_of_it(ask: Caller) -> None:
    parts = ask.contract.spec["components"]["schemas"]
    assert {"version", "projectId", "outputSettings", "timeline"} <= set(parts["Storyboard"]["required"])
    assert re.fullmatch(MONEY, "0.35")


def test_the_page_needs_nothing_from_elsewhere(ask: Caller) -> None:
    page = ask.get("/docs")
    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert "<script" not in page.text
    assert "style=" not in page.text
    links = re.findall(r'(?:href|src)="([^"]*)"', page.text)
    assert all(link.startswith(("/", "#")) for link in links)
    anchors = {link[1:] for link in links if link.startswith("#")}
    assert anchors <= set(re.findall(r'id="([^"]*)"', page.text))
    assert ask.get("/static/docs.css").status_code == 200
    for path in ask.contract.spec["paths"]:
        assert path in page.text


def test_the_document_is_not_sent_twice(ask: Caller) -> None:
    tag = ask.get("/openapi.json").headers["ETag"]
    assert ask.get("/openapi.json", headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize(
    ("tokens", "wrong"),
    [
        (Tokens(secret="x" * 40), "JYNCO_JWT_ISSUER"),
        (Tokens("issuer", "jynco", secret="x" * 31), "at least 32"),
        (Tokens("issuer", "jynco", secret="x" * 40, public_key="y"), "one of"),
        (Tokens("issuer", public_key="y"), "JYNCO_JWT_AUDIENCE"),
    ],
)
def test_a_guard_in_appearance_only_does_not_start(settings: Settings, tokens: Tokens, wrong: str) -> None:
    with pytest.raises(UsageWrong, match=wrong):
        create_app(replace(settings, tokens=tokens))


@pytest.mark.parametrize(
    ("auth", "host", "asks"),
    [
        (None, "127.0.0.1", False),
        (None, "::1", False),
        (None, "0.0.0.0", True),
        (None, "192.0.2.7", True),
        ("required", "127.0.0.1", True),
        ("off", "0.0.0.0", False),
    ],
)
def test_names_are_asked_for_beyond_this_machine(
    settings: Settings, auth: str | None, host: str, asks: bool
) -> None:
    assert asks_for_names(replace(settings, auth=auth, host=host)) is asks
