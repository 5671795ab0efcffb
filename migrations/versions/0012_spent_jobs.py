"""Jobs that may be forgotten one day are found by their end, without a look at all the others."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

SPENT = """
CREATE INDEX ix_jobs_finished_at ON jobs (finished_at, job_id)
    WHERE finished_at IS NOT NULL AND parent_id IS NULL AND (kind <> 'motion' OR state <> 'completed')
"""


def upgrade() -> None:
    op.execute(SPENT)


def downgrade() -> None:
    op.execute("DROP INDEX ix_jobs_finished_at")
