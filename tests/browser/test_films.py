"""The list of films: brought in, copied, deleted with time to think again; and who may not come in."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from api.editor import vendored
from jynco.embedded.locks import until
from tests.browser.conftest import Create, Jynco, Open


def test_a_storyboard_comes_in_with_its_files(
    visit: Open, jynco: Jynco, pictures: list[Path], tmp_path: Path
) -> None:
    document = {
        "version": "1.2",
        "projectId": "proj_brought_in",
        "outputSettings": {"resolution": {"width": 160, "height": 90}, "fps": 12, "codec": "h264"},
        "timeline": [
            {
                "clipId": "clip_1",
                "status": "pending",
                "motionPrompt": "pan",
                "sourceImage": f"images/{file.name}",
            }
            for file in pictures[:1]
        ],
    }
    file = tmp_path / "storyboard.json"
    file.write_text(json.dumps(document))
    page = visit()
    page.set_input_files("#import", [file, pictures[0]])
    page.wait_for_url("**/projects/proj_brought_in", wait_until="commit")
    expect(page.locator("#plan")).to_contain_text("1 clip to make")
    assert jynco.story("proj_brought_in")["timeline"][0]["sourceImage"].startswith("assets/")


def test_a_film_is_copied_with_its_files(visit: Open, jynco: Jynco, create: Create) -> None:
    project = create(clips=2)
    page = visit()
    page.locator(f"#film-{project}").get_by_role("button", name="Duplicate").click()
    page.wait_for_url(f"**/projects/{project}-*", wait_until="commit")
    expect(page.locator("#plan")).to_contain_text("2 clips to make")
    copy = page.url.rpartition("/")[2]
    jynco.api.delete(f"/v1/projects/{project}").raise_for_status()
    assert not jynco.api.get(f"/v1/projects/{copy}/plan").json()["clips"][0]["reason"]


def test_deleting_leaves_time_to_think_again(visit: Open, jynco: Jynco, create: Create) -> None:
    project = create(clips=1)
    page = visit()
    film = page.locator(f"#film-{project}")
    film.get_by_role("button", name="Delete").click()
    expect(film).to_be_hidden()
    page.get_by_role("button", name="Undo").click()
    expect(film).to_be_visible()
    film.get_by_role("button", name="Delete").click()
    assert jynco.api.get(f"/v1/projects/{project}").status_code == 200
    page.goto("/operations")  # whoever leaves has made up their mind
    assert until(lambda: jynco.api.get(f"/v1/projects/{project}").status_code == 404, 20)


def test_what_is_not_there_is_told_in_words(visit: Open, complaints: list[str]) -> None:
    page = visit("/projects/proj_never_was")
    expect(page.get_by_role("heading", name="This cannot be shown")).to_be_visible()
    assert all("404" in each for each in complaints)
    complaints.clear()


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:1"},
    ],
)
def test_pages_of_others_can_change_nothing(jynco: Jynco, create: Create, headers: dict[str, str]) -> None:
    project = create(clips=1)
    for path in (f"/v1/projects/{project}/clips/clip_1/retry", f"/projects/{project}/duplicate"):
        assert jynco.api.post(path, headers=headers).status_code == 403, path
    assert not jynco.api.get("/v1/jobs", params={"projectId": project}).json()["items"]
    assert jynco.api.get(f"/v1/projects/{project}", headers=headers).status_code == 200


def test_a_name_that_was_made_to_point_here_shows_nothing(jynco: Jynco) -> None:
    for path in ("/", "/v1/projects"):
        assert jynco.api.get(path, headers={"Host": "rebound.example"}).status_code == 421
        assert jynco.api.get(path, headers={"Host": "localhost:1234"}).status_code == 200


def test_every_vendored_file_is_what_its_manifest_says() -> None:
    scripts = {path.name for path in vendored.FOLDER.glob("*.js")}
    assert scripts == set(vendored.manifest())
    for name in scripts:
        digest = hashlib.sha384((vendored.FOLDER / name).read_bytes()).digest()
        assert vendored.integrity(name) == "sha384-" + base64.b64encode(digest).decode(), name
