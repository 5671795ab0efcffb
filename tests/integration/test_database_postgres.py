"""Postgres when it is away, full of other people, restarted, or asked for too much."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest

from jynco.adapters.database.postgres import PostgresDatabase, pool
from jynco.errors import JyncoError, LimitExceeded, ServiceAway, UsageWrong
from jynco.model.ids import ProjectId
from jynco.model.storyboard import Document, Json
from tests.postgres_server import STRANGERS_OUT, running

PROJECT = ProjectId("proj_lake")
DOCUMENT: Document = {"version": "1.2", "projectId": PROJECT, "timeline": []}


@pytest.fixture
def database(database_url: str) -> Iterator[PostgresDatabase]:
    database = PostgresDatabase(database_url)
    yield database
    database.close()


def silent_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.mark.parametrize("where", ["socket", "port", "name"])
def test_a_database_that_is_away_is_said_to_be(tmp_path: Path, where: str) -> None:
    url = {
        "socket": f"postgresql://jynco:secret-word@/jynco?host={tmp_path}",
        "port": f"postgres://jynco:secret-word@127.0.0.1:{silent_port()}/jynco",
        "name": "postgresql+psycopg://jynco:secret-word@no-such-host.invalid/jynco",
    }[where]
    database = PostgresDatabase(url)
    for ask in (database.ping, lambda: database.projects.get(PROJECT), lambda: database.jobs.stranded(1, 1)):
        with pytest.raises(ServiceAway, match="DATABASE_URL") as caught:
            ask()
        assert caught.value.retryable
        assert caught.value.retry_after
        assert "secret-word" not in f"{caught.value.message}{caught.value.__cause__}"
    database.close()


def test_a_server_that_accepts_and_says_nothing_is_away(tmp_path: Path) -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        database = PostgresDatabase(f"postgresql://jynco@127.0.0.1:{mute.getsockname()[1]}/jynco")
        with pytest.raises(ServiceAway):
            database.ping()


def test_what_is_no_address_is_refused_without_repeating_it() -> None:
    with pytest.raises(UsageWrong, match="DATABASE_URL") as caught:
        PostgresDatabase("not secret-word an address")
    assert "secret-word" not in str(caught.value)


def test_a_database_without_tables_says_what_to_do(empty_database_url: str) -> None:
    database = PostgresDatabase(empty_database_url)
    with pytest.raises(ServiceAway, match="jynco db upgrade"):
        database.projects.find(PROJECT)
    database.close()


def test_connections_that_were_cut_are_replaced(database: PostgresDatabase, database_url: str) -> None:
    database.projects.create(PROJECT, DOCUMENT)
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute(STRANGERS_OUT)
    assert database.projects.get(PROJECT).document == DOCUMENT


def test_a_question_is_one_round_trip(database: PostgresDatabase, tmp_path: Path) -> None:
    """With a transaction and a look whether the server lives it was six, in each of which threads change places."""
    database.projects.create(PROJECT, DOCUMENT)
    with answers(database, tmp_path / "said") as heard:
        database.projects.find(PROJECT)
        database.projects.mirrored(PROJECT, 1)
    assert heard() == 2


def test_a_connection_nobody_used_for_long_is_asked_before_it_is_lent(
    database: PostgresDatabase, tmp_path: Path
) -> None:
    """What lies between us and the server may have forgotten it, and says nothing."""
    database.projects.create(PROJECT, DOCUMENT)
    with database._gate.autocommit() as connection:
        info = connection.info
    with answers(database, tmp_path / "said") as heard:
        info["since"] -= 2 * pool.IDLE
        database.projects.find(PROJECT)
        database.projects.find(PROJECT)
    assert heard() == 3


@contextmanager
def answers(database: PostgresDatabase, said: Path) -> Iterator[Callable[[], int]]:
    """How often the server has ended an answer, by libpq's own words, on the one connection of this test."""
    with database._gate.autocommit() as connection:
        line = connection.connection.driver_connection
    assert isinstance(line, psycopg.Connection)
    with said.open("w") as file:
        line.pgconn.trace(file.fileno())
        yield lambda: said.read_text().count("ReadyForQuery")
        line.pgconn.untrace()


def test_a_restarted_server_is_found_again() -> None:
    with running() as server:
        url = server.url("postgres")
        database = PostgresDatabase(url)
        database.ping()
        server.stop()
        with pytest.raises(ServiceAway):
            database.ping()
        server.start()
        database.ping()
        database.close()


def test_a_busy_pool_says_so(database_url: str) -> None:
    small = PostgresDatabase(database_url, pool_size=1)
    small.projects.create(PROJECT, DOCUMENT)
    locked, done = Event(), Event()

    def hold() -> None:
        with psycopg.connect(database_url) as connection:
            connection.execute("SELECT 1 FROM projects FOR UPDATE")
            locked.set()
            done.wait(60)

    holder = Thread(target=hold)
    holder.start()
    locked.wait(60)
    with ThreadPoolExecutor(1) as waiting:
        stuck = waiting.submit(small.projects.save, PROJECT, DOCUMENT, None)
        while not _waiters(database_url):
            time.sleep(0.02)
        with pytest.raises(ServiceAway, match="busy"):
            small.ping()
        done.set()
        assert stuck.result(60).revision == 2
    holder.join()
    small.close()


def _waiters(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()
    return row[0] if row else 0


def test_every_session_has_its_limits_and_its_name(database_url: str) -> None:
    database = PostgresDatabase(database_url, application_name="jynco-web")
    database.ping()
    with psycopg.connect(database_url) as other:
        names = other.execute("SELECT application_name FROM pg_stat_activity").fetchall()
    assert ("jynco-web",) in names
    with database._gate.transaction() as connection:
        for setting, value in {
            "statement_timeout": "30s",
            "lock_timeout": "10s",
            "idle_in_transaction_session_timeout": "15s",
            "TimeZone": "UTC",
        }.items():
            assert connection.exec_driver_sql(f"SHOW {setting}").scalar() == value
    database.close()


@pytest.mark.parametrize("passing", ["57014", "40P01", "55P03", "53300", "25006"])
def test_what_passes_is_said_to_pass(database: PostgresDatabase, passing: str) -> None:
    with pytest.raises(ServiceAway), database._gate.transaction() as connection:
        connection.exec_driver_sql(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{passing}'; END $$")


def test_our_own_mistakes_are_not_hidden(database: PostgresDatabase) -> None:
    with pytest.raises(Exception, match="syntax error") as caught, database._gate.transaction() as connection:
        connection.exec_driver_sql("SELEKT 1")
    assert not isinstance(caught.value, JyncoError)


def test_a_name_too_long_for_an_index_is_too_large(database: PostgresDatabase) -> None:
    name = "proj_" + "".join(f"{number:x}" for number in range(60000))
    with pytest.raises(LimitExceeded):
        database.projects.create(ProjectId(name), DOCUMENT)
    assert database.projects.find(ProjectId(name)) is None


def test_a_document_too_deep_is_too_large(database: PostgresDatabase) -> None:
    deep: Json = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(LimitExceeded):
        database.projects.create(PROJECT, {"deep": deep})
    while (
        isinstance(deep, list) and deep
    ):  # letting go of it level by level keeps the interpreter's stack small
        deep = deep[0]


def test_a_large_document_is_kept_whole(database: PostgresDatabase) -> None:
    large: Document = {f"key_{number}": "x" * 100 for number in range(50_000)}
    database.projects.create(PROJECT, large)
    assert database.projects.get(PROJECT).document == large


def test_a_forked_child_opens_its_own_connections(database_url: str) -> None:
    """In a process of its own, because forking a test run with its threads is asking for trouble."""
    script = """
import os, sys
from jynco.adapters.database.postgres import PostgresDatabase, pool
database = PostgresDatabase(sys.argv[1], pool_size=1)
def backend():
    with database._gate.transaction() as connection:
        return connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
mine = backend()
child = os.fork()
if child == 0:
    os._exit(0 if backend() != mine else 1)
assert os.waitpid(child, 0)[1] == 0, "the child spoke on its parent's connection"
assert backend() == mine, "the parent's connection did not outlive the child"
database.close()
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, database_url], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_the_server_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    script = f"""
import os, signal
from pathlib import Path
from tests.postgres_server import running
with running() as server:
    Path({str(tmp_path / "folder")!r}).write_text(str(server.folder))
    os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == -9, done.stderr
    folder = Path((tmp_path / "folder").read_text())
    while (folder / "data" / "postmaster.pid").exists() or (folder / ".s.PGSQL.5432").exists():
        time.sleep(0.05)  # both are the last things that a server removes when it ends
    shutil.rmtree(folder, ignore_errors=True)
