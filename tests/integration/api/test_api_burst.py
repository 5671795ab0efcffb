"""Many who submit at the same moment, each with a retry for what was answered 503: all is there, and each once."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import redis

from jynco.embedded import Servers
from tests.integration.api.conftest import storyboard
from tests.integration.api.process import web

PROJECTS, CLIPS, CALLERS = 60, 2, 12
FILMS = (
    "SELECT film.job_id, film.project_id, count(clip.job_id), count(DISTINCT clip.clip_id) FROM jobs film"
    " LEFT JOIN jobs clip ON clip.parent_id = film.job_id WHERE film.kind = 'render' AND film.project_id LIKE %s"
    " GROUP BY film.job_id"
)


@pytest.mark.usefixtures("quiet")
def test_what_many_submit_at_once_is_all_there_and_once(servers: Servers, tmp_path: Path) -> None:
    names = [f"proj_burst_{number}" for number in range(PROJECTS)]
    with web(servers, tmp_path, WEB_CONCURRENCY="2") as (client, _), ThreadPoolExecutor(CALLERS) as crowd:
        told = list(crowd.map(lambda name: submitted(client, name), names))
    films = {str(answer["jobId"]): str(answer["projectId"]) for answer in told}
    assert sorted(films.values()) == sorted(names)
    with psycopg.connect(servers.database_url) as line:
        found = line.execute(FILMS, ("proj\\_burst\\_%",)).fetchall()
        events = line.execute(
            "SELECT count(*) FROM events WHERE project_id LIKE %s AND kind = 'job'", ("proj\\_burst\\_%",)
        ).fetchone()
    assert {film: project for film, project, _, _ in found} == films, "one film for each, and no other"
    assert {tuple(counts) for _, _, *counts in found} == {(CLIPS, CLIPS)}
    assert events == (PROJECTS * (CLIPS + 1),)
    assert set(rung(servers)) == set(films), "a bell was rung for each"
    assert all((tmp_path / "projects" / name / "storyboard.json").is_file() for name in names)


def submitted(client: httpx.Client, name: str) -> dict[str, Any]:
    """A project and its film, asked for until they are there."""
    document = storyboard(name, CLIPS)
    for clip in document["timeline"]:
        del clip["sourceImage"]
        clip["provider"] = "mock"
    patient(client, "/v1/projects", document, f"{name}-project")
    return patient(client, f"/v1/projects/{name}/jobs", {"kind": "final"}, f"{name}-film")


def patient(client: httpx.Client, path: str, body: dict[str, Any], key: str) -> dict[str, Any]:
    for _ in range(100):
        answer = client.post(path, json=body, headers={"Idempotency-Key": key})
        if answer.status_code not in {409, 503} or not answer.json().get("retryable"):
            break
    assert answer.status_code in {201, 202}, answer.text
    told: dict[str, Any] = answer.json()
    return told


def rung(servers: Servers) -> list[str]:
    """The films that messages wait for."""
    with redis.Redis.from_url(servers.redis_url) as valkey:
        messages = valkey.lrange("motion.normal", 0, -1)
    assert isinstance(messages, list)
    return [str(json.loads(base64.b64decode(json.loads(each)["body"]))[0][0]) for each in messages]
