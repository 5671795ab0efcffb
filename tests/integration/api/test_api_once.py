"""Idempotency-Key: sent again is answered again, and done once."""

from __future__ import annotations

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg
import pytest
from werkzeug.test import TestResponse

from config.settings import Settings
from jynco.adapters.database.desk import desk
from tests.integration.api.conftest import Caller, Projects, storyboard
from workers.house import house


@pytest.fixture
def key() -> dict[str, str]:
    return {"Idempotency-Key": uuid.uuid4().hex}


def lose_answer(settings: Settings, key: dict[str, str], made: list[str]) -> None:
    """The row as it is between the change and the answer, left by a process that is no more."""
    left = (
        "UPDATE replies SET status = NULL, body = NULL, lease_until = created_at, headers = %s WHERE key = %s"
    )
    with psycopg.connect(str(settings.database_url)) as rows:
        assert rows.execute(left, (json.dumps({"made": made}), key["Idempotency-Key"])).rowcount == 1


def told(answer: TestResponse) -> list[str]:
    """Every job that an answer names, the one to follow first."""
    body = answer.get_json()
    return [body["jobId"], *(job["jobId"] for job in body["jobs"])]


def jobs(ask: Caller, name: str) -> int:
    return len(ask.get(f"/v1/jobs?projectId={name}&limit=100").get_json()["items"])


def test_a_job_is_started_once(ask: Caller, project: Projects, key: dict[str, str]) -> None:
    address = f"/v1/projects/{project()}/jobs"
    first = ask.post(address, json={"kind": "final"}, headers=key)
    assert ask("DELETE", first.headers["Location"]).get_json()["state"] == "cancelled"
    again = ask.post(address, json={"kind": "final"}, headers=key)
    assert (again.status_code, again.data) == (202, first.data)
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    other = ask.post(address, json={"kind": "final"})
    assert other.headers["Location"] != first.headers["Location"], "without the key it is done anew"


def test_a_project_is_created_once(ask: Caller, project_id: str, key: dict[str, str]) -> None:
    first, again = (ask.post("/v1/projects", json=storyboard(project_id), headers=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.data == first.data


def test_what_was_made_is_told_though_its_answer_was_lost(
    ask: Caller, settings: Settings, project_id: str, key: dict[str, str]
) -> None:
    """As after the database goes between the change and the reply: the row says what was made, and no more."""
    body = storyboard(project_id)
    first = ask.post("/v1/projects", json=body, headers=key)
    lose_answer(settings, key, [project_id])
    again = ask.post("/v1/projects", json=body, headers=key)
    assert (again.status_code, again.data) == (201, first.data)
    assert again.headers["ETag"] == first.headers["ETag"]


def test_a_job_that_was_made_is_told_though_its_answer_was_lost(
    ask: Caller, settings: Settings, project: Projects, key: dict[str, str]
) -> None:
    name = project()
    address = f"/v1/projects/{name}/jobs"
    first = ask.post(address, json={"kind": "final"}, headers=key)
    made = told(first)
    ask("DELETE", first.headers["Location"])
    lose_answer(settings, key, made)
    again = ask.post(address, json={"kind": "final"}, headers=key)
    assert (again.status_code, told(again)) == (202, made)
    assert jobs(ask, name) == len(made), "and nothing is made twice"


def test_another_body_under_the_key_is_refused(ask: Caller, project: Projects, key: dict[str, str]) -> None:
    name = project()
    ask.post(f"/v1/projects/{name}/jobs", json={"kind": "final"}, headers=key)
    for address, body in ((f"/v1/projects/{name}/jobs", {"kind": "preview"}), ("/v1/projects", {})):
        refused = ask.post(address, json=body, headers=key)
        assert (refused.status_code, refused.get_json()["code"]) == (422, "idempotency_key_reused")
    assert jobs(ask, name) == 2, "the film and its clip"


def test_a_refusal_is_not_kept(ask: Caller, project_id: str, key: dict[str, str]) -> None:
    address = f"/v1/projects/{project_id}/jobs"
    assert ask.post(address, json={"kind": "preview"}, headers=key).status_code == 404
    ask.post("/v1/projects", json=storyboard(project_id))
    assert ask.post(address, json={"kind": "preview"}, headers=key).status_code == 202


def test_what_is_being_done_is_not_begun_again(ask: Caller, project_id: str, key: dict[str, str]) -> None:
    line = Barrier(6)

    def create(_: int) -> tuple[int, str]:
        line.wait()
        answer = ask.post("/v1/projects", json=storyboard(project_id), headers=key)
        if answer.status_code == 409:
            assert answer.get_json()["retryable"] is True
            assert int(answer.headers["Retry-After"]) >= 1
        return answer.status_code, str(answer.get_json().get("code"))

    with ThreadPoolExecutor(6) as callers:
        answers = [*callers.map(create, range(6))]
    assert (201, "None") in answers
    assert set(answers) <= {(201, "None"), (409, "idempotency_key_busy")}, "never 'exists already'"
    assert ask.post("/v1/projects", json=storyboard(project_id), headers=key).status_code == 201


@pytest.mark.parametrize("bad", ["", "x" * 256, "with space", "\xe9"])
def test_a_key_that_cannot_be_is_refused(ask: Caller, project: Projects, bad: str) -> None:
    name = project()
    refused = ask.post(f"/v1/projects/{name}/jobs", json={}, headers={"Idempotency-Key": bad})
    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["pointer"] == "/Idempotency-Key"
    assert jobs(ask, name) == 0


def test_a_body_over_its_limit_is_refused_with_a_key_too(
    ask: Caller, project: Projects, key: dict[str, str]
) -> None:
    body = b'{"kind": "final"' + b" " * (1024 * 1024) + b"}"
    headers = {**key, "Content-Type": "application/json"}
    assert ask.post(f"/v1/projects/{project()}/jobs", data=body, headers=headers).status_code == 413


def test_the_sweeper_forgets_old_answers() -> None:
    assert desk(house().database).replies.sweep() == 0
