"""API keys: found by their hash until they are revoked."""

from __future__ import annotations

import pytest

from jynco.adapters.database import secret
from jynco.adapters.database.desk import ApiKey, Keys, Scope
from jynco.errors import Conflict, NotFound
from tests.contract.databases import Subject


@pytest.fixture
def keys(subject: Subject) -> Keys:
    return subject.database.keys


def key(name: str, tenant: str = "acme", scope: Scope = Scope.SUBMIT) -> ApiKey:
    return ApiKey(f"key_{name}", f"The key of {name}", tenant, scope)


def test_a_key_is_found_by_its_hash(keys: Keys) -> None:
    made = keys.add(key("ann"), "hash-1")
    assert made.created_at is not None
    assert (made.name, made.tenant, made.scope) == ("The key of ann", "acme", Scope.SUBMIT)
    assert keys.find("hash-1") == made
    assert keys.find("hash-2") is None


def test_a_revoked_key_is_not_found(keys: Keys) -> None:
    keys.add(key("ann"), "hash-1")
    ended = keys.revoke("key_ann")
    assert ended.revoked_at is not None
    assert keys.find("hash-1") is None
    assert keys.revoke("key_ann") == ended, "it stays revoked as of then"
    with pytest.raises(NotFound, match="key_bob"):
        keys.revoke("key_bob")


def test_keys_are_listed_by_tenant(keys: Keys) -> None:
    for name, tenant in (("c", "acme"), ("a", "acme"), ("b", "zoo")):
        keys.add(key(name, tenant), f"hash-{name}")
    assert [each.key_id for each in keys.page(None, None, 10)] == ["key_a", "key_b", "key_c"]
    assert [each.key_id for each in keys.page("acme", None, 10)] == ["key_a", "key_c"]
    assert [each.key_id for each in keys.page(None, "key_a", 1)] == ["key_b"]


def test_a_key_is_made_once(keys: Keys) -> None:
    keys.add(key("ann"), "hash-1")
    with pytest.raises(Conflict):
        keys.add(key("ann"), "hash-2")
    with pytest.raises(Conflict):
        keys.add(key("bob"), "hash-1")


def test_scopes_include_those_before_them() -> None:
    allowed = [(one, other) for one in Scope for other in Scope if one.allows(other)]
    assert len(allowed) == 6
    assert not Scope.READ.allows(Scope.SUBMIT)
    assert Scope.ADMIN.allows(Scope.READ)


def test_secrets_are_long_and_never_the_same() -> None:
    made = {secret.fresh() for _ in range(100)}
    assert len(made) == 100
    assert all(secret.PATTERN.fullmatch(each) for each in made)
    assert secret.hashed("jk_a") != secret.hashed("jk_b")
