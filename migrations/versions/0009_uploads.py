"""Files that people send are counted, and may be sent straight to the storage."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ASSETS = """
CREATE TABLE assets (
    project_id text COLLATE "C" NOT NULL,
    sha256 text COLLATE "C" NOT NULL,
    path text NOT NULL,
    media_type text COLLATE "C" NOT NULL,
    size bigint NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    duration double precision,
    created_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    CONSTRAINT pk_assets PRIMARY KEY (project_id, sha256),
    CONSTRAINT fk_assets_project_id FOREIGN KEY (project_id)
        REFERENCES projects (project_id) ON DELETE CASCADE
)
"""
UPLOADS = """
CREATE TABLE uploads (
    upload_id text COLLATE "C" NOT NULL,
    project_id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    size bigint NOT NULL,
    sha256 text COLLATE "C",
    media_type text COLLATE "C",
    asset text COLLATE "C",
    expires_at timestamptz NOT NULL,
    CONSTRAINT pk_uploads PRIMARY KEY (upload_id),
    CONSTRAINT fk_uploads_project_id FOREIGN KEY (project_id)
        REFERENCES projects (project_id) ON DELETE CASCADE
);
CREATE INDEX ix_uploads_project_id ON uploads (project_id);
CREATE INDEX ix_uploads_expires_at ON uploads (expires_at);
"""


def upgrade() -> None:
    op.execute(ASSETS)
    op.execute(UPLOADS)


def downgrade() -> None:
    op.execute("DROP TABLE uploads")
    op.execute("DROP TABLE assets")
