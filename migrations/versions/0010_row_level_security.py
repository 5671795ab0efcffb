"""A tenant's rows are shown to nobody else by Postgres itself, whatever a question forgets to say.

Whoever asks says for whom in ``jynco.tenant``; ``*`` is everybody, for the workers; nothing said is nothing shown.
Superusers pass by every policy, and the embedded server knows no other user: such connections become ``jynco_app``.
"""

from collections.abc import Sequence

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BY_TENANT: Sequence[str] = (
    "projects", "generations", "admissions", "tenant_budgets", "webhooks", "replies", "api_keys"
)  # fmt: skip
BY_PROJECT: Sequence[str] = ("clips", "jobs", "events", "versions", "project_budgets", "assets", "uploads")

ASKED = "(SELECT current_setting('jynco.tenant', true))"
OWN_TENANT = f"{ASKED} = '*' OR tenant = {ASKED}"
OWN_PROJECT = f"{ASKED} = '*' OR EXISTS (SELECT FROM projects p WHERE p.project_id = {{table}}.project_id)"
OWN_WEBHOOK = (
    f"{ASKED} = '*' OR EXISTS (SELECT FROM webhooks w WHERE w.webhook_id = webhook_deliveries.webhook_id)"
)

# A role belongs to the whole server, whose other databases may be migrated at the same moment.
ROLE = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'jynco_app')
       AND (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        CREATE ROLE jynco_app NOLOGIN NOBYPASSRLS;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END
$$
"""
GRANTS = """
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'jynco_app')
       AND (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO jynco_app;
        GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO jynco_app;
        ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO jynco_app;
        ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO jynco_app;
    END IF;
END
$$
"""
NO_GRANTS = """
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'jynco_app')
       AND (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        DROP OWNED BY jynco_app;
    END IF;
END
$$
"""


def upgrade() -> None:
    for table, rule in _rules().items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own ON {table} USING ({rule})")
    op.execute(ROLE)
    op.execute(GRANTS)


def downgrade() -> None:
    op.execute(NO_GRANTS)
    for table in _rules():
        op.execute(f"DROP POLICY own ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")


def _rules() -> dict[str, str]:
    by_project = {table: OWN_PROJECT.format(table=table) for table in BY_PROJECT}
    return {**dict.fromkeys(BY_TENANT, OWN_TENANT), **by_project, "webhook_deliveries": OWN_WEBHOOK}
