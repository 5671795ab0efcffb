"""Who asks: an API key or a token behind ``Authorization: Bearer``, or this machine itself where nobody is asked.

Every address wants a name unless it says otherwise; one that was forgotten is closed, not open.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final

from flask import Flask, g, request

from api.errors import Forbidden, NameWanted
from api.tokens import Verifier
from config.guard import asks_for_names
from config.settings import Settings
from jynco.adapters.database import secret
from jynco.adapters.database.desk import LOCAL, Scope, desk
from jynco.model.versions import Mark
from workers import house as houses
from workers.house import house

READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN: Final = frozenset({"static", "openapi_json", "docs", "editor.static"})  # what everybody may know
log = logging.getLogger("jynco.api")


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with a name: whose projects are meant, and what may be done with them."""

    tenant: str
    scope: Scope
    name: str


HERE: Final = Caller(LOCAL, Scope.ADMIN, "this machine")
_wanted: dict[str, Scope | None] = {}


def caller() -> Caller:
    """Who asks."""
    who = g.get("caller", HERE)
    assert isinstance(who, Caller)
    return who


def mark() -> Mark:
    """What is noted of a change that this request makes."""
    return Mark(caller().name)


def want(endpoint: str, scope: Scope | None) -> None:
    """Say what an address asks of its callers; None: nothing, not even a name."""
    _wanted[endpoint] = scope


def scope_of(method: str) -> Scope:
    """What a method asks for where nothing else was said."""
    return Scope.READ if method in READING else Scope.SUBMIT


def register(app: Flask, settings: Settings) -> None:
    """Ask everybody who comes in, where this installation does."""
    asked, verifier = asks_for_names(settings), Verifier.of(settings.tokens)

    def look() -> None:
        houses.enter(LOCAL)  # whoever comes in next on this thread is not the one before
        wanted = _wanted.get(request.endpoint or "", scope_of(request.method))
        if not asked or wanted is None or request.endpoint in OPEN:
            return
        g.caller = _named(verifier)
        houses.enter(g.caller.tenant)
        if not g.caller.scope.allows(wanted):
            raise Forbidden(f"This key may {g.caller.scope} only, and this needs {wanted}.", wanted)

    def leave(_: BaseException | None) -> None:
        houses.enter(None)

    app.before_request(look)
    app.teardown_request(leave)


def _named(verifier: Verifier | None) -> Caller:
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not given.strip():
        raise NameWanted(
            "Say who you are: send 'Authorization: Bearer' with an API key or a token.", given=False
        )
    return _by_key(given.strip()) if given.strip().startswith("jk_") else _by_token(given.strip(), verifier)


def _by_key(given: str) -> Caller:
    key = desk(house().database).keys.find(secret.hashed(given)) if secret.PATTERN.fullmatch(given) else None
    if key is None:
        raise NameWanted("This API key is unknown or was revoked: 'jynco keys create' makes another.")
    return Caller(key.tenant, key.scope, key.key_id)


def _by_token(given: str, verifier: Verifier | None) -> Caller:
    if verifier is None:
        raise NameWanted("This installation takes API keys only; they begin with jk_.")
    bearer = verifier.read(given)
    return Caller(bearer.tenant, bearer.scope, bearer.subject)
