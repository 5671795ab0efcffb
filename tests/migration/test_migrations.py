"""Migrations: there and back, twice at once, and always to the tables that the code believes in."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine, make_url, text

import migrations
from jynco.adapters.database.postgres.admission_tables import metadata
from jynco.errors import ServiceAway
from migrations import runner

# What a database says of itself; two databases with the same answers are the same house.
CATALOGUE = {
    "columns": """
        SELECT table_name, column_name, data_type, collation_name, is_nullable, column_default, is_identity,
            numeric_precision, numeric_scale, datetime_precision
        FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name <> 'alembic_version' ORDER BY 1, 2""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND conrelid <> 'alembic_version'::regclass ORDER BY 1, 2""",
    "indexes": """
        SELECT tablename, indexname, indexdef FROM pg_indexes
        WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1, 2""",
}


def catalogue(url: str) -> dict[str, list[tuple[object, ...]]]:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS alembic_version (version_num text)"))
        return {
            name: [tuple(row) for row in connection.execute(text(ask))] for name, ask in CATALOGUE.items()
        }


def tables(url: str) -> set[str]:
    return {str(column[0]) for column in catalogue(url)["columns"]}


def test_there_and_back_and_there_again(empty_database_url: str) -> None:
    assert runner.current(empty_database_url) is None
    runner.upgrade(empty_database_url)
    there = catalogue(empty_database_url)
    assert runner.current(empty_database_url) == migrations.HEAD
    runner.downgrade(empty_database_url, "base")
    assert tables(empty_database_url) == set()
    assert runner.current(empty_database_url) is None
    runner.upgrade(empty_database_url)
    assert catalogue(empty_database_url) == there


def test_alembic_finds_no_drift(empty_database_url: str) -> None:
    runner.upgrade(empty_database_url)
    address = make_url(empty_database_url).set(drivername="postgresql+psycopg")
    with create_engine(address, poolclass=NullPool).connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []


def test_the_migrations_build_the_very_tables_of_the_code(
    empty_database_url: str, other_database_url: str
) -> None:
    """Alembic overlooks checks, defaults, collations and the conditions of indexes; the catalogue does not."""
    runner.upgrade(empty_database_url)
    address = make_url(other_database_url).set(drivername="postgresql+psycopg")
    with create_engine(address, poolclass=NullPool).begin() as connection:
        metadata.create_all(connection)
    assert catalogue(empty_database_url) == catalogue(other_database_url)


def test_releases_at_once_take_turns(empty_database_url: str) -> None:
    line = Barrier(4)

    def release(_: int) -> str | None:
        line.wait()
        runner.upgrade(empty_database_url)
        return runner.current(empty_database_url)

    with ThreadPoolExecutor(4) as releases:
        assert list(releases.map(release, range(4))) == [migrations.HEAD] * 4


def test_an_upgrade_with_nothing_to_do_takes_no_step(empty_database_url: str) -> None:
    runner.upgrade(empty_database_url)
    engine = create_engine(make_url(empty_database_url).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE events"))  # a step would stumble over it
    engine.dispose()
    runner.upgrade(empty_database_url)
    assert "events" not in tables(empty_database_url)


def test_a_step_that_fails_leaves_nothing_behind(empty_database_url: str) -> None:
    engine = create_engine(make_url(empty_database_url).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE generations (in_the_way integer)"))
    engine.dispose()
    with pytest.raises(Exception, match='relation "generations" already exists'):
        runner.upgrade(empty_database_url)
    assert tables(empty_database_url) == {"generations"}


def test_the_newest_step_is_the_one_that_is_written_down() -> None:
    script = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert script.get_current_head() == migrations.HEAD


@pytest.mark.parametrize("step", [runner.upgrade, runner.current, lambda url: runner.downgrade(url, "base")])
def test_a_database_that_is_away_is_said_to_be(tmp_path: Path, step: object) -> None:
    assert callable(step)
    with pytest.raises(ServiceAway, match="DATABASE_URL") as caught:
        step(f"postgresql://jynco:secret-word@/jynco?host={tmp_path}")
    assert "secret-word" not in caught.value.message
