"""Answers in JSON. Schemas document them; a test holds every answer against what OpenAPI says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import orjson
from flask import Response

from jynco.model.storyboard import Json

JSON = "application/json"


def told(
    body: Mapping[str, Json],
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    *,
    content_type: str = JSON,
) -> Response:
    """A JSON object as an answer."""
    return Response(orjson.dumps(body), status, headers, content_type=content_type)


def moment(when: datetime) -> str:
    """A time in UTC as RFC 3339 writes it."""
    return when.astimezone(UTC).isoformat().replace("+00:00", "Z")
