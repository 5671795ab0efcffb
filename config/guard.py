"""Who may be let in without a name: only this machine, unless somebody says otherwise."""

from __future__ import annotations

import ipaddress
from typing import Final

from config.settings import Settings
from config.variables import Tokens
from jynco.errors import UsageWrong

SHORTEST_SECRET: Final = 32  # bytes, as many as HS256 mixes in


def asks_for_names(settings: Settings) -> bool:
    """Whether everybody has to say who they are. Unless it was said: whoever is reached beyond this machine asks."""
    return settings.auth == "required" or (settings.auth is None and not is_loopback(settings.host))


def refuse_unguarded(settings: Settings) -> None:
    """UsageWrong where the door would be guarded in appearance only."""
    tokens = settings.tokens
    kinds = [kind for kind in (tokens.secret, tokens.jwks_url, tokens.public_key) if kind]
    if len(kinds) > 1:
        raise UsageWrong(
            "Set one of JYNCO_JWT_SECRET, JYNCO_JWT_JWKS_URL and JYNCO_JWT_PUBLIC_KEY: tokens are signed in one way."
        )
    if kinds:
        _refuse_anybodys(tokens)


def _refuse_anybodys(tokens: Tokens) -> None:
    if not tokens.issuer or not tokens.audience:
        raise UsageWrong(
            "Set JYNCO_JWT_ISSUER and JYNCO_JWT_AUDIENCE: a token for somebody else would be believed."
        )
    if tokens.secret and len(tokens.secret.encode()) < SHORTEST_SECRET:
        raise UsageWrong(
            f"JYNCO_JWT_SECRET must have at least {SHORTEST_SECRET} characters: it could be guessed."
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach ``host``."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
