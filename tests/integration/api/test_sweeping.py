"""The sweeper behind a broker that forgot: it rings for all of them in one round, and for none that only wait."""

from __future__ import annotations

import base64
import hashlib
import json

import psycopg
import pytest
import redis

from config.settings import Settings
from jynco.embedded import Servers
from jynco.model.ids import ClipId, JobId, ProjectId
from jynco.model.jobs import Job
from jynco.model.motion import Shot
from jynco.model.states import JobKind, Lane, Purpose
from jynco.model.time import Rate
from jynco.model.uploads import Upload
from tests.integration.api.conftest import Caller, storyboard
from workers import queues
from workers.house import house
from workers.tasks import upkeep

MANY = 2 * upkeep.PAGE + 10
LANE = "motion.low"


@pytest.fixture
def forgotten(ask: Caller, servers: Servers, quiet: None, project_id: str) -> str:
    """A project with more overdue jobs than the sweeper takes at a time, and no message for any."""
    assert ask.post("/v1/projects", json=storyboard(project_id)).status_code == 201
    house().database.jobs.accept([job(project_id, number) for number in range(MANY)], [])
    grow_old(servers, project_id)
    return project_id


def job(project_id: str, number: int) -> Job:
    name = f"{project_id.removeprefix('proj_')}-{number}"
    shot = Shot("mock", "mock", "1", name, "", None, 1, Rate(10), 96, 54)
    return Job(
        JobId(f"job_motion_{name}"),
        ProjectId(project_id),
        JobKind.MOTION,
        Purpose.CLIPS,
        Lane.LOW,
        "forgotten",
        clip_id=ClipId(f"clip_{number}"),
        shot=shot,
    )


def grow_old(servers: Servers, project_id: str) -> None:
    with psycopg.connect(servers.database_url) as connection:
        connection.execute(
            "UPDATE jobs SET due_at = due_at - interval '1 hour' WHERE project_id = %s", [project_id]
        )


def heard(servers: Servers, project_id: str, queue: str = LANE) -> list[str]:
    """The project's jobs for which a message waits, once for each message."""
    mine = project_id.removeprefix("proj_") + "-"
    with redis.Redis.from_url(servers.redis_url) as broker:
        messages = [json.loads(each) for each in broker.lrange(queue, 0, -1)]
    named = [json.loads(base64.b64decode(each["body"]))[0] for each in messages]
    jobs = [each[0] for each in named if each]
    return [each for each in jobs if each.removeprefix("job_motion_").startswith(mine)]


def test_all_that_was_forgotten_is_rung_for_in_one_round(
    servers: Servers, settings: Settings, forgotten: str
) -> None:
    upkeep.sweep()
    rung = heard(servers, forgotten)
    assert len(set(rung)) == len(rung) == MANY
    grow_old(servers, forgotten)
    upkeep.sweep()
    assert len(heard(servers, forgotten)) == MANY, "a message for each job waits: none is lost"
    with redis.Redis.from_url(servers.redis_url) as broker:
        broker.ltrim(LANE, 0, upkeep.PAGE)
    grow_old(servers, forgotten)
    upkeep.sweep()
    assert set(heard(servers, forgotten)) == set(rung), "some are lost: all are rung for"


def test_a_stream_of_others_hides_nobody_for_long(
    ask: Caller, servers: Servers, quiet: None, project_id: str
) -> None:
    """A killed worker's clip is called before anything new; one that may just wait is rung for later."""
    assert ask.post("/v1/projects", json=storyboard(project_id)).status_code == 201
    begun, new = (job(project_id, number) for number in range(2))
    house().database.jobs.accept([begun, new], [])
    assert house().database.jobs.claim(begun.job_id, "killed", 0.0)
    heard_of = [rounds(servers, project_id, others=30) for _ in range(8)]
    assert [begun.job_id in round_[queues.RESUME] for round_ in heard_of] == [
        number in (2, 4, 8) for number in range(1, 9)
    ]
    assert [round_[LANE] for round_ in heard_of] == [[]] * 7 + [[new.job_id]]


def rounds(servers: Servers, project_id: str, others: int) -> dict[str, list[str]]:
    """Whom a round rings for, by queue, while so many messages of others wait in the lane."""
    grow_old(servers, project_id)
    with redis.Redis.from_url(servers.redis_url) as broker:
        broker.flushdb()
        broker.rpush(LANE, *[other(number) for number in range(others)])
    upkeep.sweep()
    return {queue: heard(servers, project_id, queue) for queue in (LANE, queues.RESUME)}


def other(number: int) -> str:
    """Another's message."""
    return json.dumps({"body": base64.b64encode(json.dumps([[f"job_{number}"], {}, {}]).encode()).decode()})


def test_a_chore_that_fails_keeps_no_other_from_being_done(
    ask: Caller, quiet: None, settings: Settings, project_id: str
) -> None:
    """A deleted project's folder cannot be locked: it stays for another round, and what comes after is done."""
    here, gone = house(), ProjectId(f"{project_id}-gone")
    assert ask.post("/v1/projects", json=storyboard(project_id)).status_code == 201
    here.database.uploads.begin(late(project_id), 0.0)
    here.quartermaster.condemn(gone)
    stuck = settings.data / "locks" / f"{hashlib.sha256(f'start-{gone}'.encode()).hexdigest()[:32]}.lock"
    stuck.mkdir(parents=True)
    try:
        upkeep.sweep()
        assert gone in here.quartermaster.condemned()
        assert not [each for each in here.database.uploads.overdue(100) if each.project_id == project_id]
    finally:
        stuck.rmdir()
    upkeep.sweep()
    assert gone not in here.quartermaster.condemned()


def late(project_id: str) -> Upload:
    return Upload(f"up_{project_id}", ProjectId(project_id), "late.png", 1)
