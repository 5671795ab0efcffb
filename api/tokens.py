"""JSON Web Tokens: believed when they are ours to believe, by one fixed algorithm and with every claim in place."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Any, Final

import jwt

from api.errors import NameWanted
from config.variables import Tokens
from jynco.adapters.database.desk import TENANT_PATTERN, Scope
from jynco.errors import ServiceAway

REQUIRED: Final = ("exp", "iat", "iss", "aud", "sub", "tenant")
LONGEST: Final = 24 * 3600  # seconds; a token cannot be revoked, so it may not live long
LEEWAY: Final = 30  # seconds by which clocks may differ
LARGEST: Final = 8192  # characters
PATIENCE: Final = 2.0  # seconds for the issuer's keys
AWAY: Final = (
    5.0  # seconds without asking for them once more, after nobody answered: who comes now need not wait, too
)
COOLDOWN: Final = 30.0  # seconds between two looks for a key that nobody knows, whatever tokens name


@dataclass(frozen=True, slots=True)
class Bearer:
    """What a token says of who carries it."""

    tenant: str
    scope: Scope
    subject: str


class Verifier:
    """Reads tokens of one issuer."""

    def __init__(self, tokens: Tokens, *, cooldown: float = COOLDOWN) -> None:
        self._tokens = tokens
        self._algorithm = "HS256" if tokens.secret else "RS256"
        self._away_until = 0.0
        self._jwks = (
            jwt.PyJWKClient(tokens.jwks_url, timeout=PATIENCE, cooldown_duration=cooldown)
            if tokens.jwks_url
            else None
        )

    @classmethod
    def of(cls, tokens: Tokens) -> Verifier | None:
        """None where no key was given to know tokens by."""
        return cls(tokens) if tokens.secret or tokens.jwks_url or tokens.public_key else None

    def read(self, token: str) -> Bearer:
        """What the token says. NameWanted when it is not to be believed; ServiceAway while its keys cannot be had."""
        try:
            if len(token) > LARGEST:
                raise jwt.InvalidTokenError("too long")
            return _bearer(self._claims(token))
        except jwt.PyJWKClientConnectionError as fault:
            self._away_until = time.monotonic() + AWAY
            raise _away() from fault
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError) as fault:
            # A signed claim may be of any kind. PyJWT's words name the claim that is off, and nothing of ours.
            raise NameWanted(
                f"This token is not to be believed: {str(fault)[:100] or 'it is damaged'}."
            ) from fault

    def _claims(self, token: str) -> dict[str, Any]:
        claims: dict[str, Any] = jwt.decode(
            token,
            self._key(token),
            algorithms=[self._algorithm],
            issuer=self._tokens.issuer,
            audience=self._tokens.audience,
            leeway=LEEWAY,
            options={"require": list(REQUIRED), "strict_aud": False},
        )
        return claims

    def _key(self, token: str) -> Any:
        if self._jwks is not None:
            if time.monotonic() < self._away_until:
                raise _away()
            return self._jwks.get_signing_key_from_jwt(token).key
        return self._tokens.secret or self._tokens.public_key


def _away() -> ServiceAway:
    return ServiceAway("The keys that tokens are signed with cannot be read just now.", retry_after=AWAY)


def _bearer(claims: dict[str, Any]) -> Bearer:
    tenant, subject = claims["tenant"], claims["sub"]
    if not isinstance(tenant, str) or not re.match(TENANT_PATTERN, tenant):
        raise jwt.InvalidTokenError("its tenant is no name of one")
    if claims["exp"] - claims["iat"] > LONGEST:
        raise jwt.InvalidTokenError(f"it lives longer than {LONGEST // 3600} hours")
    named = str(claims.get("scope", "")).split()
    scopes = [scope for scope in Scope if scope in named]
    if not scopes:
        raise jwt.InvalidTokenError("its scope has none of read, submit and admin")
    return Bearer(tenant, scopes[-1], str(subject))
