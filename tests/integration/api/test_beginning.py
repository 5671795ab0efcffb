"""A film's one bell becomes its clips' bells: heard twice, after a cancel or a delete, nothing is made twice."""

from __future__ import annotations

import base64
import json
from collections import Counter

import pytest
import redis

from jynco.embedded import Servers
from jynco.model.ids import JobId, ProjectId
from jynco.model.states import JobState
from tests.integration.api.conftest import Caller, Projects
from workers.house import house
from workers.tasks import motion
from workers.tasks.begin import begin

LANE = "motion.normal"


@pytest.fixture
def film(ask: Caller, project: Projects, servers: Servers) -> str:
    """A film of three clips that was accepted, and whose bell has been taken from the queue."""
    job = ask.post(f"/v1/projects/{project(clips=3)}/jobs", json={"kind": "final"}).get_json()
    with redis.Redis.from_url(servers.redis_url) as broker:
        broker.flushdb()
    return str(job["jobId"])


def rung(servers: Servers) -> Counter[str]:
    """For which jobs a message waits, and how many for each."""
    with redis.Redis.from_url(servers.redis_url) as broker:
        messages = [json.loads(each) for each in broker.lrange(LANE, 0, -1)]
    assert {each["headers"]["task"] for each in messages} <= {"motion.make"}
    return Counter(json.loads(base64.b64decode(each["body"]))[0][0] for each in messages)


def clips(film: str) -> dict[str, JobState]:
    return {job.job_id: job.state for job in house().database.jobs.children(JobId(film))}


def test_one_bell_rings_for_each_clip(servers: Servers, film: str) -> None:
    begin(film)
    assert len(clips(film)) == 3
    assert rung(servers) == dict.fromkeys(clips(film), 1)


def test_a_bell_that_is_heard_twice_has_every_clip_made_once(servers: Servers, film: str) -> None:
    begin(film)
    begin(film)
    assert rung(servers) == dict.fromkeys(clips(film), 2)
    for job_id in rung(servers).elements():
        assert motion.make(job_id)["status"] == JobState.COMPLETED
    project_id = house().database.jobs.get(JobId(film)).project_id
    assert len(house().database.ledger.history(project_id)) == 3
    begin(film)
    assert rung(servers) == dict.fromkeys(clips(film), 2), "what has ended is not rung for"


def test_a_cancelled_film_rings_for_nobody(ask: Caller, servers: Servers, film: str) -> None:
    assert ask("DELETE", f"/v1/jobs/{film}").status_code == 200
    begin(film)
    assert not rung(servers)
    assert set(clips(film).values()) == {JobState.CANCELLED}


def test_a_deleted_film_rings_for_nobody(ask: Caller, servers: Servers, film: str) -> None:
    project_id = ProjectId(house().database.jobs.get(JobId(film)).project_id)
    assert ask("DELETE", f"/v1/projects/{project_id}").status_code == 204
    begin(film)
    assert not rung(servers)
