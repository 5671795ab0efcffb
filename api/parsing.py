"""webargs, with our reader of bodies and our words for what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn

import marshmallow as ma
from flask import Request
from webargs.flaskparser import FlaskParser

from api import bodies
from api.errors import RequestInvalid
from jynco.errors import Fault


class Parser(FlaskParser):
    """Reads queries and bodies into schemas. RequestInvalid names every place."""

    # A misspelt name that is passed over in silence lists everything instead of little.
    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {  # noqa: RUF012 - as webargs declares it
        "query": ma.RAISE,
        "json": ma.RAISE,
    }

    def load_json(self, *_: Any) -> Any:
        """The body, {} where there is none."""
        return bodies.small()

    def load_querystring(self, req: Request, *_: Any) -> Any:
        """The query; a name that comes twice is a fault, not a choice."""
        twice = [name for name, values in req.args.lists() if len(values) > 1]
        if twice:
            raise RequestInvalid(
                Fault(f"/{name}", "twice", f"{name} is given more than once") for name in twice
            )
        return req.args.to_dict()

    def handle_error(self, error: ma.ValidationError, *_: Any, **__: Any) -> NoReturn:
        """Say every place as a JSON Pointer into the body, or ``/name`` for a query."""
        messages: dict[str, Any] = error.normalized_messages()  # type: ignore[no-untyped-call] # marshmallow's own
        raise RequestInvalid(
            Fault(pointer, "invalid", words)
            for part in messages.values()
            for pointer, words in _places("", part)
        )


def _places(pointer: str, messages: object) -> Iterator[tuple[str, str]]:
    if isinstance(messages, dict):
        for name, below in messages.items():
            step = "" if name == "_schema" else "/" + str(name).replace("~", "~0").replace("/", "~1")
            yield from _places(pointer + step, below)
    elif isinstance(messages, list):
        for message in messages:
            yield pointer, str(message)


PARSER = Parser()
