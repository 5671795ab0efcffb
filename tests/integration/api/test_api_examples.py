"""What the OpenAPI document gives as examples is sent as it is written, and taken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from api.promised import EXAMPLES
from tests.integration.api.conftest import Caller

NAMES = {"project_id": "proj_dawn", "clip_id": "clip_001"}
HEADERS = {"putStoryboard": {"If-Match": "*"}, "patchStoryboard": {"If-Match": "*"}}
PROJECT, BUDGET = "/v1/projects/proj_dawn", "/v1/costs/budget"


@pytest.fixture
def cleared(ask: Caller) -> Iterator[None]:
    """Nothing of the example is there, before or after."""
    for _ in range(2):
        assert ask("DELETE", PROJECT).status_code in {204, 404}
        assert ask("DELETE", BUDGET).status_code == 204
        if _ == 0:
            yield


def operations(ask: Caller) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Method, path and description of each, by its name."""
    return {
        operation["operationId"]: (method.upper(), path, operation)
        for path, below in ask.contract.spec["paths"].items()
        for method, operation in below.items()
        if method != "parameters"
    }


@pytest.mark.usefixtures("cleared")
def test_every_example_is_taken(ask: Caller) -> None:
    known = operations(ask)
    for name in EXAMPLES:
        method, path, operation = known[name]
        for kind, media in operation["requestBody"]["content"].items():
            headers = {**HEADERS.get(name, {}), "Content-Type": kind}
            body = ask.app.json.dumps(media["example"])
            answer = ask(method, path.format(**NAMES), data=body, headers=headers)
            assert answer.status_code in {200, 201, 202, 204}, (name, answer.text)


def test_every_body_in_json_has_an_example_or_may_be_left_out(ask: Caller) -> None:
    """What needs something to be there first is named, so that nothing new is forgotten."""
    first = {"importEdit", "addAsset", "settleUnknown"}
    for name, (_, _, operation) in operations(ask).items():
        body = operation.get("requestBody", {})
        needed = body.get("required") and "application/json" in body["content"]
        assert not needed or name in EXAMPLES or name in first, name


def test_the_small_examples_are_what_their_fields_take(ask: Caller) -> None:
    found = 0
    for part in ask.contract.spec["components"]["schemas"].values():
        for field in part.get("properties", {}).values():
            for example in field.get("examples", []) if isinstance(field, dict) else []:
                bare = {name: said for name, said in field.items() if name != "$ref"}
                jsonschema.Draft202012Validator(bare).validate(example)
                found += 1
    assert found >= 20
