"""Who may come in, and what they may do (facts: tokens with fixed algorithms and required claims, hashed keys)."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Flask

from api import create_app
from config.settings import Settings
from config.variables import Tokens
from jynco.adapters.database import secret
from jynco.adapters.database.desk import ApiKey, Scope, desk
from tests.integration.api.conftest import Caller, numbers, storyboard
from workers import house as houses
from workers.house import house

ROOT = Path(__file__).parents[3]
SECRET = "a secret of more than thirty-two bytes"
Headers = dict[str, str]
Key = Callable[..., Headers]


@pytest.fixture(scope="module")
def guarded(app: Flask, settings: Settings) -> Iterator[Caller]:
    """The application, asking everybody for a name."""
    house().close()
    tokens = Tokens("https://issuer.example", "jynco", secret=SECRET)
    yield Caller(create_app(replace(settings, auth="required", tokens=tokens)))
    house().close()
    houses.use(settings)


@pytest.fixture
def key() -> Key:
    """Makes keys; the headers that carry one."""

    def make(scope: Scope = Scope.ADMIN, tenant: str = "local") -> Headers:
        words = secret.fresh()
        made = ApiKey(f"key_{next(numbers)}-{time.monotonic_ns()}", "test", tenant, scope)
        desk(house().database).keys.add(made, secret.hashed(words))
        return {"Authorization": f"Bearer {words}"}

    return make


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    told = {"iss": "https://issuer.example", "aud": "jynco", "sub": "ann", "tenant": "local", "scope": "read"}
    whole = {**told, "iat": now, "exp": now + 600, **changes}
    return {name: value for name, value in whole.items() if value is not None}


def bearer(token: str) -> Headers:
    return {"Authorization": f"Bearer {token}"}


def signed(**changes: Any) -> Headers:
    return bearer(jwt.encode(claims(**changes), SECRET, "HS256"))


def test_nobody_comes_in_without_a_name(guarded: Caller) -> None:
    for method, path in (("GET", "/v1/projects"), ("POST", "/v1/projects"), ("GET", "/v1/nothing")):
        refused = guarded(method, path)
        assert (refused.status_code, refused.get_json()["code"]) == (401, "unauthorized")
        assert refused.headers["WWW-Authenticate"] == 'Bearer realm="jynco"'


def test_what_everybody_may_know_is_open(guarded: Caller) -> None:
    for path in ("/healthz", "/readyz", "/openapi.json", "/docs"):
        assert guarded.get(path).status_code == 200


def test_every_other_address_wants_a_name(guarded: Caller) -> None:
    known = {"project_id": "proj_a", "clip_id": "clip_a", "job_id": "job_render_a", "number": "0"}
    free = {"/healthz", "/readyz", "/openapi.json", "/docs"}
    asked = 0
    for path, operations in guarded.contract.spec["paths"].items():
        for method in operations.keys() & {"get", "post", "put", "patch", "delete"}:
            status = guarded(method.upper(), path.format_map(defaultdict(lambda: "x", known))).status_code
            assert (status == 401) is (path not in free), (method, path, status)
            asked += 1
    assert asked >= 18


def test_a_key_lets_in_until_it_is_revoked(guarded: Caller, key: Key) -> None:
    headers = key(Scope.READ)
    assert guarded.get("/v1/projects", headers=headers).status_code == 200
    found = desk(house().database).keys.find(secret.hashed(headers["Authorization"].split()[1]))
    assert found is not None
    desk(house().database).keys.revoke(found.key_id)
    refused = guarded.get("/v1/projects", headers=headers)
    assert refused.status_code == 401
    assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer jk_",
        "Bearer jk_x\xe9",
        f"Bearer jk_{'a' * 43}",
        "Basic YTpi",
        "Bearer a.b.c",
        "jk_x",
    ],
)
def test_what_is_no_key_of_ours_is_refused(guarded: Caller, header: str) -> None:
    assert guarded.get("/v1/projects", headers={"Authorization": header}).status_code == 401


def test_webhooks_are_for_admins(guarded: Caller, key: Key) -> None:
    for method, path in (("GET", ""), ("POST", ""), ("GET", "/wh_a"), ("POST", "/wh_a/rotate")):
        refused = guarded(method, f"/v1/webhooks{path}", headers=key(Scope.SUBMIT))
        assert refused.status_code == 403, (method, path)


def test_a_scope_is_kept_to(guarded: Caller, key: Key, project_id: str) -> None:
    refused = guarded.post("/v1/projects", json=storyboard(project_id), headers=key(Scope.READ))
    assert (refused.status_code, refused.get_json()["code"]) == (403, "forbidden")
    assert 'scope="submit"' in refused.headers["WWW-Authenticate"]
    submit, admin = key(Scope.SUBMIT), key(Scope.ADMIN)
    assert guarded.post("/v1/projects", json=storyboard(project_id), headers=submit).status_code == 201
    assert guarded("DELETE", f"/v1/projects/{project_id}", headers=submit).status_code == 403
    assert guarded("DELETE", f"/v1/projects/{project_id}", headers=admin).status_code == 204


def test_a_token_lets_in(guarded: Caller) -> None:
    assert guarded.get("/v1/projects", headers=signed()).status_code == 200
    assert guarded.post("/v1/projects", json={}, headers=signed()).status_code == 403
    assert guarded.post("/v1/projects", json={}, headers=signed(scope="read submit")).status_code == 422


@pytest.mark.parametrize(
    "changes",
    [
        *({name: None} for name in ("iss", "aud", "sub", "tenant", "exp", "iat", "scope")),
        {"iss": "https://other.example"},
        {"aud": "another"},
        {"exp": 1_000_000_000},
        {"exp": 4_000_000_000},
        {"iat": 4_000_000_000, "exp": 4_000_000_600},
        {"tenant": "../local"},
        {"tenant": ["local"]},
        {"tenant": "local\n"},
        {"sub": 7},
        {"scope": "root"},
        {"exp": "soon"},
        {"exp": "4102444800"},
        {"exp": float("inf")},
        {"iat": [1]},
    ],
)
def test_a_token_with_a_claim_that_is_off_is_refused(guarded: Caller, changes: dict[str, Any]) -> None:
    assert guarded.get("/v1/projects", headers=signed(**changes)).status_code == 401


def test_a_token_chooses_no_algorithm(guarded: Caller) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    words = [json.dumps({"alg": "none", "typ": "JWT"}), json.dumps(claims())]
    unsigned = ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in words) + "."
    for token in (
        unsigned,
        jwt.encode(claims(), key, "RS256"),
        jwt.encode(claims(), SECRET + " and more", "HS256"),
        jwt.encode(claims(), SECRET + "x" * 60, "HS512"),
        "a" * 9000,
        "e30.e30.e30",
    ):
        assert guarded.get("/v1/projects", headers=bearer(token)).status_code == 401


def test_a_public_key_is_no_secret(app: Flask, settings: Settings) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    house().close()
    tokens = Tokens("https://issuer.example", "jynco", public_key=public.decode())
    ask = Caller(create_app(replace(settings, auth="required", tokens=tokens)))
    try:
        good = bearer(jwt.encode(claims(), key, "RS256"))
        assert ask.get("/v1/projects", headers=good).status_code == 200
        assert ask.get("/v1/projects", headers=signed()).status_code == 401
    finally:
        house().close()
        houses.use(settings)


def test_a_page_of_another_site_changes_nothing(ask: Caller, project_id: str) -> None:
    theirs = {"Sec-Fetch-Site": "cross-site"}
    assert ask.post("/v1/projects", json=storyboard(project_id), headers=theirs).status_code == 403
    assert ask.get("/v1/projects", headers=theirs).status_code == 200
    ours = {"Sec-Fetch-Site": "same-origin"}
    assert ask.post("/v1/projects", json=storyboard(project_id), headers=ours).status_code == 201


def test_keys_are_made_and_revoked_from_a_terminal(guarded: Caller, settings: Settings) -> None:
    def jynco(*arguments: str) -> dict[str, Any]:
        urls = {"DATABASE_URL": settings.database_url or "", "REDIS_URL": settings.redis_url or ""}
        command = [sys.executable, "-m", "jynco", "keys", *arguments, "--json", "--data", str(settings.data)]
        env = {**os.environ, **urls}
        ran = subprocess.run(
            command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=True
        )
        return dict(json.loads(ran.stdout))

    made = jynco("create", "build server", "--scope", "read", "--tenant", "builders")
    headers = bearer(made["key"])
    assert guarded.get("/v1/projects", headers=headers).get_json()["items"] == []
    assert guarded.post("/v1/projects", json={}, headers=headers).status_code == 403
    listed = [key for key in jynco("list")["keys"] if key["keyId"] == made["keyId"]]
    assert [(key["name"], key["tenant"], key["scope"]) for key in listed] == [
        ("build server", "builders", "read")
    ]
    assert "key" not in listed[0], "shown once"
    assert jynco("revoke", made["keyId"])["revokedAt"] is not None
    assert guarded.get("/v1/projects", headers=headers).status_code == 401
