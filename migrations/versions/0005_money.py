"""Money: who pays for an attempt and for which request, what was ordered, and budgets."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MONEY = """
ALTER TABLE generations
    ADD COLUMN tenant text COLLATE "C" NOT NULL DEFAULT 'local',
    ADD COLUMN correlation_id text COLLATE "C",
    ADD COLUMN shot json,
    ADD COLUMN withdrawn_at timestamptz;
UPDATE generations SET tenant = projects.tenant FROM projects WHERE projects.project_id = generations.project_id;
UPDATE generations SET correlation_id = jobs.correlation_id, shot = jobs.shot
    FROM jobs WHERE jobs.job_id = generations.job_id;
CREATE INDEX ix_generations_tenant ON generations (tenant, created_at);
CREATE INDEX ix_generations_correlation_id ON generations (correlation_id);
CREATE INDEX ix_clips_cache_key ON clips (cache_key);
CREATE TABLE project_budgets (
    project_id text COLLATE "C" NOT NULL,
    usd numeric(12, 6) NOT NULL,
    allow_unpriced boolean NOT NULL DEFAULT false,
    updated_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    CONSTRAINT pk_project_budgets PRIMARY KEY (project_id),
    CONSTRAINT fk_project_budgets_project_id FOREIGN KEY (project_id)
        REFERENCES projects (project_id) ON DELETE CASCADE,
    CONSTRAINT ck_project_budgets_usd CHECK (usd >= 0)
);
CREATE TABLE tenant_budgets (
    tenant text COLLATE "C" NOT NULL,
    usd numeric(12, 6) NOT NULL,
    allow_unpriced boolean NOT NULL DEFAULT false,
    updated_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    CONSTRAINT pk_tenant_budgets PRIMARY KEY (tenant),
    CONSTRAINT ck_tenant_budgets_usd CHECK (usd >= 0)
);
"""


def upgrade() -> None:
    op.execute(MONEY)


def downgrade() -> None:
    op.execute("DROP TABLE tenant_budgets, project_budgets")
    op.execute("DROP INDEX ix_clips_cache_key")
    op.execute(
        "ALTER TABLE generations DROP COLUMN withdrawn_at, DROP COLUMN shot, DROP COLUMN correlation_id,"
        " DROP COLUMN tenant"
    )
