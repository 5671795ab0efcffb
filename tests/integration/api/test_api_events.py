from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask

from api.feed import MOST, feed
from jynco.model.ids import ProjectId
from tests.integration.api.conftest import Caller, Projects


@contextmanager
def stream(app: Flask, name: str, query: str = "", **headers: str) -> Iterator[Iterator[dict[str, Any]]]:
    """The events of an open stream, one by one."""
    answer = app.test_client().get(f"/v1/projects/{name}/events{query}", headers=headers, buffered=False)
    assert (answer.status_code, answer.mimetype) == (200, "text/event-stream")
    try:
        parts = (part for part in answer.response if isinstance(part, bytes))
        yield (read(part) for part in parts if part.startswith(b"id:"))
    finally:
        answer.close()


def read(part: bytes) -> dict[str, Any]:
    fields = dict(line.split(": ", 1) for line in part.decode().strip().split("\n"))
    return {"id": int(fields["id"]), "event": fields["event"], **json.loads(fields["data"])}


def test_what_happens_is_told_as_it_happens(ask: Caller, app: Flask, project: Projects) -> None:
    name = project()
    with stream(app, name) as events:
        job = ask.post(f"/v1/projects/{name}/jobs", json={}).get_json()
        told = [next(events) for _ in range(3)]
    assert {(event["event"], event.get("jobId")) for event in told} >= {("job", job["jobId"])}
    assert [event["id"] for event in told] == sorted(event["id"] for event in told)
    assert {event["projectId"] for event in told} == {name}


def test_whoever_comes_back_has_missed_nothing(ask: Caller, app: Flask, project: Projects) -> None:
    name = project()
    with stream(app, name, "?after=0") as events:
        first = next(events)
    ask.post(f"/v1/projects/{name}/jobs", json={})
    with stream(app, name, **{"Last-Event-ID": str(first["id"])}) as events:
        told = [next(events) for _ in range(3)]
    assert all(event["id"] > first["id"] for event in told)
    with stream(app, name, "?after=0") as events:
        again = [next(events) for _ in range(4)]
    assert again == [first, *told]


@pytest.mark.parametrize("bad", ["x", "-1", "1.5", "9" * 30, ""])
def test_only_ids_of_ours_are_places_to_begin(ask: Caller, project: Projects, bad: str) -> None:
    name = project()
    assert ask.get(f"/v1/projects/{name}/events", headers={"Last-Event-ID": bad}).status_code == 422
    assert ask.get(f"/v1/projects/{name}/events?after={bad}").status_code == 422


def test_nobody_listens_to_a_project_that_is_not_there(ask: Caller) -> None:
    assert ask.get("/v1/projects/proj_nobody/events").status_code == 404


def test_streams_end_before_the_threads_do(ask: Caller, app: Flask, project: Projects) -> None:
    name = project()
    open_ones = [feed.listen(ProjectId(name), 0) for _ in range(MOST)]
    for each in open_ones:
        each.__enter__()
    refused = ask.get(f"/v1/projects/{name}/events")
    for each in open_ones:
        each.__exit__(None, None, None)
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) > 0
    with stream(app, name, "?after=0") as events:
        next(events)
