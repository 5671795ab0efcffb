"""Admission: who waits at a vendor's door, which vendors fail, what people hold back; and understudies of clips."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ADMISSION = """
ALTER TABLE jobs ADD COLUMN lineup json NOT NULL DEFAULT '[]';
ALTER TABLE jobs ADD COLUMN said json NOT NULL DEFAULT '[]';
CREATE TABLE admissions (
    admission_id bigint GENERATED ALWAYS AS IDENTITY,
    provider text COLLATE "C" NOT NULL,
    model text COLLATE "C" NOT NULL,
    account text COLLATE "C" NOT NULL,
    cache_key text COLLATE "C" NOT NULL,
    job_id text COLLATE "C" NOT NULL,
    project_id text COLLATE "C" NOT NULL,
    tenant text COLLATE "C" NOT NULL,
    lane text COLLATE "C" NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    until timestamptz NOT NULL,
    admitted_at timestamptz,
    CONSTRAINT pk_admissions PRIMARY KEY (admission_id),
    CONSTRAINT ck_admissions_lane CHECK (lane IN ('high', 'normal', 'low'))
);
CREATE UNIQUE INDEX uq_admissions_waiting ON admissions (job_id) WHERE admitted_at IS NULL;
CREATE INDEX ix_admissions_line ON admissions (provider, account) WHERE admitted_at IS NULL;
CREATE INDEX ix_admissions_admitted ON admissions (provider, account, admitted_at);
CREATE INDEX ix_admissions_cache_key ON admissions (cache_key);
CREATE TABLE breakers (
    provider text COLLATE "C" NOT NULL,
    model text COLLATE "C" NOT NULL,
    account text COLLATE "C" NOT NULL,
    failures integer NOT NULL DEFAULT 0,
    trips integer NOT NULL DEFAULT 0,
    reason text,
    open_until timestamptz,
    probe_job text COLLATE "C",
    probe_until timestamptz,
    updated_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    CONSTRAINT pk_breakers PRIMARY KEY (provider, model, account)
);
CREATE TABLE pauses (
    name text COLLATE "C" NOT NULL,
    since timestamptz NOT NULL DEFAULT statement_timestamp(),
    CONSTRAINT pk_pauses PRIMARY KEY (name)
);
"""


def upgrade() -> None:
    op.execute(ADMISSION)


def downgrade() -> None:
    op.execute("DROP TABLE pauses, breakers, admissions")
    op.execute("ALTER TABLE jobs DROP COLUMN said, DROP COLUMN lineup")
