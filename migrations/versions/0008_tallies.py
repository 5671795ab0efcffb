"""What happened is counted in rows, so that what is measured outlives every process and every deleted project."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TALLIES = """
CREATE TABLE tallies (
    tally_id bigint GENERATED ALWAYS AS IDENTITY,
    metric text COLLATE "C" NOT NULL,
    labels text COLLATE "C" NOT NULL,
    bucket smallint NOT NULL,
    number bigint NOT NULL,
    amount double precision NOT NULL,
    CONSTRAINT pk_tallies PRIMARY KEY (tally_id)
);
CREATE INDEX ix_generations_reserved ON generations (provider, model)
    WHERE state IN ('intent', 'submitted', 'succeeded', 'unknown');
"""


def upgrade() -> None:
    op.execute(TALLIES)


def downgrade() -> None:
    op.execute("DROP INDEX ix_generations_reserved; DROP TABLE tallies")
