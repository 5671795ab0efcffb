from __future__ import annotations

from tests.integration.api.conftest import Caller, Projects, picture, storyboard, upload


def test_a_project_is_created_read_and_deleted(ask: Caller, project_id: str) -> None:
    document = storyboard(project_id, metadata={"title": "Dawn"})
    created = ask.post("/v1/projects", json=document)
    assert created.status_code == 201
    assert created.headers["Location"] == f"/v1/projects/{project_id}"
    found = ask.get(created.headers["Location"]).get_json()
    assert (found["title"], found["revision"], found["clipCount"]) == ("Dawn", 1, 1)
    assert ask("DELETE", created.headers["Location"]).status_code == 204
    assert ask.get(created.headers["Location"]).status_code == 404
    assert ask("DELETE", created.headers["Location"]).status_code == 404


def test_a_name_is_given_once(ask: Caller, project_id: str) -> None:
    document = storyboard(project_id)
    assert ask.post("/v1/projects", json=document).status_code == 201
    again = ask.post("/v1/projects", json=document)
    assert again.status_code == 409
    assert again.get_json()["code"] == "conflict"


def test_the_etag_of_a_new_project_opens_its_storyboard(ask: Caller, project_id: str) -> None:
    created = ask.post("/v1/projects", json=storyboard(project_id))
    shown = ask.get(f"/v1/projects/{project_id}/storyboard")
    assert shown.headers["ETag"] == created.headers["ETag"]


def test_every_fault_is_told_with_its_place(ask: Caller, project_id: str) -> None:
    document = storyboard(project_id, clips=3)
    document["timeline"][0]["duration"] = -1
    document["timeline"][1]["clipId"] = "clip_1"
    document["outputSettings"]["codec"] = "mpeg2"
    document["outputSettings"]["fps"] = 0
    refused = ask.post("/v1/projects", json=document)
    assert refused.status_code == 422
    pointers = {fault["pointer"] for fault in refused.get_json()["errors"]}
    expected = {"/timeline/0/duration", "/timeline/1/clipId", "/outputSettings/codec", "/outputSettings/fps"}
    assert expected <= pointers
    assert ask.get(f"/v1/projects/{project_id}").status_code == 404


def test_nan_is_told_with_its_place(ask: Caller, project_id: str) -> None:
    start = f'{{"version": "1.2", "projectId": "{project_id}", '
    body = start + '"outputSettings": {"fps": NaN}, "timeline": []}'
    refused = ask.post("/v1/projects", data=body, content_type="application/json")
    assert refused.status_code == 422
    assert "/outputSettings/fps" in {fault["pointer"] for fault in refused.get_json()["errors"]}


def test_projects_are_listed_page_by_page(ask: Caller, project_id: str) -> None:
    names = [f"{project_id}-{letter}" for letter in "abcde"]
    for name in names:
        ask.post("/v1/projects", json=storyboard(name))
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = ask.get(f"/v1/projects?limit=2{cursor and '&cursor=' + cursor}").get_json()
        assert len(page["items"]) <= 2
        found += [item["projectId"] for item in page["items"]]
        cursor = page["nextCursor"]
    assert [name for name in found if name in names] == names
    assert len(set(found)) == len(found)


def test_a_deleted_project_takes_its_jobs_and_files_along(ask: Caller, project: Projects) -> None:
    name = project()
    job = ask.post(f"/v1/projects/{name}/jobs", json={}).get_json()
    assert ask("DELETE", f"/v1/projects/{name}").status_code == 204
    assert ask.get(job["links"]["self"]).status_code == 404
    assert upload(ask, name, picture()).status_code == 404
    assert ask.post("/v1/projects", json=storyboard(name)).status_code == 201
    refused = ask.post(f"/v1/projects/{name}/jobs", json={})
    assert refused.status_code == 422, "the picture was deleted with the project"
