"""OpenAPI 3.1 at /openapi.json, and the same as a page at /docs: rendered here, without any script."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from flask import Flask, Response, json, render_template, request
from flask.typing import ResponseReturnValue
from flask_smorest import Api

from api import names, problems, promised, routes
from api.schemas.base import Dollars
from api.schemas.problems import ProblemTold
from jynco.document.schema import schema
from jynco.model.storyboard import Json

METHODS: Final = ("get", "post", "put", "patch", "delete")
BEARER: Final = {
    "type": "http",
    "scheme": "bearer",
    "description": "An API key (jk_...) or a JSON Web Token. This machine's own door may ask for none.",
}
DESCRIPTION: Final = (
    "Jynco turns a storyboard into a film. Create a project from a storyboard, upload its pictures, start a job, "
    "follow it, download the film. Errors are problems (RFC 9457): look at `code`, `retryable` and `errors`. "
    "Where names are asked for, `RateLimit-Policy` and `RateLimit` say with every answer how often the tenant may ask "
    "and how it stands; one request too many is a 429 `rate_limited` with `Retry-After`."
)


def register(app: Flask) -> None:
    """Register every route with ``app``, and what is told of them."""
    app.config.update(API_TITLE="Jynco", API_VERSION="1", OPENAPI_VERSION="3.1.0")
    api = _Api(spec_kwargs={"info": {"description": DESCRIPTION}})
    api.init_app(app)
    api.register_field(Dollars, ["number", "string"], None)
    for name, kind in names.CONVERTERS.items():
        api.register_converter(kind, names.described)
        assert name in app.url_map.converters
    api.spec.components.security_scheme("bearer", BEARER)
    for name, part in _storyboard().items():
        api.spec.components.schema(name, component=part)
    for each in routes.ALL:
        api.register_blueprint(each.blueprint)
    _serve(app, promised.add(_finished(api.spec.to_dict())))


class _Api(Api):  # type: ignore[misc] # flask-smorest ships no types
    """flask-smorest's, with our problems instead of its errors."""

    ERROR_SCHEMA = ProblemTold

    def _register_error_handlers(self) -> None:
        """``api.problems`` answers errors."""


def _serve(app: Flask, spec: dict[str, Any]) -> None:
    text = json.dumps(spec)

    def openapi_json() -> ResponseReturnValue:
        answer = Response(text, content_type="application/json")
        answer.add_etag()
        return answer.make_conditional(request)

    def docs() -> ResponseReturnValue:
        return render_template(
            "docs.html", spec=spec, methods=METHODS, phrases={str(s.value): s.phrase for s in HTTPStatus}
        )

    with app.app_context():
        app.add_url_rule("/openapi.json", view_func=openapi_json)
        app.add_url_rule("/docs", view_func=docs)


def _finished(spec: dict[str, Any]) -> dict[str, Any]:
    """flask-smorest tells errors as plain JSON; ours are problems, and say so."""
    for answer in spec["components"].get("responses", {}).values():
        content = answer.get("content", {})
        if "application/json" in content:
            content[problems.MEDIA_TYPE] = content.pop("application/json")
    return spec


def _storyboard() -> dict[str, Json]:
    """The storyboard's own schema, its parts as components beside it."""
    whole = {name: part for name, part in schema().items() if name not in {"$schema", "$id", "$defs"}}
    parts = schema().get("$defs")
    named = {_part(name): part for name, part in parts.items()} if isinstance(parts, dict) else {}
    return {name: _moved(part) for name, part in {"Storyboard": whole, **named}.items()}


def _part(name: str) -> str:
    return "Storyboard" + name[:1].upper() + name[1:]


def _moved(part: Json) -> Json:
    if isinstance(part, list):
        return [_moved(item) for item in part]
    if not isinstance(part, dict):
        return part
    moved = {name: _moved(value) for name, value in part.items()}
    reference = part.get("$ref")
    if isinstance(reference, str):
        moved["$ref"] = "#/components/schemas/" + _part(reference.removeprefix("#/$defs/"))
    return moved
