"""Whatever kind of lock: one holder at a time, and none that outlives its process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from jynco.adapters.lock.file import FileLocks
from jynco.adapters.lock.postgres import PostgresLocks
from jynco.errors import ServiceAway, StorageFull
from tests.contract.locks import Locks, in_files, in_memory, in_postgres

ROOT = Path(__file__).parents[2]
SOON = 0.3  # seconds that a test waits for a lock it will not get


@pytest.fixture(params=["memory", "file", "postgres"])
def locks(request: pytest.FixtureRequest, tmp_path: Path) -> Locks:
    match request.param:
        case "memory":
            return in_memory()
        case "file":
            return in_files(tmp_path / "locks")
        case _:
            return in_postgres(request.getfixturevalue("migrated_database"))


@pytest.fixture(params=["file", "postgres"])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Locks:
    if request.param == "file":
        return in_files(tmp_path / "locks")
    return in_postgres(request.getfixturevalue("migrated_database"))


@contextmanager
def somebody_else(locks: Locks, name: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock from here to the end of the block."""
    command = [sys.executable, "-m", "tests.contract.locks", *locks.arguments, name]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


def test_threads_hold_it_one_after_the_other(locks: Locks) -> None:
    inside: list[int] = []
    crowds: list[int] = []

    def work(number: int) -> None:
        with locks.lock.hold("mirror-proj_a"):
            inside.append(number)
            crowds.append(len(inside))
            inside.remove(number)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(18)))
    assert crowds == [1] * 18


def test_who_waits_too_long_is_told_to_come_back(locks: Locks) -> None:
    with locks.lock.hold("start-proj_a"), ThreadPoolExecutor(1) as pool:
        with pytest.raises(ServiceAway, match="'start-proj_a' is busy") as late:
            pool.submit(lambda: locks.lock.hold("start-proj_a", SOON).__enter__()).result()
        assert late.value.retryable
        assert late.value.retry_after


def test_names_do_not_hinder_each_other(locks: Locks) -> None:
    hold = locks.lock.hold
    with hold("start-proj_a", SOON), hold("mirror-proj_a", SOON), hold("mirror-proj_ä/../\n", SOON):
        pass


def test_a_failure_inside_lets_go(locks: Locks) -> None:
    with pytest.raises(KeyError), locks.lock.hold("mirror-proj_a"):
        raise KeyError
    with locks.lock.hold("mirror-proj_a", SOON):
        pass


def test_processes_hold_it_one_after_the_other(shared: Locks) -> None:
    with somebody_else(shared, "mirror-proj_a"):
        with pytest.raises(ServiceAway), shared.lock.hold("mirror-proj_a", SOON):
            pytest.fail("two held it")
        with shared.lock.hold("mirror-proj_b", SOON):
            pass


def test_it_is_free_when_its_holder_is_killed(shared: Locks) -> None:
    with somebody_else(shared, "mirror-proj_a") as holder:
        holder.kill()
        with shared.lock.hold("mirror-proj_a"):
            pass


def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "locks").write_text("in the way")
    with pytest.raises(StorageFull, match="locks"), FileLocks(tmp_path / "locks").hold("x"):
        pytest.fail("held")


def test_a_database_that_is_away_is_said_so(tmp_path: Path) -> None:
    nowhere = PostgresLocks(f"postgresql://postgres@/none?host={tmp_path}")
    with pytest.raises(ServiceAway, match="database"), nowhere.hold("x"):
        pytest.fail("held")
