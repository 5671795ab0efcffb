from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from api import create_app
from api.schemas.base import MONEY
from config.settings import Settings
from jynco.errors import UsageWrong
from tests.integration.api.conftest import Caller

VALUES = {"project_id": "proj_nobody", "clip_id": "clip_1", "job_id": "job_render_nobody"}


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
    ("auth", "host"), [(None, "0.0.0.0"), (None, "192.0.2.7"), ("required", "127.0.0.1")]
)
def test_an_open_door_has_to_be_asked_for(settings: Settings, auth: str | None, host: str) -> None:
    with pytest.raises(UsageWrong, match="JYNCO_AUTH"):
        create_app(replace(settings, auth=auth, host=host))
