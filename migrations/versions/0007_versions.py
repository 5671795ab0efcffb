"""What people wanted before, so that it can be had again; what they want now is the first version."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

VERSIONS = """
CREATE TABLE versions (
    project_id text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    origin bigint NOT NULL,
    parent bigint,
    author text NOT NULL DEFAULT '',
    document json NOT NULL,
    created_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    CONSTRAINT pk_versions PRIMARY KEY (project_id, revision),
    CONSTRAINT fk_versions_project_id FOREIGN KEY (project_id)
        REFERENCES projects (project_id) ON DELETE CASCADE
);
INSERT INTO versions (project_id, revision, origin, document, created_at)
    SELECT project_id, revision, revision, document, updated_at FROM projects;
"""


def upgrade() -> None:
    op.execute(VERSIONS)


def downgrade() -> None:
    op.execute("DROP TABLE versions")
