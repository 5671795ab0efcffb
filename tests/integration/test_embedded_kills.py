"""Whatever is killed, nothing stays behind, and the next session finds its data."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from jynco.embedded.locks import until
from tests.integration.embedded import (
    PATIENCE,
    Project,
    answer,
    ask,
    command,
    family,
    gone,
    keep,
    pids,
    project,
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def data(made: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all tests here, with something in it to lose."""
    folder = tmp_path_factory.mktemp("state") / "data"
    with made.session(folder) as servers:
        ask(servers.database_url, "CREATE TABLE bills AS SELECT 250 AS cents")
        keep(servers.redis_url, "bell", "rung")
    return folder


def still_there(made: Project, data: Path) -> bool:
    with made.session(data) as servers:
        kept = ask(servers.database_url, "SELECT cents FROM bills") == [(250,)]
        return kept and keep(servers.redis_url, "bell") == "rung"


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def test_a_killed_supervisor_leaves_nothing(made: Project, data: Path) -> None:
    with command(made, data, ["worker", "stubborn"]) as one:
        answer(one)
        assert until(lambda: any("sleep" in word for p in family(data) for word in p.words), PATIENCE)
        processes = family(data)
        kill(processes[0].pid)
        assert gone(processes)
    assert still_there(made, data)


def test_a_session_right_after_the_kill_waits_for_the_old_servers(made: Project, data: Path) -> None:
    with command(made, data) as one:
        answer(one)
        processes = family(data)
        kill(processes[0].pid)
        assert still_there(made, data)
    assert gone(processes)


def test_a_killed_command_ends_its_servers(made: Project, data: Path) -> None:
    with command(made, data, ["worker"]) as one:
        answer(one)
        processes = family(data)
        one.kill()
        assert gone(processes)
    assert still_there(made, data)


def test_everything_killed_at_once(made: Project, data: Path) -> None:
    with command(made, data, ["worker"]) as one:
        answer(one)
        processes = family(data)
        one.kill()
        for process in reversed(processes):
            with suppress(ProcessLookupError):
                kill(process.pid)
        assert gone(processes)
    assert still_there(made, data)


@pytest.mark.parametrize("server", ["postgres", "valkey"])
def test_a_killed_server_comes_back(made: Project, data: Path, server: str) -> None:
    with made.session(data) as servers:
        before = pids(data, "servers")
        kill(before[server])
        assert until(lambda: pids(data, "servers")[server] not in (0, before[server]), PATIENCE)
        assert until(lambda: answers(servers.database_url, servers.redis_url), PATIENCE, 0.1)
        after = pids(data, "servers")
        assert {name for name in after if after[name] != before[name]} == {server}


def answers(database_url: str, redis_url: str) -> bool:
    try:
        return ask(database_url, "SELECT cents FROM bills") == [(250,)] and keep(redis_url, "bell") == "rung"
    except Exception:  # each driver has its own for a server that is coming up
        return False


def test_what_a_crash_left_does_not_stand_in_the_way(made: Project, data: Path) -> None:
    with made.session(data) as servers:
        sockets = Path(servers.database_url.partition("host=")[2])
        owner = sockets.stat().st_uid
    with living_as(owner) as pid:
        sockets.mkdir(exist_ok=True)
        stale = f"{pid}\n{data / 'postgres'}\n1700000000\n5432\n{sockets}\n\n"
        for path in (data / "postgres" / "postmaster.pid", sockets / ".s.PGSQL.5432.lock"):
            path.write_text(stale)
        for name in (".s.PGSQL.5432", "valkey.sock"):
            with socket.socket(socket.AF_UNIX) as dead:
                dead.bind(str(sockets / name))
        for name in ("clients.lock", "supervisor.lock", "servers.lock"):
            (data / name).write_text(f"{pid}\n")
        (data / "embedded.json").write_text(f'{{"phase": "ready", "pid": {pid}}}')
        (data / "wishes" / "0123.wish").write_text("{")
        (data / "wishes" / "0123.answer").write_text("{")
        assert still_there(made, data)
    assert list((data / "wishes").iterdir()) == []


@contextmanager
def living_as(uid: int) -> Iterator[int]:
    """The pid of a living process of the servers' user: to Postgres it looks like another postmaster."""
    switch = os.geteuid() == 0
    with subprocess.Popen(
        ["cat"], stdin=subprocess.PIPE, user=uid if switch else None, extra_groups=[] if switch else None
    ) as process:
        yield process.pid
