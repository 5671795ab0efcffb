"""When a vendor may have heard of an order for the first time. NULL: nothing was sent.

The default is for releases that do not know the column: what they begin, and what they left, may have been sent.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE generations ADD COLUMN asked_at timestamp with time zone DEFAULT statement_timestamp()"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE generations DROP COLUMN asked_at")
