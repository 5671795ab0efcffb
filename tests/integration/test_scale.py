"""What a clip costs does not depend on how many there are: told in statements and bytes, not seconds."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from bench.boards import document
from config.settings import Settings
from jynco.agents.architect import Started
from jynco.agents.report import job_report, job_reports
from jynco.bootstrap import House, build
from jynco.model.ids import CacheKey, ProjectId
from jynco.model.jobs import Job, Outcome
from jynco.model.plan import Wishes
from jynco.model.states import ClipStatus, Lane, Purpose
from tests.postgres_server import database_url, migrated_database, postgres_server

__all__ = ["database_url", "migrated_database", "postgres_server"]
FEW, MANY = 10, 300
FINAL = Wishes(Purpose.FINAL, Lane.NORMAL)


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    made = build(Settings(data=tmp_path, database_url=database_url, redis_url="redis://127.0.0.1:1"))
    yield made
    made.close()


def begun(house: House, clips: int) -> Started:
    project = ProjectId(f"proj_of{clips}")
    house.storyboard.create(document(project, clips, seed=clips))
    return house.architect.start(project, FINAL)


def statements(work: Callable[[], object]) -> int:
    """How often the database is asked."""
    asked = 0

    def count(*_: object) -> None:
        nonlocal asked
        asked += 1

    event.listen(Engine, "before_cursor_execute", count)
    try:
        work()
    finally:
        event.remove(Engine, "before_cursor_execute", count)
    return asked


def memory(work: Callable[[], object]) -> int:
    """Bytes at most while it runs."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def end(house: House, job: Job) -> None:
    claim = house.database.jobs.claim(job.job_id, "worker", 600)
    assert claim is not None
    assert job.shot is not None
    assert job.clip_id is not None
    made = Outcome(job.job_id, job.clip_id, ClipStatus.COMPLETED, CacheKey(job.shot.key), "generated/x.mp4")
    house.database.jobs.finish_motion(claim, made)


def test_every_step_asks_as_often_for_many_clips_as_for_few(house: House) -> None:
    begun(house, 1)  # what is asked once a process
    few = statements(lambda: begun(house, FEW))
    assert statements(lambda: begun(house, MANY)) < few + MANY / 10, "planned and committed in batches"
    short, long = ProjectId(f"proj_of{FEW}"), ProjectId(f"proj_of{MANY}")
    jobs = house.database.jobs
    one, other = (jobs.children(jobs.active(project)[0].job_id)[0] for project in (short, long))
    assert statements(lambda: end(house, other)) == statements(lambda: end(house, one))
    mirrored = statements(lambda: house.storyboard.publish(short))
    assert statements(lambda: house.storyboard.publish(long)) == mirrored


def test_a_list_of_films_is_asked_for_at_once(house: House) -> None:
    for clips in range(1, 9):
        begun(house, clips)
    jobs = house.database.jobs
    few, many = (jobs.page(None, None, None, limit) for limit in (2, 40))
    assert statements(lambda: job_reports(house.database, many)) == 2, "all clips' jobs, and all clips' rows"
    assert statements(lambda: job_reports(house.database, few)) <= 2
    films = [job for job in many if job.parent_id is None]
    told = job_reports(house.database, films)
    assert [each["clips"] for each in told] == [job_report(house.database, job)["clips"] for job in films]


def test_a_sweep_and_a_list_take_as_much_memory_behind_many_as_behind_few(house: House) -> None:
    begun(house, FEW * 2)
    jobs = house.database.jobs

    def looks() -> None:
        assert len(jobs.stranded(0.0, FEW)) == FEW
        assert len(jobs.page(None, None, None, FEW)) == FEW
        house.database.metrics.vitals()

    looks()
    few = memory(looks)
    begun(house, MANY)
    jobs.stranded(0.0, FEW)
    assert memory(looks) < 2 * few


def test_a_thousand_clips_are_planned_committed_and_mirrored_whole(house: House) -> None:
    started = begun(house, 1000)
    assert len(started.clips) == 1000
    house.storyboard.publish(started.first.project_id)
    shown = house.storyboard.published(started.first.project_id)["timeline"]
    assert isinstance(shown, list)
    assert {clip["jobId"] for clip in shown if isinstance(clip, dict)} == {
        job.job_id for job in started.clips
    }
    (line,) = house.database.metrics.vitals().lines
    assert line.waiting == 1000
