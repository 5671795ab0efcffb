"""What a job waits for, where it cannot go on now, so that people can see it and mend it."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE jobs ADD COLUMN waits json, ADD COLUMN waits_since timestamp with time zone")


def downgrade() -> None:
    op.execute("ALTER TABLE jobs DROP COLUMN waits, DROP COLUMN waits_since")
