"""Lists read from a real standby: only while it is close behind, and never without saying so."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from flask.testing import FlaskClient

from api import create_app
from config.settings import Settings, read
from jynco.adapters.database.postgres import PostgresDatabase
from jynco.embedded.locks import until
from jynco.errors import ServiceAway
from jynco.model.ids import ProjectId
from tests.contract.databases import document
from tests.postgres_server import PostgresServer, migrated_database, postgres_server
from workers import house as houses
from workers.house import house

__all__ = ["migrated_database", "postgres_server"]
MOST = 2.0  # seconds


class Standby(PostgresServer):
    """A server that follows another one."""

    def follow(self, server: PostgresServer) -> None:
        """Copy all of it, and go on from there."""
        copied = ["-D", str(self.folder / "data"), "-h", str(server.folder), "-U", "postgres"]
        manner = ["--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync"]
        subprocess.run([str(self._binaries / "pg_basebackup"), *copied, *manner], check=True, **self._account)


@pytest.fixture(scope="module")
def standby(postgres_server: PostgresServer, migrated_database: str) -> Iterator[Standby]:
    folder = Path("/tmp") / f"jynco-standby-{os.getpid()}"
    folder.mkdir()
    server = Standby(folder)
    try:
        server.follow(postgres_server)
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def database(standby: Standby, migrated_database: str) -> Iterator[PostgresDatabase]:
    name = psycopg.conninfo.conninfo_to_dict(migrated_database)["dbname"]
    made = PostgresDatabase(migrated_database, replica=(standby.url(str(name)), MOST))
    for row in made.projects.page(None, 100):
        made.projects.delete(row.project_id)
    yield made
    made.close()


def caught_up(database: PostgresDatabase) -> bool:
    return database.reading is not database


def names(database: PostgresDatabase) -> list[str]:
    return [row.project_id for row in database.projects.page(None, 10)]


def hold(standby: Standby, verb: str) -> None:
    """Let it stand still (pause), or go on (resume)."""
    with psycopg.connect(standby.url("postgres"), autocommit=True) as connection:
        connection.execute(f"SELECT pg_wal_replay_{verb}()".encode())


def test_lists_are_read_from_what_is_close_behind(database: PostgresDatabase) -> None:
    database.projects.create(ProjectId("proj_a"), document())
    assert until(lambda: caught_up(database), 10, 0.05)
    reading = database.reading
    assert reading.behind > 0
    assert until(lambda: names(database.reading) == ["proj_a"], 10, 0.05)
    with pytest.raises(ServiceAway):  # nothing is written there
        reading.projects.create(ProjectId("proj_b"), document())


def test_a_copy_that_stands_still_is_left_alone_though_its_clock_sees_no_lag(
    database: PostgresDatabase, standby: Standby
) -> None:
    assert until(lambda: caught_up(database), 10, 0.05)
    hold(standby, "pause")
    try:
        database.projects.create(ProjectId("proj_new"), document())
        assert until(lambda: not caught_up(database), MOST + 10, 0.05)
        assert names(database.reading) == ["proj_new"], "the truth is asked instead"
        assert database.reading.behind == 0
    finally:
        hold(standby, "resume")
    assert until(lambda: caught_up(database), 10, 0.05)


def test_a_tenant_sees_its_own_there_too(database: PostgresDatabase) -> None:
    database.projects.create(ProjectId("proj_mine"), document())
    assert until(lambda: caught_up(database) and names(database.reading) == ["proj_mine"], 10, 0.05)
    theirs = database.of("somebody-else").reading
    assert theirs.behind > 0
    assert names(theirs) == []


def test_a_server_that_follows_nobody_is_no_replica(migrated_database: str) -> None:
    alone = PostgresDatabase(migrated_database, replica=(migrated_database, MOST))
    assert alone.reading is alone
    alone.close()


def test_one_that_is_away_is_not_waited_for(migrated_database: str, tmp_path: Path) -> None:
    nowhere = f"postgresql://postgres@/x?host={tmp_path}"
    lonely = PostgresDatabase(migrated_database, replica=(nowhere, MOST))
    assert lonely.reading is lonely
    assert lonely.reading is lonely
    lonely.close()


@pytest.fixture
def client(standby: Standby, migrated_database: str, tmp_path: Path) -> Iterator[FlaskClient]:
    name = psycopg.conninfo.conninfo_to_dict(migrated_database)["dbname"]
    settings = Settings(
        data=tmp_path,
        database_url=migrated_database,
        replica_url=standby.url(str(name)),
        redis_url="redis://127.0.0.1:1",
    )
    yield create_app(settings).test_client()
    house().close()
    houses.use(replace(settings, replica_url=None))


def test_over_http_an_old_list_says_how_old_it_may_be(client: FlaskClient) -> None:
    for path in ("/v1/projects", "/v1/jobs", "/v1/costs"):
        assert until(lambda path=path: "Jynco-Behind" in client.get(path).headers, 10, 0.05), path  # type: ignore[misc]
        assert float(client.get(path).headers["Jynco-Behind"]) < 6
    assert "Jynco-Behind" not in client.get("/v1/jobs/job_render_nobody").headers


def test_the_address_is_read_as_heroku_writes_it() -> None:
    settings = read({"DATABASE_REPLICA_URL": "postgres://u@replica/d", "JYNCO_REPLICA_LAG_SECONDS": "3"})
    assert (settings.replica_url, settings.replica_lag) == ("postgresql://u@replica/d", 3.0)
    assert "replica/d" not in repr(settings)
