"""Receivers of webhooks, and what each is owed and was told."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

WEBHOOKS = """
CREATE TABLE webhooks (
    webhook_id text COLLATE "C" NOT NULL,
    tenant text COLLATE "C" NOT NULL,
    url text NOT NULL,
    topics json NOT NULL DEFAULT '[]',
    description text NOT NULL DEFAULT '',
    secret text NOT NULL,
    old_secret text,
    old_until timestamptz,
    created_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    failing_since timestamptz,
    disabled_at timestamptz,
    disabled_reason text,
    CONSTRAINT pk_webhooks PRIMARY KEY (webhook_id),
    CONSTRAINT ck_webhooks_rotation CHECK ((old_secret IS NULL) = (old_until IS NULL)),
    CONSTRAINT ck_webhooks_disabled CHECK ((disabled_at IS NULL) = (disabled_reason IS NULL))
);
CREATE INDEX ix_webhooks_tenant ON webhooks (tenant, webhook_id);
CREATE TABLE webhook_deliveries (
    delivery_id text COLLATE "C" NOT NULL,
    ordinal bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    webhook_id text COLLATE "C" NOT NULL,
    topic text COLLATE "C" NOT NULL,
    payload json NOT NULL,
    state text COLLATE "C" NOT NULL DEFAULT 'pending',
    attempts integer NOT NULL DEFAULT 0,
    tries integer NOT NULL DEFAULT 0,
    log json NOT NULL DEFAULT '[]',
    due_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    owner text COLLATE "C",
    lease_until timestamptz,
    created_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    ended_at timestamptz,
    CONSTRAINT pk_webhook_deliveries PRIMARY KEY (delivery_id),
    CONSTRAINT uq_webhook_deliveries_ordinal UNIQUE (ordinal),
    CONSTRAINT fk_webhook_deliveries_webhook_id FOREIGN KEY (webhook_id)
        REFERENCES webhooks (webhook_id) ON DELETE CASCADE,
    CONSTRAINT ck_webhook_deliveries_state CHECK (state IN ('pending', 'delivered', 'failed')),
    CONSTRAINT ck_webhook_deliveries_ended CHECK ((state = 'pending') = (ended_at IS NULL)),
    CONSTRAINT ck_webhook_deliveries_lease CHECK ((owner IS NULL) = (lease_until IS NULL))
);
CREATE INDEX ix_webhook_deliveries_webhook ON webhook_deliveries (webhook_id, ordinal);
CREATE INDEX ix_webhook_deliveries_due ON webhook_deliveries (webhook_id, due_at) WHERE state = 'pending';
CREATE INDEX ix_webhook_deliveries_ended_at ON webhook_deliveries (ended_at);
"""


def upgrade() -> None:
    op.execute(WEBHOOKS)


def downgrade() -> None:
    op.execute("DROP TABLE webhook_deliveries, webhooks")
