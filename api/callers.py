"""Who asks: an API key or a token behind ``Authorization: Bearer``, or in the cookie of a browser that has signed in,
or this machine itself where nobody is asked.

Every address wants a name unless it says otherwise; one that was forgotten is closed, not open.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final

from flask import Flask, current_app, g, request

from api.errors import Forbidden, NameWanted
from api.sessions import Session, Sessions, prove, sessions
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


def wants_name(endpoint: str | None) -> bool:
    """Whether an address asks for a name, where this installation asks at all."""
    return _wanted.get(endpoint or "", Scope.READ) is not None


def scope_of(method: str) -> Scope:
    """What a method asks for where nothing else was said."""
    return Scope.READ if method in READING else Scope.SUBMIT


def register(app: Flask, settings: Settings) -> None:
    """Ask everybody who comes in, where this installation does."""
    asked, verifier = asks_for_names(settings), Verifier.of(settings.tokens)
    app.extensions["jynco.sessions"] = Sessions(settings)
    app.extensions["jynco.verifier"] = verifier

    def look() -> None:
        houses.enter(LOCAL)  # whoever comes in next on this thread is not the one before
        wanted = _wanted.get(request.endpoint or "", scope_of(request.method))
        if not asked or wanted is None or request.endpoint in OPEN:
            return
        g.caller = _named()
        houses.enter(g.caller.tenant)
        if not g.caller.scope.allows(wanted):
            raise Forbidden(f"This key may {g.caller.scope} only, and this needs {wanted}.", wanted)

    def leave(_: BaseException | None) -> None:
        houses.enter(None)

    app.before_request(look)
    app.teardown_request(leave)


def asked() -> bool:
    """Whether everybody has to say who they are."""
    return asks_for_names(house().settings)


def known(given: str) -> Caller:
    """Whom a key, or a token, stands for. NameWanted where it stands for nobody."""
    return _by_key(secret.hashed(given), given) if given.startswith("jk_") else _by_token(given)


def behind(session: Session) -> Caller:
    """Whom a session stands for. NameWanted where it was ended, its key was revoked, or its token is over."""
    if desk(house().database).exits.ended(session.name):
        raise NameWanted("This session was ended: sign in again.")
    return _by_token(session.token) if session.token else _by_key(session.key or "")


def _named() -> Caller:
    if "Authorization" not in request.headers and (session := sessions().current()) is not None:
        return _signed_in(session)
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not given.strip():
        raise NameWanted(
            "Say who you are: send 'Authorization: Bearer' with an API key or a token.", given=False
        )
    return known(given.strip())


def _signed_in(session: Session) -> Caller:
    """Whom a session stands for; what it changes, a page of ours must have sent."""
    if request.method not in READING:
        prove(session)
    g.session = session
    return behind(session)


def _by_key(sha256: str, given: str | None = None) -> Caller:
    whole = given is None or secret.PATTERN.fullmatch(given)
    key = desk(house().database).keys.find(sha256) if whole else None
    if key is None:
        raise NameWanted("This API key is unknown or was revoked: 'jynco keys create' makes another.")
    return Caller(key.tenant, key.scope, key.key_id)


def _by_token(given: str) -> Caller:
    verifier: Verifier | None = current_app.extensions["jynco.verifier"]
    if verifier is None:
        raise NameWanted("This installation takes API keys only; they begin with jk_.")
    bearer = verifier.read(given)
    return Caller(bearer.tenant, bearer.scope, bearer.subject)
