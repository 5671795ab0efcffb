"""API keys, found by their hash."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import RowMapping, func, insert, select, update

from jynco.adapters.database.desk import ApiKey, Scope, unknown_key
from jynco.adapters.database.postgres.gate import Gate
from jynco.adapters.database.postgres.tables import NOW, api_keys


class PostgresKeys:
    """The ``api_keys`` table."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def add(self, key: ApiKey, sha256: str) -> ApiKey:
        """Let whoever has this key in. Conflict when the id is taken."""
        asked = {"key_id": key.key_id, "name": key.name, "tenant": key.tenant, "scope": key.scope}
        made = insert(api_keys).values(**asked, hash=sha256).returning(api_keys)
        with self._gate.transaction() as connection:
            return _key(connection.execute(made).mappings().one())

    def find(self, sha256: str) -> ApiKey | None:
        """The key of this hash, unless it was revoked."""
        valid = select(api_keys).where(api_keys.c.hash == sha256, api_keys.c.revoked_at.is_(None))
        with self._gate.autocommit() as connection:
            row = connection.execute(valid).mappings().one_or_none()
        return None if row is None else _key(row)

    def page(self, tenant: str | None, after: str | None, limit: int) -> Sequence[ApiKey]:
        """Keys by id, revoked ones too; ``tenant`` None: everybody's."""
        chosen = select(api_keys).order_by(api_keys.c.key_id).limit(limit)
        chosen = chosen if tenant is None else chosen.where(api_keys.c.tenant == tenant)
        chosen = chosen if after is None else chosen.where(api_keys.c.key_id > after)
        with self._gate.autocommit() as connection:
            return [_key(row) for row in connection.execute(chosen).mappings()]

    def revoke(self, key_id: str) -> ApiKey:
        """Let nobody in by this key any more, from now on. NotFound."""
        ended = update(api_keys).where(api_keys.c.key_id == key_id)
        values = {"revoked_at": func.coalesce(api_keys.c.revoked_at, NOW)}
        with self._gate.transaction() as connection:
            row = connection.execute(ended.values(values).returning(api_keys)).mappings().one_or_none()
        if row is None:
            raise unknown_key(key_id)
        return _key(row)


def _key(row: RowMapping) -> ApiKey:
    values = {name: row[name] for name in ApiKey.__dataclass_fields__}
    return ApiKey(**{**values, "scope": Scope(row["scope"])})
