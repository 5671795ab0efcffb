"""Holds an answer against the OpenAPI document that the application publishes."""

from __future__ import annotations

import re
from typing import Any

import jsonschema
from flask import Flask
from referencing import Registry
from referencing.jsonschema import DRAFT202012
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

HOME = "urn:openapi"


class Contract:
    """What was promised: statuses, media types, headers and shapes of every answer."""

    def __init__(self, app: Flask) -> None:
        self.spec: dict[str, Any] = app.test_client().get("/openapi.json").get_json()
        whole = DRAFT202012.create_resource(self.spec)
        self._registry: Registry[Any] = Registry().with_resource(HOME, whole)
        self._addresses = app.url_map.bind("localhost")

    def operation(self, method: str, path: str) -> dict[str, Any] | None:
        """What is said of this call; None where there is no such address, or it is not part of the API."""
        try:
            rule, _ = self._addresses.match(path.partition("?")[0], method, return_rule=True)
        except HTTPException:
            return None
        plain = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        found: dict[str, Any] | None = self.spec["paths"].get(plain, {}).get(method.lower())
        return found

    def check(self, method: str, path: str, answer: TestResponse) -> None:
        """AssertionError, or a ValidationError of jsonschema, where the answer is not as promised."""
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        if answer.status_code >= 400:
            self._problem(answer)
        operation = self.operation(method, path)
        if operation is None or answer.status_code in {304, 206}:
            return
        promised = operation["responses"].get(str(answer.status_code)) or operation["responses"]["default"]
        promised = self._followed(promised)
        assert set(promised.get("headers", {})) <= set(answer.headers.keys()), promised
        self._body(promised.get("content", {}), answer)

    def _body(self, content: dict[str, Any], answer: TestResponse) -> None:
        if not content:
            assert not answer.data
            return
        kind = answer.mimetype or ""
        assert kind in content or kind.startswith("video/"), (kind, list(content))
        if kind.endswith("json"):
            self._valid(answer.get_json(force=True), content[kind]["schema"])

    def _problem(self, answer: TestResponse) -> None:
        assert answer.mimetype == "application/problem+json"
        told = answer.get_json(force=True)
        self._valid(told, {"$ref": "#/components/schemas/ProblemTold"})
        assert told["status"] == answer.status_code
        assert "Traceback" not in answer.text

    def _valid(self, value: object, schema: dict[str, Any]) -> None:
        anchored = {"$ref": HOME + schema["$ref"]} if "$ref" in schema else schema
        jsonschema.Draft202012Validator(anchored, registry=self._registry).validate(value)

    def _followed(self, part: dict[str, Any]) -> dict[str, Any]:
        for step in part.get("$ref", "").split("/")[1:]:
            part = (self.spec if step == "components" else part)[step]
        return part
