"""Tokens of an issuer who publishes its keys (facts: fixed algorithms, issuer, audience and required claims)."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from flask import Flask
from jwt.algorithms import RSAAlgorithm

from api import create_app
from api.errors import NameWanted
from api.tokens import Verifier
from config.settings import Settings
from config.variables import Tokens
from jynco.errors import ServiceAway
from tests.integration.api.conftest import Caller
from tests.integration.api.test_api_callers import bearer, claims
from workers import house as houses
from workers.house import house

OLD, NEW, STRANGER = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(3))


@dataclass
class Issuer:
    """Publishes keys, by their names; counts who asks."""

    keys: dict[str, rsa.RSAPrivateKey]
    url: str = ""
    asked: int = 0
    status: int = 200
    body: bytes | None = None
    more: dict[str, Any] = field(default_factory=dict)

    def published(self) -> bytes:
        told = [
            {**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": name, **self.more}
            for name, key in self.keys.items()
        ]
        return json.dumps({"keys": told}).encode() if self.body is None else self.body


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    here = Issuer({"old": OLD})

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here.asked += 1
            body = here.published()
            self.send_response(here.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Keys) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        here.url = f"http://127.0.0.1:{server.server_port}/keys"
        yield here
        server.shutdown()
        thread.join()


def tokens(issuer: Issuer) -> Tokens:
    return Tokens("https://issuer.example", "jynco", jwks_url=issuer.url)


def signed(key: Any = OLD, name: str | None = "old", algorithm: str = "RS256", **changes: Any) -> str:
    headers = {} if name is None else {"kid": name}
    return jwt.encode(claims(**changes), key, algorithm, headers=headers)


def public(key: rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def test_a_token_of_the_issuer_lets_in(app: Flask, settings: Settings, issuer: Issuer) -> None:
    house().close()
    ask = Caller(create_app(replace(settings, auth="required", tokens=tokens(issuer))))
    try:
        for _ in range(3):
            assert ask.get("/v1/projects", headers=bearer(signed())).status_code == 200
        assert issuer.asked == 1, "its keys are kept for a while"
        assert ask.get("/v1/projects", headers=bearer(signed(STRANGER))).status_code == 401
        assert ask.post("/v1/projects", json={}, headers=bearer(signed())).status_code == 403
    finally:
        house().close()
        houses.use(settings)


def test_keys_are_changed_without_a_restart(issuer: Issuer) -> None:
    verifier = Verifier(tokens(issuer), cooldown=0.0)
    assert verifier.read(signed()).tenant == "local"
    issuer.keys = {"old": OLD, "new": NEW}
    assert verifier.read(signed(NEW, "new")).subject == "ann"
    assert verifier.read(signed()).subject == "ann", "both hold while both are published"
    issuer.keys = {"new": NEW}
    with pytest.raises(NameWanted):
        verifier.read(signed(STRANGER, "other"))  # nobody knows it, so the keys are read anew
    with pytest.raises(NameWanted):
        verifier.read(signed())


def test_names_that_nobody_knows_do_not_have_the_issuer_asked_each_time(issuer: Issuer) -> None:
    verifier = Verifier(tokens(issuer))
    for number in range(20):
        with pytest.raises(NameWanted):
            verifier.read(signed(STRANGER, f"kid-{number}"))
    assert issuer.asked == 1


def forged() -> dict[str, str]:
    """Tokens that name the issuer's key and were not signed with it, or say what they may not."""
    words = [
        jwt.utils.base64url_encode(json.dumps(part).encode()).decode()
        for part in ({"alg": "none", "kid": "old"}, claims())
    ]
    curve = ec.generate_private_key(ec.SECP256R1())
    secret = jwt.utils.base64url_encode(
        jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(_hmac_words(), public(OLD))
    ).decode()
    return {
        "no algorithm": ".".join(words) + ".",
        "the public key as a secret": f"{_hmac_words().decode()}.{secret}",
        "another key under the same name": signed(STRANGER),
        "another family": signed(curve, algorithm="ES256"),
        "a stronger digest": signed(algorithm="RS512"),
        "no key named": signed(name=None),
        "another issuer": signed(iss="https://other.example"),
        "another audience": signed(aud="another"),
        "over": signed(iat=1_000_000_000, exp=1_000_000_600),
        "too long a life": signed(exp=4_000_000_000),
        "not yet": signed(nbf=4_000_000_000),
        "no tenant": signed(tenant=None),
        "a changed claim": _changed(),
    }


def _hmac_words() -> bytes:
    head = {"alg": "HS256", "kid": "old", "typ": "JWT"}
    return b".".join(jwt.utils.base64url_encode(json.dumps(part).encode()) for part in (head, claims()))


def _changed() -> str:
    head, _, signature = signed().split(".")
    other = jwt.utils.base64url_encode(json.dumps(claims(tenant="acme", scope="admin")).encode()).decode()
    return f"{head}.{other}.{signature}"


def test_what_is_not_the_issuers_is_not_believed(issuer: Issuer) -> None:
    verifier = Verifier(tokens(issuer))
    assert verifier.read(signed()).scope == "read"
    for kind, token in forged().items():
        with pytest.raises(NameWanted):
            assert verifier.read(token) is None, kind


@pytest.mark.parametrize("more", [{"alg": "HS256"}, {"use": "enc"}, {"kty": "oct", "k": "c2VjcmV0"}])
def test_keys_that_are_not_for_signing_are_not_used(issuer: Issuer, more: dict[str, str]) -> None:
    issuer.more = more
    with pytest.raises(NameWanted):
        Verifier(tokens(issuer)).read(signed())


@pytest.mark.parametrize(
    "body", [b"", b"no json", b"[]", b"{}", b'{"keys": []}', b'{"keys": 5}', b'{"keys": [5]}']
)
def test_an_issuer_who_publishes_nonsense_lets_nobody_in(issuer: Issuer, body: bytes) -> None:
    issuer.body = body
    with pytest.raises(NameWanted):
        Verifier(tokens(issuer)).read(signed())


def test_an_issuer_who_is_away_is_not_asked_by_everybody(issuer: Issuer) -> None:
    issuer.status = 500
    verifier = Verifier(tokens(issuer))
    for _ in range(5):
        with pytest.raises(ServiceAway):
            verifier.read(signed())
    assert issuer.asked == 1
