"""Row level security (facts: Postgres itself holds tenants apart, behind the questions that do)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import errors, sql
from sqlalchemy import text

from jynco.adapters.database.desk import ApiKey, Scope
from jynco.adapters.database.postgres.gate import Gate
from jynco.adapters.database.postgres.tables import metadata
from jynco.model.ids import ProjectId
from jynco.model.money import Budget
from jynco.model.uploads import Asset, Upload
from jynco.model.webhooks import Topic, Webhook
from tests.contract.databases import (
    FILM,
    PROJECT,
    Subject,
    document,
    film,
    in_postgres,
    made,
    motion,
    pending,
    shot,
)

OTHER = ProjectId("proj_zoo")
NOBODYS = {
    "tallies",
    "breakers",
    "pauses",
    "ended_sessions",
}  # of the whole installation, and without a word about whose it is


@pytest.fixture
def subject(database_url: str) -> Iterator[Subject]:
    with in_postgres(database_url) as subject:
        yield subject


@pytest.fixture
def filled(subject: Subject, database_url: str) -> Subject:
    """A row of acme's in every table that has tenants."""
    whole, acme = subject.database, subject.database.of("acme")
    acme.projects.create(PROJECT, document())
    acme.webhooks.add(Webhook("wh_acme", "https://hooks.example.com/", "secret", (Topic.CLIP_COMPLETED,)))
    jobs = [film(), motion("a")]
    acme.jobs.accept(jobs, [pending(jobs[1])])
    assert whole.ledger.take(shot("a").key, jobs[1], "worker-1", 30) is not None
    whole.jobs.finish_motion(subject.claim(jobs[1]), made(jobs[1]))
    for project_id in (None, PROJECT):
        acme.books.set_budget(project_id, Budget(usd=5))  # type: ignore[arg-type]
    acme.replies.begin("acme", "key", "request", "owner", 30)
    whole.keys.add(ApiKey("key_acme", "test", "acme", Scope.READ), "0" * 64)
    acme.uploads.begin(Upload("up_sea", PROJECT, "sea.png", 5), 60)
    acme.uploads.keep(Asset(PROJECT, "0" * 64, "assets/sea.png", "image/png", 5))
    with raw(database_url, "*") as line:
        line.execute(
            "INSERT INTO admissions (provider, model, account, cache_key, job_id, project_id, tenant, lane, until)"
            " VALUES ('a', 'b', 'c', 'd', 'e', %s, 'acme', 'high', now())", [PROJECT]
        )  # fmt: skip
    return subject


@contextmanager
def raw(url: str, tenant: str | None) -> Iterator[psycopg.Connection[Any]]:
    """A line to Postgres as the application has it, for SQL that nobody has bound to a tenant."""
    with psycopg.connect(url) as line:
        line.execute("SET ROLE jynco_app")
        if tenant is not None:
            line.execute("SELECT set_config('jynco.tenant', %s, false)", [tenant])
        yield line


def tenants_tables() -> Sequence[str]:
    return sorted(set(metadata.tables) - NOBODYS)


def count(line: psycopg.Connection[Any], table: str) -> int:
    found = line.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
    assert found is not None
    return int(found[0])


def test_sql_that_forgets_the_tenant_sees_ones_own_rows_only(filled: Subject, database_url: str) -> None:
    for tenant, sees in (("acme", True), ("*", True), ("zoo", False), (None, False), ("", False)):
        with raw(database_url, tenant) as line:
            seen = {table for table in tenants_tables() if count(line, table)}
        assert seen == (set(tenants_tables()) if sees else set()), tenant


def test_sql_that_forgets_the_tenant_changes_ones_own_rows_only(filled: Subject, database_url: str) -> None:
    with raw(database_url, "zoo") as line:
        for table in tenants_tables():
            name = sql.Identifier(table)
            assert line.execute(sql.SQL("DELETE FROM {}").format(name)).rowcount == 0, table
            column = next(iter(metadata.tables[table].columns)).name
            same = sql.SQL("UPDATE {0} SET {1} = {1}").format(name, sql.Identifier(column))
            if not metadata.tables[table].columns[column].identity:
                assert line.execute(same).rowcount == 0, table
    assert filled.database.of("acme").jobs.get(FILM).job_id == FILM


INTRUSIONS: list[LiteralString] = [
    "INSERT INTO projects (project_id, tenant, document) VALUES ('proj_b', 'acme', '{}')",
    "INSERT INTO events (project_id, kind, payload) VALUES ('proj_lake', 'job', '{}')",
    "INSERT INTO clips (project_id, clip_id) VALUES ('proj_lake', 'clip_b')",
    "INSERT INTO tenant_budgets (tenant, usd) VALUES ('zoo-b', 5)",
    "UPDATE projects SET tenant = 'acme' WHERE project_id = 'proj_zoo'",
    "UPDATE events SET project_id = 'proj_lake' WHERE project_id = 'proj_zoo'",
]


@pytest.mark.parametrize("intrusion", INTRUSIONS)
def test_nobody_writes_for_another_tenant(
    filled: Subject, database_url: str, intrusion: LiteralString
) -> None:
    zoo = filled.database.of("zoo")
    zoo.projects.create(OTHER, document())
    zoo.projects.save(OTHER, document(), None)
    with raw(database_url, "zoo") as line, pytest.raises(errors.InsufficientPrivilege):
        line.execute(intrusion)


def test_every_table_with_a_tenant_has_its_policy_and_its_owner_obeys(database_url: str) -> None:
    with psycopg.connect(database_url) as line:
        rows = line.execute(
            "SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        ).fetchall()
    guarded = {str(name): bool(held) for name, held in rows if name != "alembic_version"}
    assert {name for name, held in guarded.items() if not held} == NOBODYS, (
        "a new table needs a policy: docs/database.md"
    )
    assert set(guarded) == set(metadata.tables)


def test_the_application_is_nobody_whom_policies_let_pass(database_url: str) -> None:
    gate = Gate(database_url, pool_size=1, application_name="test")
    with gate.transaction() as connection:
        asked = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert connection.scalar(asked) is False
    gate.engine.dispose()


def test_a_line_that_changes_hands_shows_the_next_ones_rows(filled: Subject, database_url: str) -> None:
    """A tenant's name outlives no hand-over, and no rollback brings it back."""
    gate = Gate(database_url, pool_size=1, application_name="test")
    asked = text("SELECT count(*) FROM projects")
    for tenant, seen in (("acme", 1), ("zoo", 0), (None, 1), ("zoo", 0), ("acme", 1)):
        theirs = gate.whole if tenant is None else gate.of(tenant)
        with theirs.autocommit() as connection:
            assert connection.scalar(asked) == seen
        with suppress(LookupError), theirs.transaction() as connection:
            connection.scalar(asked)
            raise LookupError
        with theirs.transaction() as connection:
            assert connection.scalar(asked) == seen
    gate.engine.dispose()


def test_an_owner_who_is_no_superuser_obeys_as_well(filled: Subject, database_url: str) -> None:
    """As on a hosted Postgres, where the tables belong to the application's own user and there is no other."""
    with psycopg.connect(database_url, autocommit=True) as line:
        line.execute("DROP ROLE IF EXISTS hosted")
        line.execute("CREATE ROLE hosted NOLOGIN")
        line.execute("BEGIN; ALTER TABLE projects OWNER TO hosted; SET LOCAL ROLE hosted")
        for tenant, seen in (("acme", 1), ("zoo", 0)):
            line.execute("SELECT set_config('jynco.tenant', %s, true)", [tenant])
            assert count(line, "projects") == seen
        line.execute("ROLLBACK")
        line.execute("DROP ROLE hosted")
