"""Browsers' sessions that were ended: a copy of a cookie opens nothing once its owner has signed out."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ENDED = """
CREATE TABLE ended_sessions (
    session text COLLATE "C" NOT NULL,
    over_at timestamptz NOT NULL,
    CONSTRAINT pk_ended_sessions PRIMARY KEY (session)
);
CREATE INDEX ix_ended_sessions_over_at ON ended_sessions (over_at);
"""


def upgrade() -> None:
    op.execute(ENDED)


def downgrade() -> None:
    op.execute("DROP TABLE ended_sessions")
