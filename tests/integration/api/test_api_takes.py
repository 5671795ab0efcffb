from __future__ import annotations

from tests.integration.api.conftest import Caller, Projects


def test_a_clip_that_was_never_made_has_no_takes_and_no_last_frame(ask: Caller, project: Projects) -> None:
    address = f"/v1/projects/{project()}/clips/clip_1"
    assert ask.get(f"{address}/takes").get_json() == {"items": []}
    assert ask.post(f"{address}/takes/job_motion_nobody/pick").status_code == 404
    early = ask.post(f"{address}/continue", json={"insert": True})
    assert (early.status_code, early.get_json()["code"]) == (409, "conflict")
    assert ask.post(f"{address}/continue", json={"insert": "yes"}).status_code == 422
    assert ask.get(f"{address}_gone/takes").status_code == 404


def test_another_take_is_a_job_with_a_seed_of_its_own(ask: Caller, project: Projects) -> None:
    name = project()
    started = ask.post(f"/v1/projects/{name}/clips/clip_1/takes", json={"priority": "high"})
    assert started.status_code == 202
    assert started.headers["Location"].startswith("/v1/jobs/job_motion_")
    (clip,) = ask.get(f"/v1/projects/{name}/storyboard").get_json()["timeline"]
    assert 0 <= clip["seed"] < 2**28
