"""A release goes to its new tables while the one before still works on them: nothing it does may fail or be lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from alembic.script import ScriptDirectory

import migrations
from migrations import runner

STEPS = [step.revision for step in ScriptDirectory(str(Path(migrations.__file__).parent)).walk_revisions()][
    ::-1
]
COLUMNS = """SELECT table_name, column_name, data_type FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name <> 'alembic_version'"""
# What every release since the first one does all the time, in the first one's words.
CREATE = "INSERT INTO projects (project_id, document) VALUES (%s, '{}')"
START = """INSERT INTO jobs (job_id, project_id, kind, purpose, lane, correlation_id)
    VALUES (%s, %s, 'motion', 'clips', 'low', 'c')"""
CLAIM = """UPDATE jobs SET state = 'running', owner = 'old', fence = fence + 1,
    lease_until = statement_timestamp() + interval '30 s' WHERE job_id = %s AND fence = 0"""
READ = "SELECT count(*) FROM jobs JOIN projects USING (project_id) WHERE state = 'running'"


@contextmanager
def old_release(url: str) -> Iterator[tuple[list[int], list[str]]]:
    """It creates, starts, claims and reads without a pause; how many it sees running each time, and its errors."""
    seen: list[int] = []
    faults: list[str] = []
    over = threading.Event()

    def work() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            for number in range(10**6):
                if over.is_set():
                    return
                name, job = f"proj_{number}", f"job_motion_{number}"
                connection.execute(CREATE, (name,))
                connection.execute(START, (job, name))
                assert connection.execute(CLAIM, (job,)).rowcount == 1
                row = connection.execute(READ).fetchone()
                assert row is not None
                seen.append(int(row[0]))

    def noted() -> None:
        try:
            work()
        except (psycopg.Error, AssertionError) as fault:
            faults.append(repr(fault))

    worker = threading.Thread(target=noted)
    worker.start()
    try:
        yield seen, faults
    finally:
        over.set()
        worker.join()
    assert faults == []


def columns(url: str) -> set[tuple[str, ...]]:
    with psycopg.connect(url) as connection:
        return set(connection.execute(COLUMNS).fetchall())


def test_each_step_is_taken_while_the_first_release_works(empty_database_url: str) -> None:
    """Nothing that it knows goes or changes, nothing new wants a value of it, and it sees all that it wrote."""
    runner.upgrade(empty_database_url, STEPS[0])
    with old_release(empty_database_url) as (seen, faults):
        for step in STEPS[1:]:
            before, done = columns(empty_database_url), len(seen)
            runner.upgrade(empty_database_url, step)
            assert before <= columns(empty_database_url), f"{step} takes something away"
            limit = time.monotonic() + 30
            while len(seen) <= done + 1 and not faults and time.monotonic() < limit:
                time.sleep(0.01)
            assert faults == [], f"the old release stumbles over {step}"
            assert len(seen) > done + 1, f"the old release stands still after {step}"
    assert seen == list(range(1, len(seen) + 1))


def test_a_long_transaction_of_the_old_release_is_waited_for_without_standing_in_its_way(
    empty_database_url: str,
) -> None:
    """Who waits for a table has everybody else wait behind it, so it lets go now and then."""
    runner.upgrade(empty_database_url, STEPS[0])
    with (
        psycopg.connect(empty_database_url) as long,
        psycopg.connect(empty_database_url, autocommit=True) as quick,
    ):
        long.execute(READ)  # a transaction that does not end
        release = threading.Thread(target=runner.upgrade, args=(empty_database_url,))
        release.start()
        waits = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        limit = time.monotonic() + 30
        while quick.execute(waits).fetchone() == (0,) and time.monotonic() < limit:
            time.sleep(0.01)
        quick.execute("SET statement_timeout = '20s'")
        quick.execute(CREATE, ("proj_between",))  # comes through before the long one has ended
        quick.execute(READ)
        long.rollback()
        release.join(60)
    assert runner.current(empty_database_url) == migrations.HEAD


@pytest.mark.parametrize("step", STEPS)
def test_steps_are_a_line(step: str) -> None:
    assert STEPS.index(step) == int(step) - 1
