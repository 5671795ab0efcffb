"""API keys: who may come in, as which tenant, and what they may do."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

API_KEYS = """
CREATE TABLE api_keys (
    key_id text COLLATE "C" NOT NULL,
    hash text COLLATE "C" NOT NULL,
    name text NOT NULL,
    tenant text COLLATE "C" NOT NULL,
    scope text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    revoked_at timestamptz,
    CONSTRAINT pk_api_keys PRIMARY KEY (key_id),
    CONSTRAINT uq_api_keys_hash UNIQUE (hash),
    CONSTRAINT ck_api_keys_scope CHECK (scope IN ('read', 'submit', 'admin'))
);
CREATE INDEX ix_api_keys_tenant ON api_keys (tenant, key_id);
"""


def upgrade() -> None:
    op.execute(API_KEYS)


def downgrade() -> None:
    op.execute("DROP TABLE api_keys")
