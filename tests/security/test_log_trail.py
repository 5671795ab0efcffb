"""Fact 14, and what logs are for: one film's ids lead through the lines of the web and of each worker."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx

from jynco.embedded import Servers
from tests.integration.api.conftest import picture, storyboard
from tests.integration.api.process import ROOT, environment
from tests.integration.api.process import web as started

PROJECT = "proj_trail"
PATIENCE = 120  # seconds
Line = dict[str, Any]


@contextmanager
def workers(servers: Servers, data: Path, folder: Path) -> Iterator[None]:
    """A motion worker and a render worker, each with a log of its own."""
    env = environment(servers, data, 1, JYNCO_POLL_SECONDS="0.1", JYNCO_RETRY_BASE_SECONDS="0.1")
    with ExitStack() as stack:
        running = []
        for name in ("motion", "render"):
            log = stack.enter_context((folder / name).open("w"))
            line = [sys.executable, "-m", "workers", name]
            running.append(stack.enter_context(subprocess.Popen(line, cwd=ROOT, env=env, stderr=log)))
        try:
            yield
        finally:
            for process in running:
                process.terminate()


def made(client: httpx.Client) -> tuple[Line, str]:
    """The film's job when it has ended, and the trace of the request that asked for it."""
    assert client.post("/v1/projects", json=storyboard(PROJECT)).status_code == 201
    kept = client.post(f"/v1/projects/{PROJECT}/assets", files={"file": ("a.png", picture())}).json()["path"]
    document = storyboard(PROJECT)
    document["timeline"][0]["sourceImage"] = kept
    put = client.put(f"/v1/projects/{PROJECT}/storyboard", json=document, headers={"If-Match": "*"})
    assert put.status_code == 200
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    given = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    address = client.post(f"/v1/projects/{PROJECT}/jobs", json={"kind": "preview"}, headers=given).headers[
        "Location"
    ]
    deadline = time.monotonic() + PATIENCE
    while (job := client.get(address).json())["state"] not in {"completed", "failed"}:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return job, trace


def told(path: Path) -> list[Line]:
    """What is JSON of it; Celery's banner is not."""
    return [json.loads(line) for line in path.read_text().splitlines() if line.startswith("{")]


def test_a_films_ids_lead_through_every_log(servers: Servers, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with (tmp_path / "web").open("w") as log, started(servers, data, log) as (client, _):
        with workers(servers, data, tmp_path):
            job, trace = made(client)
        assert client.delete(f"/v1/projects/{PROJECT}").status_code == 204
    assert job["state"] == "completed", job["error"]
    clip = job["clips"][0]
    web, motion, render = (told(tmp_path / name) for name in ("web", "motion", "render"))
    accepted = next(line for line in web if line.get("job_id") == job["jobId"])
    assert (accepted["logger"], accepted["trace_id"]) == ("jynco.api", trace)
    assert accepted["project_id"] == PROJECT
    mine = [line for line in motion if line.get("job_id") == clip["jobId"]]
    assert {(line["project_id"], line["clip_id"]) for line in mine} == {(PROJECT, clip["clipId"])}
    assert "jynco.motion" in {line["logger"] for line in mine}
    films = [line for line in render if line.get("job_id") == job["jobId"]]
    assert {line["project_id"] for line in films} == {PROJECT}
    assert "jynco.render" in {line["logger"] for line in films}
    assert {line["trace_id"] for line in (*mine, *films)} == {trace} == {accepted["job_trace_id"]}
