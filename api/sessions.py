"""Browsers that have signed in: a cookie that stands for the key, or the token, that was given at the door.

The key itself stays out of it: the cookie holds its hash, signed, and each request looks the key up again, so that a
revoked key ends its sessions. Whoever signs out ends a session for every copy of its cookie. A page of ours proves that
it sent a request by a number that no other page can read.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Final

from flask import Response, current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer

from api import installation
from api.errors import PageUnproven
from config.settings import Settings
from jynco.adapters.database import secret
from jynco.adapters.database.desk import desk
from workers.house import house

COOKIE: Final = "jynco_session"
HEADER: Final = "X-CSRF-Token"
LIFE: Final = 12 * 3600  # seconds; a day's work, and then one says again who one is
LONGEST: Final = 3000  # characters of a token: browsers keep cookies of 4 kB


@dataclass(frozen=True, slots=True)
class Session:
    """Who has signed in, by the hash of an API key or by a token; ``csrf``: what only our own pages know."""

    key: str | None
    token: str | None
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    @property
    def name(self) -> str:
        """What stands for it where it is noted that it was ended; it opens nothing."""
        return secret.hashed(self.csrf)


class Sessions:
    """Gives cookies, and reads them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @cached_property
    def _signer(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(installation.secret(self._settings), salt="jynco.session")

    def give(self, answer: Response, session: Session) -> None:
        """Sign in whoever gets this answer. ServiceAway where there is no place for a secret of ours."""
        answer.set_cookie(
            COOKIE,
            self._signer.dumps(asdict(session)),
            max_age=LIFE,
            secure=self._encrypted(),
            httponly=True,
            samesite="Strict",
        )

    def end(self, answer: Response, session: Session | None) -> None:
        """Let the browser forget, and nobody in by a copy of its cookie. ServiceAway when that cannot be noted."""
        if session is not None:
            desk(house().database).exits.end(session.name, LIFE)
        answer.delete_cookie(COOKIE, secure=self._encrypted(), httponly=True, samesite="Strict")

    def current(self) -> Session | None:
        """The session of this request; None where there is none, or where it is over."""
        try:
            told = self._signer.loads(request.cookies[COOKIE], max_age=LIFE)
            return Session(told["key"], told["token"], told["csrf"])
        except (KeyError, TypeError, BadData):
            return None

    def _encrypted(self) -> bool:
        """Whether the browser came over https; a proxy that unpacks it says so, and a lie harms the liar alone."""
        ahead = request.headers.get("X-Forwarded-Proto", "").partition(",")[0].strip()
        return request.is_secure or ahead == "https" or (self._settings.public_url or "").startswith("https:")


def sessions() -> Sessions:
    """Those of this application."""
    found = current_app.extensions["jynco.sessions"]
    assert isinstance(found, Sessions)
    return found


def prove(session: Session) -> None:
    """PageUnproven unless a page of ours has sent this request."""
    if not hmac.compare_digest(request.headers.get(HEADER, "").encode(), session.csrf.encode()):
        raise PageUnproven(
            f"This page is out of date: load it again. Its changes say {HEADER}, and this one did not."
        )
