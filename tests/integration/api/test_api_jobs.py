from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import redis

from config.settings import Settings
from jynco.embedded import Servers
from tests.integration.api.conftest import Caller, Projects, storyboard
from workers.app import configure


def queued(servers: Servers) -> dict[str, int]:
    with redis.Redis.from_url(servers.redis_url, decode_responses=True) as client:
        names = [f"{kind}.{lane}" for kind in ("motion", "render") for lane in ("high", "normal", "low")]
        return {name: length for name in names if (length := client.llen(name))}


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    ("wish", "queue", "bells"),
    [
        ({"kind": "preview"}, "motion.high", 1),
        ({"kind": "final"}, "motion.normal", 1),
        ({}, "motion.normal", 1),
        ({"kind": "clips"}, "motion.normal", 2),  # one each; a film's chord is written by a worker
        ({"kind": "preview", "priority": "low"}, "motion.low", 1),
        ({"kind": "final", "priority": "high"}, "motion.high", 1),
    ],
)
def test_a_job_waits_in_the_queue_of_its_kind(
    ask: Caller, project: Projects, servers: Servers, wish: dict[str, str], queue: str, bells: int
) -> None:
    before = lane(ask, queue)
    started = ask.post(f"/v1/projects/{project(clips=2)}/jobs", json=wish)
    assert started.status_code == 202
    assert queued(servers) == {queue: bells}
    waits = lane(ask, queue)
    assert (waits["depth"] - before["depth"], waits["messages"] - before["messages"]) == (2, bells)
    assert f"{waits['kind']}.{waits['priority']}" == queue
    assert waits["ageSeconds"] >= before["ageSeconds"]
    assert waits["oldestAt"] is not None
    assert started.get_json()["queuePosition"] == bells


def lane(ask: Caller, name: str) -> dict[str, Any]:
    told: list[dict[str, Any]] = ask.get("/v1/queues").get_json()["items"]
    return next(each for each in told if each["name"] == name)


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    ("wish", "applied"),
    [
        ("wait=1", "wait=1"),
        ('return=minimal, Wait="1"', "wait=1"),
        ("wait=0", None),
        ("wait=-1", None),
        ("wait=soon", None),
        ("respond-async", None),
        ("wait=" + "9" * 40, None),
    ],
)
def test_who_would_rather_wait_is_answered_when_the_time_is_up(
    ask: Caller, project: Projects, wish: str, applied: str | None
) -> None:
    started = ask.post(f"/v1/projects/{project()}/jobs", json={"kind": "clips"}, headers={"Prefer": wish})
    assert (started.status_code, started.get_json()["state"]) == (202, "queued")
    job = ask.get(started.headers["Location"], headers={"Prefer": wish})
    assert (job.status_code, job.get_json()["state"]) == (200, "queued")
    assert {each.headers.get("Preference-Applied") for each in (started, job)} == {applied}


def test_a_film_is_one_job_with_its_clips_below(ask: Caller, project: Projects) -> None:
    name = project(clips=3)
    started = ask.post(f"/v1/projects/{name}/jobs", json={"kind": "final"})
    told = started.get_json()
    assert told["jobId"].startswith("job_render_")
    assert started.headers["Location"] == f"/v1/jobs/{told['jobId']}" == told["links"]["self"]
    job = ask.get(started.headers["Location"]).get_json()
    assert (job["kind"], job["priority"], job["state"], job["progress"]) == ("final", "normal", "queued", 0)
    assert [clip["clipId"] for clip in job["clips"]] == ["clip_1", "clip_2", "clip_3"]
    assert {clip["jobId"] for clip in job["clips"]} == {each["jobId"] for each in told["jobs"]}
    assert job["outputUrl"] is job["receipt"] is job["error"] is job["startedAt"] is job["finishedAt"] is None
    below = ask.get(f"/v1/jobs/{job['clips'][0]['jobId']}").get_json()
    assert below["links"]["film"] == started.headers["Location"]


def test_clips_alone_are_jobs_of_their_own(ask: Caller, project: Projects) -> None:
    name = project(clips=3)
    started = ask.post(f"/v1/projects/{name}/jobs", json={"kind": "clips", "clips": ["clip_3", "clip_1"]})
    told = started.get_json()
    assert {each["clipId"] for each in told["jobs"]} == {"clip_1", "clip_3"}
    assert all(each["jobId"].startswith("job_motion_") for each in told["jobs"])
    assert started.headers["Location"] == told["jobs"][0]["links"]["self"]


def test_the_same_film_asked_for_twice_is_one_job(ask: Caller, project: Projects) -> None:
    name = project()
    first, second = (ask.post(f"/v1/projects/{name}/jobs", json={"kind": "final"}) for _ in range(2))
    assert first.get_json()["jobId"] == second.get_json()["jobId"]
    preview = ask.post(f"/v1/projects/{name}/jobs", json={"kind": "preview"})
    assert preview.get_json()["jobId"] != first.get_json()["jobId"]


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("kind", ["final", "clips"])
def test_who_joins_what_runs_rings_no_second_bell(
    ask: Caller, project: Projects, servers: Servers, kind: str
) -> None:
    name = project(clips=2)
    first, second = (ask.post(f"/v1/projects/{name}/jobs", json={"kind": kind}) for _ in range(2))
    assert first.get_json()["jobs"] == second.get_json()["jobs"]
    bells = {"final": 1, "clips": 2}[kind]
    assert queued(servers) == {"motion.normal": bells}
    assert second.get_json()["queuePosition"] == bells


def test_jobs_are_listed_the_newest_first(ask: Caller, project: Projects) -> None:
    name = project(clips=2)
    started = [ask.post(f"/v1/projects/{name}/jobs", json={"kind": kind}) for kind in ("final", "preview")]
    all_of_them = ask.get(f"/v1/jobs?projectId={name}&limit=100").get_json()
    found = [job["jobId"] for job in all_of_them["items"]]
    films = [job_id for job_id in found if job_id.startswith("job_render_")]
    assert films == [answer.get_json()["jobId"] for answer in reversed(started)]
    assert (len(found), all_of_them["nextCursor"]) == (6, None)
    paged: list[str] = []
    cursor = ""
    while True:
        page = ask.get(f"/v1/jobs?projectId={name}&limit=4{cursor}").get_json()
        paged += [job["jobId"] for job in page["items"]]
        if page["nextCursor"] is None:
            break
        cursor = f"&cursor={page['nextCursor']}"
    assert paged == found


def test_jobs_are_found_by_state(ask: Caller, project: Projects) -> None:
    name = project()
    job = ask.post(f"/v1/projects/{name}/jobs", json={}).get_json()
    assert ask.get(f"/v1/jobs?projectId={name}&state=running").get_json()["items"] == []
    assert ask("DELETE", job["links"]["self"]).get_json()["state"] == "cancelled"
    cancelled = ask.get(f"/v1/jobs?projectId={name}&state=cancelled").get_json()["items"]
    assert len(cancelled) == 2, "the clip's job went with the film's"
    assert ask.get(f"/v1/jobs?projectId={name}&state=queued").get_json()["items"] == []


def test_a_cancelled_job_stays_as_it_is(ask: Caller, project: Projects) -> None:
    job = ask.post(f"/v1/projects/{project()}/jobs", json={}).get_json()
    first, second = (ask("DELETE", job["links"]["self"]).get_json() for _ in range(2))
    assert first == second
    output = ask.get(job["links"]["output"])
    assert (output.status_code, output.get_json()["code"]) == (404, "not_found")


def test_there_is_no_output_before_the_end(ask: Caller, project: Projects) -> None:
    job = ask.post(f"/v1/projects/{project()}/jobs", json={}).get_json()
    for address in (job["links"]["output"], job["jobs"][0]["links"]["output"]):
        assert ask.get(address).status_code == 409


def test_a_film_that_cannot_be_made_starts_nothing(ask: Caller, project_id: str) -> None:
    ask.post("/v1/projects", json=storyboard(project_id, clips=2))
    refused = ask.post(f"/v1/projects/{project_id}/jobs", json={"kind": "final"})
    assert refused.status_code == 422
    assert {fault["pointer"] for fault in refused.get_json()["errors"]} == {"/timeline/0", "/timeline/1"}
    assert ask.get(f"/v1/jobs?projectId={project_id}").get_json()["items"] == []


def test_a_preview_shows_cards_for_what_is_missing(ask: Caller, project_id: str) -> None:
    ask.post("/v1/projects", json=storyboard(project_id))
    started = ask.post(f"/v1/projects/{project_id}/jobs", json={"kind": "preview"})
    assert started.status_code == 202
    clip = ask.get(started.headers["Location"]).get_json()["clips"][0]
    assert clip["status"] == "failed"
    assert "assets/missing.png" in clip["errorMessage"]


def test_the_plan_says_the_price_and_changes_nothing(ask: Caller, project: Projects) -> None:
    name = project(clips=2)
    before = ask.get(f"/v1/projects/{name}/storyboard").data
    plan = ask.get(f"/v1/projects/{name}/plan?kind=preview&onMissing=skip&provider=camera").get_json()
    assert [clip["action"] for clip in plan["clips"]] == ["generate", "generate"]
    assert (plan["frames"], plan["costUsd"], plan["unpricedClips"]) == (48, "0", 0)
    assert ask.get(f"/v1/projects/{name}/storyboard").data == before
    unknown = ask.get(f"/v1/projects/{name}/plan?provider=nobody").get_json()
    assert {clip["action"] for clip in unknown["clips"]} == {"failed"}


@pytest.mark.parametrize("budget", [0, 0.01, "0.50", None])
def test_what_costs_nothing_is_within_every_budget(ask: Caller, project: Projects, budget: object) -> None:
    started = ask.post(f"/v1/projects/{project()}/jobs", json={"kind": "final", "budgetUsd": budget})
    assert started.status_code == 202


def test_nothing_is_lost_when_the_broker_is_away(
    ask: Caller, project: Projects, settings: Settings, tmp_path: Path
) -> None:
    name = project()
    configure(replace(settings, redis_url=f"unix://{tmp_path}/nobody.sock"))
    try:
        started = ask.post(f"/v1/projects/{name}/jobs", json={})
        ready = ask.get("/readyz")
    finally:
        configure(settings)
    assert started.status_code == 202
    assert started.get_json()["queuePosition"] is None
    assert ask.get(started.headers["Location"]).get_json()["state"] == "queued"
    assert ready.status_code == 503
    assert ready.get_json()["checks"]["database"] == "ok"
