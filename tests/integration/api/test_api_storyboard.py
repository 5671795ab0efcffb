from __future__ import annotations

import json

import pytest

from tests.integration.api.conftest import Caller, Projects, storyboard


@pytest.fixture
def address(ask: Caller, project_id: str) -> str:
    document = storyboard(project_id, clips=2, studio={"unknown": [1, {"deep": None}]})
    assert ask.post("/v1/projects", json=document).status_code == 201
    return f"/v1/projects/{project_id}/storyboard"


def test_what_was_sent_comes_back_with_what_jynco_adds(ask: Caller, address: str, project_id: str) -> None:
    shown = ask.get(address)
    document = storyboard(project_id, clips=2, studio={"unknown": [1, {"deep": None}]})
    assert {name: shown.get_json()[name] for name in document} == document
    assert list(shown.get_json())[: len(document)] == [*sorted(document)], "in the order it was sent"


def test_an_etag_saves_reading_again(ask: Caller, address: str) -> None:
    tag = ask.get(address).headers["ETag"]
    assert not tag.startswith("W/")
    again = ask.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert ask.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_write_says_what_it_has_seen(ask: Caller, address: str, method: str) -> None:
    document = ask.get(address).get_json()
    assert ask(method, address, json=document).status_code == 428
    stale = ask(method, address, json=document, headers={"If-Match": '"5f5e100.1-0000000000000000"'})
    assert stale.status_code == 412
    weak = "W/" + ask.get(address).headers["ETag"]
    assert ask(method, address, json=document, headers={"If-Match": weak}).status_code == 412
    assert ask(method, address, json=document, headers={"If-Match": '""'}).status_code == 412


def test_of_two_writers_the_second_reads_again(ask: Caller, address: str) -> None:
    shown = ask.get(address)
    seen, document = {"If-Match": shown.headers["ETag"]}, shown.get_json()
    first = ask("PUT", address, json={**document, "metadata": {"title": "first"}}, headers=seen)
    assert first.status_code == 200
    assert first.headers["ETag"] != shown.headers["ETag"]
    second = ask("PUT", address, json={**document, "metadata": {"title": "second"}}, headers=seen)
    assert (second.status_code, second.get_json()["code"]) == (412, "stale_revision")
    assert ask.get(address).get_json()["metadata"]["title"] == "first"


def test_a_merge_patch_changes_only_what_it_names(ask: Caller, address: str) -> None:
    before = ask.get(address).get_json()
    patch = {"metadata": {"title": "Dusk"}, "outputSettings": {"fps": 30}, "studio": None}
    for kind in ("application/merge-patch+json", "application/json"):
        done = ask("PATCH", address, data=json.dumps(patch), content_type=kind, headers={"If-Match": "*"})
        assert done.status_code == 200
    after = ask.get(address).get_json()
    assert after["metadata"]["title"] == "Dusk"
    assert after["outputSettings"] == {**before["outputSettings"], "fps": 30}
    assert after["timeline"] == before["timeline"]
    assert "studio" not in after


def test_a_bad_patch_changes_nothing(ask: Caller, address: str) -> None:
    before = ask.get(address)
    refused = ask("PATCH", address, json={"timeline": "none"}, headers={"If-Match": "*"})
    assert refused.status_code == 422
    assert {fault["pointer"] for fault in refused.get_json()["errors"]} == {"/timeline"}
    assert ask.get(address).data == before.data


def test_a_document_stays_with_its_project(ask: Caller, address: str) -> None:
    document = ask.get(address).get_json()
    moved = ask("PUT", address, json={**document, "projectId": "proj_other"}, headers={"If-Match": "*"})
    assert moved.status_code == 422
    assert [fault["pointer"] for fault in moved.get_json()["errors"]] == ["/projectId"]


def test_what_jynco_makes_is_no_reason_to_refuse_an_edit(ask: Caller, project: Projects) -> None:
    address = f"/v1/projects/{project()}/storyboard"
    shown = ask.get(address)
    ask.post(f"/v1/projects/{shown.get_json()['projectId']}/jobs", json={})
    made = ask.get(address)
    assert made.get_json()["timeline"][0]["jobId"].startswith("job_motion_")
    assert made.headers["ETag"] != shown.headers["ETag"], "the bytes are others"
    edit = {**made.get_json(), "metadata": {"title": "edited while it is made"}}
    assert ask("PUT", address, json=edit, headers={"If-Match": shown.headers["ETag"]}).status_code == 200


def test_made_fields_cannot_be_forged(ask: Caller, address: str) -> None:
    document = ask.get(address).get_json()
    document["timeline"][0] |= {
        "status": "completed",
        "cacheKey": "f" * 64,
        "sourceFile": "generated/forged.mp4",
    }
    done = ask("PUT", address, json=document, headers={"If-Match": "*"})
    assert done.status_code == 200
    clip = done.get_json()["timeline"][0]
    assert clip["status"] == "pending"
    assert "cacheKey" not in clip
    assert "sourceFile" not in clip


def test_a_tag_of_a_deleted_project_does_not_fit_the_next(ask: Caller, address: str, project_id: str) -> None:
    old = ask.get(address).headers["ETag"]
    ask("DELETE", f"/v1/projects/{project_id}")
    ask.post("/v1/projects", json=storyboard(project_id))
    assert ask("PATCH", address, json={"a": 1}, headers={"If-Match": old}).status_code == 412
