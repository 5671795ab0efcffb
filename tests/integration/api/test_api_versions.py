from __future__ import annotations

from tests.integration.api.conftest import Caller, Projects


def test_versions_say_who_and_lead_back_and_forth(ask: Caller, project: Projects) -> None:
    name = project()
    any_version = {"If-Match": "*"}
    ask("PATCH", f"/v1/projects/{name}/storyboard", json={"metadata": {"title": "New"}}, headers=any_version)
    told = ask.get(f"/v1/projects/{name}/versions").get_json()
    assert [version["revision"] for version in told["items"]] == [3, 2, 1]
    assert (told["items"][0]["author"], told["undo"], told["redo"]) == ("this machine", 2, None)
    undone = ask.post(f"/v1/projects/{name}/versions/undo", headers=any_version)
    assert undone.status_code == 200
    assert "title" not in undone.get_json()["metadata"]
    again = ask.post(f"/v1/projects/{name}/versions/redo", headers={"If-Match": undone.headers["ETag"]})
    assert again.get_json()["metadata"]["title"] == "New"
    late = ask.post(f"/v1/projects/{name}/versions/undo", headers={"If-Match": undone.headers["ETag"]})
    assert (late.status_code, late.get_json()["code"]) == (412, "stale_revision")
    assert ask.post(f"/v1/projects/{name}/versions/redo", headers=any_version).status_code == 409
    assert ask.post(f"/v1/projects/{name}/versions/redo").status_code == 428
    restored = ask.post(f"/v1/projects/{name}/versions/1/restore", headers=any_version)
    assert restored.get_json()["timeline"][0]["sourceImage"] == "assets/missing.png"
    for nothing in (99, 2**63):
        lost = ask.post(f"/v1/projects/{name}/versions/{nothing}/restore", headers=any_version)
        assert (lost.status_code, lost.get_json()["code"]) == (404, "not_found")
