"""Replies: what was answered to a request with an Idempotency-Key, to be given again to the same one."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

REPLIES = """
CREATE TABLE replies (
    tenant text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    request text COLLATE "C" NOT NULL,
    owner text COLLATE "C" NOT NULL,
    lease_until timestamptz NOT NULL,
    status integer,
    headers json,
    body bytea,
    created_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    CONSTRAINT pk_replies PRIMARY KEY (tenant, key),
    CONSTRAINT ck_replies_answered CHECK ((status IS NULL) = (body IS NULL))
);
CREATE INDEX ix_replies_created_at ON replies (created_at);
"""


def upgrade() -> None:
    op.execute(REPLIES)


def downgrade() -> None:
    op.execute("DROP TABLE replies")
