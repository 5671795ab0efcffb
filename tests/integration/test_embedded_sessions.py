"""One data folder, many commands: they share its servers, which end with the last."""

from __future__ import annotations

import os
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from jynco.embedded.locks import until
from jynco.errors import ServiceAway, StorageFull, UsageWrong
from tests.integration.embedded import (
    PATIENCE,
    Project,
    answer,
    ask,
    command,
    everybody,
    family,
    gone,
    keep,
    project,
    state,
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all tests here: a cluster is made once, and lives through all their sessions."""
    return tmp_path_factory.mktemp("state") / "data"


def test_data_survives_between_sessions(made: Project, data: Path) -> None:
    with made.session(data) as servers:
        ask(servers.database_url, "CREATE TABLE kept AS SELECT 'Grüße' AS word")
        keep(servers.redis_url, "kept", "bell")
        processes = family(data)
    assert gone(processes)
    with made.session(data) as servers:
        assert ask(servers.database_url, "SELECT word FROM kept") == [("Grüße",)]
        assert keep(servers.redis_url, "kept") == "bell"


def test_the_servers_are_set_up_for_people_s_money(made: Project, data: Path) -> None:
    names = ("fsync", "listen_addresses", "server_encoding", "data_checksums")
    with made.session(data) as servers:
        found = {name: ask(servers.database_url, f"SHOW {name}")[0][0] for name in names}
        assert servers.log_dir == data / "logs"
        assert (servers.log_dir / "postgres.log").exists()
    assert found == {"fsync": "on", "listen_addresses": "", "server_encoding": "UTF8", "data_checksums": "on"}


def test_two_sessions_at_once_share_one_supervisor(made: Project, data: Path) -> None:
    first_told: list[str] = []
    second_told: list[str] = []
    with made.session(data, sentences=first_told) as first:
        supervisor = state(data)["pid"]
        with made.session(data, sentences=second_told) as second:
            assert second == first
            assert state(data)["pid"] == supervisor
        assert ask(first.database_url, "SELECT 1") == [(1,)]
    assert len(first_told) == 1
    assert second_told == []


def test_a_command_outlives_the_one_that_started_the_servers(made: Project, data: Path) -> None:
    with command(made, data) as first:
        assert "database_url" in answer(first)
        processes = family(data)
        with made.session(data) as second:
            assert first.stdin is not None
            first.stdin.close()
            assert first.wait(PATIENCE) == 0
            assert ask(second.database_url, "SELECT 1") == [(1,)]
            assert {one.pid for one in processes} <= {one.pid for one in family(data)}
    assert gone(processes)


def test_commands_that_start_together_get_one_pair_of_servers(made: Project, data: Path) -> None:
    with ExitStack() as stack:
        commands = [stack.enter_context(command(made, data)) for _ in range(4)]
        assert len({answer(one)["database_url"] for one in commands}) == 1
        assert _supervisors(data) == [state(data)["pid"]]


def _supervisors(data: Path) -> list[int]:
    """Processes started as supervisors of ``data``, but for those that they forked."""
    line = ("jynco.embedded.supervisor", str(data))
    found = {one.pid: one for one in everybody() if one.words[2:4] == line}
    return [pid for pid, one in found.items() if one.parent not in found]


def test_a_newcomer_during_the_end_waits_and_finds_servers(made: Project, data: Path) -> None:
    for turn in range(3):
        with command(made, data) as one:
            answer(one)
            assert one.stdin is not None
            one.stdin.close()  # it is ending its servers while the next begins
            with made.session(data) as servers:
                assert ask(servers.database_url, f"SELECT {turn}") == [(turn,)]


def test_the_letters_with_the_environment_are_gone(made: Project, data: Path) -> None:
    with made.session(data):
        assert list((data / "wishes").iterdir()) == []
        assert (data / "wishes").stat().st_mode & 0o777 == 0o700


def test_a_line_that_is_not_there(made: Project, tmp_path: Path) -> None:
    with pytest.raises(UsageWrong, match=r"no line 'nobody'; it has release, failing"):
        made.session(tmp_path / "data", processes=["nobody"]).__enter__()
    assert not (tmp_path / "data").exists()


def test_a_data_folder_that_cannot_be_one(made: Project, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageFull, match=r"cannot be used .*--data or JYNCO_DATA"):
        made.session(tmp_path / "file" / "data").__enter__()


def test_an_error_inside_the_block_ends_the_servers_too(made: Project, data: Path) -> None:
    processes = []

    def fail() -> None:
        with made.session(data):
            processes.extend(family(data))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert gone(processes)


def test_a_full_disk_is_one_sentence(made: Project, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if (
        os.geteuid() != 0
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=12m,mode=0755", "jynco-test", str(disk)],
            check=False,
            capture_output=True,
        ).returncode
    ):
        pytest.skip("only root can mount a small disk")
    try:
        with pytest.raises(ServiceAway, match="No space is left"):
            made.session(disk / "data").__enter__()
    finally:
        assert until(
            lambda: subprocess.run(["umount", str(disk)], check=False).returncode == 0, PATIENCE, 0.2
        )
