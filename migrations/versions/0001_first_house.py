"""The first house: projects, clips, jobs, the ledger of generations, events.

Plain SQL, frozen: the tables of jynco.adapters.database may change later, this step may not.
"""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

PROJECTS = """
CREATE TABLE projects (
    project_id text COLLATE "C" NOT NULL,
    tenant text COLLATE "C" NOT NULL DEFAULT 'local',
    document json NOT NULL,
    revision bigint NOT NULL DEFAULT 1,
    changes bigint NOT NULL DEFAULT 1,
    mirrored bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    CONSTRAINT pk_projects PRIMARY KEY (project_id)
);
CREATE INDEX ix_projects_tenant ON projects (tenant, project_id);
CREATE INDEX ix_projects_behind ON projects (updated_at) WHERE mirrored < changes;
"""

CLIPS = """
CREATE TABLE clips (
    project_id text COLLATE "C" NOT NULL,
    clip_id text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL DEFAULT 'pending',
    job_id text COLLATE "C",
    cache_key text COLLATE "C",
    source_file text,
    error_code text COLLATE "C",
    error_message text,
    attempts integer NOT NULL DEFAULT 0,
    cache_hit boolean NOT NULL DEFAULT false,
    cost_usd numeric(12, 6) NOT NULL DEFAULT 0,
    provider text COLLATE "C",
    model text COLLATE "C",
    updated_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    CONSTRAINT pk_clips PRIMARY KEY (project_id, clip_id),
    CONSTRAINT fk_clips_project_id
        FOREIGN KEY (project_id) REFERENCES projects (project_id) ON DELETE CASCADE,
    CONSTRAINT ck_clips_status CHECK (status IN ('pending', 'generating', 'completed', 'failed'))
);
CREATE INDEX ix_clips_job_id ON clips (job_id);
"""

JOBS = """
CREATE TABLE jobs (
    job_id text COLLATE "C" NOT NULL,
    ordinal bigint GENERATED ALWAYS AS IDENTITY,
    project_id text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    purpose text COLLATE "C" NOT NULL,
    lane text COLLATE "C" NOT NULL,
    correlation_id text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL DEFAULT 'queued',
    parent_id text COLLATE "C",
    clip_id text COLLATE "C",
    shot json,
    image text,
    document json,
    options json NOT NULL DEFAULT '{}',
    attempts integer NOT NULL DEFAULT 0,
    crashes integer NOT NULL DEFAULT 0,
    resends integer NOT NULL DEFAULT 0,
    progress double precision NOT NULL DEFAULT 0,
    receipt json,
    failure json,
    output text,
    owner text COLLATE "C",
    fence bigint NOT NULL DEFAULT 0,
    lease_until timestamptz,
    due_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    created_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    started_at timestamptz,
    finished_at timestamptz,
    CONSTRAINT pk_jobs PRIMARY KEY (job_id),
    CONSTRAINT uq_jobs_ordinal UNIQUE (ordinal),
    CONSTRAINT fk_jobs_project_id
        FOREIGN KEY (project_id) REFERENCES projects (project_id) ON DELETE CASCADE,
    CONSTRAINT fk_jobs_parent_id
        FOREIGN KEY (parent_id) REFERENCES jobs (job_id) ON DELETE CASCADE,
    CONSTRAINT ck_jobs_kind CHECK (kind IN ('motion', 'render')),
    CONSTRAINT ck_jobs_purpose CHECK (purpose IN ('preview', 'final', 'clips')),
    CONSTRAINT ck_jobs_lane CHECK (lane IN ('high', 'normal', 'low')),
    CONSTRAINT ck_jobs_state CHECK (state IN ('queued', 'running', 'completed', 'failed', 'cancelled')),
    CONSTRAINT ck_jobs_progress CHECK (progress BETWEEN 0 AND 1),
    CONSTRAINT ck_jobs_lease CHECK ((owner IS NULL) = (lease_until IS NULL)),
    CONSTRAINT ck_jobs_finished CHECK ((state IN ('queued', 'running')) = (finished_at IS NULL))
);
CREATE INDEX ix_jobs_project ON jobs (project_id, ordinal);
CREATE INDEX ix_jobs_parent_id ON jobs (parent_id);
CREATE INDEX ix_jobs_due ON jobs (due_at) WHERE state IN ('queued', 'running');
"""

GENERATIONS = """
CREATE TABLE generations (
    generation_id bigint GENERATED ALWAYS AS IDENTITY,
    cache_key text COLLATE "C" NOT NULL,
    attempt integer NOT NULL,
    project_id text COLLATE "C" NOT NULL,
    clip_id text COLLATE "C" NOT NULL,
    job_id text COLLATE "C" NOT NULL,
    provider text COLLATE "C" NOT NULL,
    model text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL DEFAULT 'intent',
    owner text COLLATE "C" NOT NULL,
    fence bigint NOT NULL DEFAULT 1,
    lease_until timestamptz,
    task_id text,
    details json NOT NULL DEFAULT '{}',
    estimated_usd numeric(12, 6),
    actual_usd numeric(12, 6),
    error_code text COLLATE "C",
    error_message text,
    created_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    CONSTRAINT pk_generations PRIMARY KEY (generation_id),
    CONSTRAINT uq_generations_cache_key_attempt UNIQUE (cache_key, attempt),
    CONSTRAINT ck_generations_state
        CHECK (state IN ('intent', 'submitted', 'succeeded', 'done', 'failed', 'unknown'))
);
CREATE UNIQUE INDEX uq_generations_live ON generations (cache_key)
    WHERE state IN ('intent', 'submitted', 'succeeded');
CREATE INDEX ix_generations_project ON generations (project_id, generation_id);
"""

EVENTS = """
CREATE TABLE events (
    event_id bigint GENERATED ALWAYS AS IDENTITY,
    project_id text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    payload json NOT NULL,
    created_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    CONSTRAINT pk_events PRIMARY KEY (event_id),
    CONSTRAINT fk_events_project_id
        FOREIGN KEY (project_id) REFERENCES projects (project_id) ON DELETE CASCADE
);
CREATE INDEX ix_events_project ON events (project_id, event_id);
"""


def upgrade() -> None:
    for table in (PROJECTS, CLIPS, JOBS, GENERATIONS, EVENTS):
        op.execute(table)


def downgrade() -> None:
    for table in ("events", "generations", "jobs", "clips", "projects"):
        op.execute(f"DROP TABLE {table}")
