"""API keys, found by their hash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from jynco.adapters.database.desk import ApiKey, unknown_key
from jynco.adapters.database.memory.store import Store, alone
from jynco.errors import Conflict


class MemoryKeys:
    """The twin of the ``api_keys`` table."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._rows: dict[str, tuple[str, ApiKey]] = {}  # hash and key, by id

    @alone
    def add(self, key: ApiKey, sha256: str) -> ApiKey:
        """Let whoever has this key in. Conflict when the id is taken."""
        if key.key_id in self._rows or any(known == sha256 for known, _ in self._rows.values()):
            raise Conflict("It exists already; read it again before changing it.")
        kept = replace(key, created_at=self.store.now(), revoked_at=None)
        self._rows[key.key_id] = (sha256, kept)
        return kept

    @alone
    def find(self, sha256: str) -> ApiKey | None:
        """The key of this hash, unless it was revoked."""
        found = (key for known, key in self._rows.values() if known == sha256)
        return next((key for key in found if key.revoked_at is None), None)

    @alone
    def page(self, tenant: str | None, after: str | None, limit: int) -> Sequence[ApiKey]:
        """Keys by id, revoked ones too; ``tenant`` None: everybody's."""
        keys = sorted((key for _, key in self._rows.values()), key=lambda key: key.key_id)
        wanted = [key for key in keys if tenant in {None, key.tenant}]
        return [key for key in wanted if after is None or key.key_id > after][:limit]

    @alone
    def revoke(self, key_id: str) -> ApiKey:
        """Let nobody in by this key any more, from now on. NotFound."""
        if key_id not in self._rows:
            raise unknown_key(key_id)
        sha256, key = self._rows[key_id]
        ended = replace(key, revoked_at=key.revoked_at or self.store.now())
        self._rows[key_id] = (sha256, ended)
        return ended
