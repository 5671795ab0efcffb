from __future__ import annotations

import pytest

from tests.integration.api.conftest import Caller, Projects


def clip_of(ask: Caller, name: str, clip_id: str) -> dict[str, object]:
    timeline = ask.get(f"/v1/projects/{name}/storyboard").get_json()["timeline"]
    found: dict[str, object] = next(clip for clip in timeline if clip["clipId"] == clip_id)
    return found


def test_an_edited_prompt_starts_its_clip_alone(ask: Caller, project: Projects) -> None:
    name = project(clips=2)
    started = ask("PATCH", f"/v1/projects/{name}/clips/clip_2", json={"motionPrompt": "tilt up"})
    assert started.status_code == 202
    assert [each["clipId"] for each in started.get_json()["jobs"]] == ["clip_2"]
    assert started.headers["Location"].startswith("/v1/jobs/job_motion_")
    assert clip_of(ask, name, "clip_2")["motionPrompt"] == "tilt up"
    assert clip_of(ask, name, "clip_1")["motionPrompt"] == f"pan left 1 of {name}"


def test_null_takes_a_field_out(ask: Caller, project: Projects) -> None:
    name = project()
    address = f"/v1/projects/{name}/clips/clip_1"
    assert ask("PATCH", address, json={"seed": 7, "studio": {"take": 3}}).status_code == 202
    assert clip_of(ask, name, "clip_1")["seed"] == 7
    assert (
        ask("PATCH", address, json={"seed": None, "studio": {"take": None, "note": "x"}}).status_code == 202
    )
    assert "seed" not in clip_of(ask, name, "clip_1")
    assert clip_of(ask, name, "clip_1")["studio"] == {"note": "x"}


@pytest.mark.parametrize("field", ["status", "jobId", "cacheKey", "errorMessage"])
def test_made_fields_are_not_for_people(ask: Caller, project: Projects, field: str) -> None:
    address = f"/v1/projects/{project()}/clips/clip_1"
    refused = ask("PATCH", address, json={field: "completed", "motionPrompt": "tilt up"})
    assert refused.status_code == 422
    assert [fault["pointer"] for fault in refused.get_json()["errors"]] == [f"/{field}"]


def test_a_bad_edit_changes_nothing(ask: Caller, project: Projects) -> None:
    name = project(clips=2)
    before = ask.get(f"/v1/projects/{name}/storyboard").data
    refused = ask("PATCH", f"/v1/projects/{name}/clips/clip_2", json={"duration": -1})
    assert [fault["pointer"] for fault in refused.get_json()["errors"]] == ["/timeline/1/duration"]
    assert ask.get(f"/v1/projects/{name}/storyboard").data == before


def test_a_retry_is_a_job(ask: Caller, project: Projects) -> None:
    address = f"/v1/projects/{project()}/clips/clip_1/retry"
    bare = ask.post(address)
    assert bare.status_code == 202
    urgent = ask.post(address, json={"payAgain": True, "priority": "high"})
    assert urgent.status_code == 202
    agreed = ask.post(address, json={"failoverModerated": True})
    assert agreed.get_json()["jobs"] != bare.get_json()["jobs"], "the first was not allowed to"
    assert ask.post(address, json={"failoverModerated": "yes"}).status_code == 422


def test_only_clips_that_are_there(ask: Caller, project: Projects) -> None:
    name = project()
    for method, path in (("PATCH", ""), ("POST", "/retry")):
        answer = ask(method, f"/v1/projects/{name}/clips/clip_99{path}", json={} if path else {"seed": 1})
        assert answer.status_code == 404
    assert ask.get(f"/v1/projects/{name}/clips/clip_99/video").status_code == 404
    assert ask.get(f"/v1/projects/{name}/clips/clip_1/video").status_code == 404, "there is no film yet"
    assert ask.get("/v1/projects/proj_nobody/clips/clip_1/video").status_code == 404
