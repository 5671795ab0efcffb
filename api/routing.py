"""A flask-smorest blueprint behind types: one decorator a route says all that OpenAPI has to know of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import EllipsisType
from typing import TypeVar

from flask.typing import ResponseReturnValue
from flask_smorest import Blueprint
from marshmallow import Schema

from api import callers
from api.once import HEADER, once
from api.parsing import PARSER
from jynco.adapters.database.desk import Scope
from jynco.model.storyboard import Json

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


@dataclass(frozen=True, slots=True)
class Answer:
    """What a route answers when all is well. ``schema``: a marshmallow class, or an OpenAPI schema to document."""

    schema: type[Schema] | Mapping[str, Json] | None = None
    status: int = 200
    content_type: str | None = None
    headers: tuple[str, ...] = ()
    content: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)  # of other media types, too


@dataclass(frozen=True, slots=True)
class Body:
    """A body that the route reads itself: media type to OpenAPI schema."""

    content: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)


class Routes:
    """The routes of one resource. Views take path names, ``query`` and ``body`` by keyword."""

    def __init__(self, name: str, description: str) -> None:
        self.blueprint = Blueprint(name, f"api.{name}", description=description)
        self.blueprint.ARGUMENTS_PARSER = PARSER

    def route(
        self,
        method: str,
        path: str,
        *,
        answer: Answer,
        query: type[Schema] | None = None,
        body: type[Schema] | Body | None = None,
        takes: tuple[str, ...] = (),
        errors: tuple[int, ...] = (),
        idempotent: bool = False,
        scope: Scope | None | EllipsisType = ...,
    ) -> Callable[[View], View]:
        """Register a view. ``takes``: headers it reads; ``errors``: the statuses worth naming beside 'default'.

        ``idempotent``: with an Idempotency-Key it is done once, however often it is sent. ``scope``: what a caller
        must be allowed to, None for nothing; unless said, to read for GET and to submit for the rest.
        """
        takes = (*takes, HEADER) if idempotent else takes

        def register(view: View) -> View:
            told = self._answers(answer)(view)
            told = self._asks(query, body, takes)(told)
            for kind, schema in answer.content.items():
                other = self.blueprint.alt_response(
                    answer.status, schema=schema, content_type=kind, success=True
                )
                told = other(told)
            told = self.blueprint.doc(operationId=_camel(view.__name__))(told)
            wanted = callers.scope_of(method) if scope is ... else scope
            callers.want(f"{self.blueprint.name}.{view.__name__}", wanted)
            told = self.blueprint.doc(security=[] if wanted is None else [{"bearer": []}, {}])(told)
            for status in errors:
                told = self.blueprint.alt_response(status, response=HTTPStatus(status).name)(told)
            told = self.blueprint.alt_response("default", response="DEFAULT_ERROR")(told)
            told = once(told) if idempotent else told
            self.blueprint.route(path, methods=[method], endpoint=view.__name__)(told)
            return view

        return register

    def _answers(self, answer: Answer) -> Callable[[object], object]:
        headers = {
            name: {"description": HEADERS[name], "schema": {"type": "string"}} for name in answer.headers
        }
        decorate: Callable[[object], object] = self.blueprint.response(
            answer.status, answer.schema, content_type=answer.content_type, headers=headers or None
        )
        return decorate

    def _asks(
        self, query: type[Schema] | None, body: type[Schema] | Body | None, takes: tuple[str, ...]
    ) -> Callable[[object], object]:
        def decorate(view: object) -> object:
            if query is not None:
                view = self.blueprint.arguments(query, location="query", arg_name="query")(view)
            if isinstance(body, Body):
                content = {kind: {"schema": schema} for kind, schema in body.content.items()}
                view = self.blueprint.doc(requestBody={"required": True, "content": content})(view)
            elif body is not None:
                wanted = any(field.required for field in body().fields.values())
                view = self.blueprint.arguments(body, location="json", arg_name="body", required=wanted)(view)
            parameters = [_header(name) for name in takes]
            return self.blueprint.doc(parameters=parameters)(view) if parameters else view

        return decorate


HEADERS = {
    "Location": "Where the new thing is.",
    "ETag": "The version of the storyboard, for If-Match.",
    "Retry-After": "Seconds until it is worth asking again.",
    "If-Match": "The ETag of the version that is to be replaced.",
    "If-None-Match": "An ETag; 304 when it still holds.",
    "Range": "The bytes that are wanted.",
    "Last-Event-ID": "The last event seen; those after it are sent first.",
    "Prefer": "wait=10: answer when the job has ended, or after so many seconds.",
    "Content-Disposition": "A name for the file.",
    "Accept-Ranges": "bytes",
    HEADER: "A name of yours for this request, such as a UUID: sent again within a day, it is answered again "
    "and not done again.",
}


SHAPES: dict[str, dict[str, Json]] = {HEADER: {"pattern": "^[!-~]{1,255}$"}}


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def _header(name: str) -> dict[str, Json]:
    # Not marked as required: the answer to a missing If-Match is 428, with a sentence.
    shape: dict[str, Json] = {"type": "string", **SHAPES.get(name, {})}
    return {"in": "header", "name": name, "description": HEADERS[name], "schema": shape}
