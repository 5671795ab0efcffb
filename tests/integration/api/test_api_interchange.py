"""Timelines and captions over HTTP, and the same from the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from config.settings import Settings
from tests.integration.api.conftest import Caller, Projects, Terminal, picture, storyboard, upload
from tests.integration.api.test_api_assets import film
from tests.unit.test_interchange_carried import film as carrying

TEXT = {"text": [{"layerId": "title", "content": "Dusk", "startTime": 0.25, "duration": 0.5}]}
CUES = b"WEBVTT\n\n00:00:00.250 --> 00:00:00.750\nDusk\n"


@pytest.mark.parametrize(
    ("form", "kind", "start"),
    [
        ("otio", "application/json", b"{"),
        ("fcp7xml", "application/xml", b"<?xml"),
        ("edl", "text/plain", b"TITLE: "),
        ("srt", "application/x-subrip", b"1\n00:00:00,250 --> 00:00:00,750\nDusk"),
        ("vtt", "text/vtt", CUES),
    ],
)
def test_a_project_is_exported(ask: Caller, project: Projects, form: str, kind: str, start: bytes) -> None:
    name = project(clips=2, layers=TEXT)
    answer = ask.get(f"/v1/projects/{name}/export?to={form}")
    assert (answer.status_code, answer.mimetype) == (200, kind)
    assert answer.data.startswith(start)
    assert name in answer.headers["Content-Disposition"]


def test_what_cannot_be_exported_is_said(ask: Caller, project: Projects) -> None:
    name = project()
    assert ask.get(f"/v1/projects/{name}/export?to=avi").status_code == 422
    assert ask.get("/v1/projects/proj_nobody/export?to=otio").status_code == 404
    output = {"outputSettings": {"fps": 31}}
    assert (
        ask("PATCH", f"/v1/projects/{name}/storyboard", json=output, headers={"If-Match": "*"}).status_code
        == 200
    )
    refused = ask.get(f"/v1/projects/{name}/export?to=edl")
    assert (refused.status_code, "31 frames per second" in refused.get_json()["detail"]) == (422, True)


def test_a_trimmed_beginning_comes_back_over_http(ask: Caller, project: Projects) -> None:
    name = project(clips=2)
    edit = ask.get(f"/v1/projects/{name}/export?to=otio").get_json()
    trimmed = edit["tracks"]["children"][0]["children"][1]["source_range"]
    trimmed["start_time"]["value"], trimmed["duration"]["value"] = 6, 18
    taken = ask.post(f"/v1/projects/{name}/import", json=edit)
    assert taken.status_code == 200
    clip = ask.get(f"/v1/projects/{name}/storyboard").get_json()["timeline"][1]
    assert (clip["inPoint"], clip["duration"]) == (0.25, 0.75)
    assert json.loads(ask.get(f"/v1/projects/{name}/export?to=otio").data)["tracks"] == edit["tracks"]


def test_captions_of_a_project_and_of_a_film(
    ask: Caller, project: Projects, tmp_path: Path, quiet: None
) -> None:
    name = project(layers=TEXT)
    assert ask.get(f"/v1/projects/{name}/captions.vtt").data == CUES
    job = ask.post(f"/v1/projects/{name}/jobs", json={"kind": "preview"}).get_json()["jobId"]
    later = {"layers": {"text": [{"layerId": "title", "content": "Dawn"}]}}
    ask("PATCH", f"/v1/projects/{name}/storyboard", json=later, headers={"If-Match": "*"})
    answer = ask.get(f"/v1/jobs/{job}/captions.vtt")
    assert (answer.data, answer.mimetype) == (CUES, "text/vtt"), "as the film shows them"
    assert ask("DELETE", f"/v1/jobs/{job}").status_code == 200


def test_media_are_known_by_their_paths_on_this_machine(
    ask: Caller, project: Projects, settings: Settings, tmp_path: Path
) -> None:
    name = project()
    path = upload(ask, name, film(tmp_path / "film.mp4")).get_json()["path"]
    clips = {"timeline": [{"clipId": "clip_f", "status": "pending", "sourceFile": path}]}
    ask("PATCH", f"/v1/projects/{name}/storyboard", json=clips, headers={"If-Match": "*"})
    here = ask.get(f"/v1/projects/{name}/export?to=otio").text
    assert (settings.data / "projects" / name / path).resolve().as_uri() in here


def test_the_terminal_writes_the_files(
    ask: Caller, project: Projects, jynco: Terminal, tmp_path: Path
) -> None:
    name = project(layers=TEXT)
    told = jynco("export", name, "--to", "otio,srt", "--out", str(tmp_path))
    assert told["files"] == {form: str(tmp_path / f"{name}.{form}") for form in ("otio", "srt")}
    assert json.loads((tmp_path / f"{name}.otio").read_text())["metadata"]["jynco"]["projectId"] == name
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".otio", ".srt"]
    jynco("export", name, "--to", "otio,mov", exit_code=2)
    jynco("export", name, "--out", str(tmp_path / "no"), exit_code=2)
    jynco("export", "proj_nobody", exit_code=2)


def test_a_film_brings_its_project_back(jynco: Terminal, project_id: str, tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "missing.png").write_bytes(picture())
    sounds = {"audio": [{"layerId": "bed", "sourceFile": "bed.wav"}]}
    document = storyboard(project_id, clips=2, layers=sounds)
    path = str(carrying(tmp_path / "film.mp4", jynco_storyboard=json.dumps(document)))
    jynco("open", path, "--out", str(tmp_path / "storyboard.json"))
    assert json.loads((tmp_path / "storyboard.json").read_text()) == document
    assert jynco("open", path) == {"projectId": project_id, "missing": ["bed.wav"]}
    again = jynco("open", path, exit_code=1)
    assert again["error"]["code"] == "conflict", "a film never takes the place of a project"
    assert jynco("open", path, "--as", f"{project_id}-2")["projectId"] == f"{project_id}-2"
    assert (
        jynco("open", str(carrying(tmp_path / "plain.mp4")), exit_code=2)["error"]["code"] == "asset_refused"
    )


def test_an_edited_timeline_is_a_revision(
    ask: Caller, project: Projects, jynco: Terminal, tmp_path: Path
) -> None:
    name = project(clips=3, layers=TEXT)
    before = ask.get(f"/v1/projects/{name}/storyboard")
    timeline = ask.get(f"/v1/projects/{name}/export?to=otio").get_json()
    address = f"/v1/projects/{name}/import"
    same = ask.post(address, json=timeline, headers={"If-Match": before.headers["ETag"]})
    assert (same.status_code, same.get_json()["timeline"]) == (200, before.get_json()["timeline"])
    track = timeline["tracks"]["children"][0]
    track["children"].reverse()
    track["children"][0]["source_range"]["duration"]["value"] = 12
    told = ask.post(address, json=timeline).get_json()["timeline"]
    assert [(clip["clipId"], clip["duration"]) for clip in told] == [
        ("clip_3", 0.5),
        ("clip_2", 1),
        ("clip_1", 1),
    ]
    assert ask.post(address, json=timeline, headers={"If-Match": before.headers["ETag"]}).status_code == 412
    del track["children"][1]
    (tmp_path / "edit.otio").write_text(json.dumps(timeline))
    assert jynco("import", name, str(tmp_path / "edit.otio"))["clips"] == ["clip_3", "clip_1"]


def test_edits_that_cannot_be_are_told_by_their_place(ask: Caller, project: Projects) -> None:
    name = project()
    address = f"/v1/projects/{name}/import"
    timeline = ask.get(f"/v1/projects/{name}/export?to=otio").get_json()
    clip = timeline["tracks"]["children"][0]["children"][0]
    clip["source_range"]["start_time"]["value"] = -12
    refused = ask.post(address, json=timeline)
    assert refused.status_code == 422
    assert (
        refused.get_json()["errors"][0]["pointer"] == "/tracks/children/0/children/0/source_range/start_time"
    )
    assert ask.post(address, data=b"{", content_type="application/json").status_code == 400
    assert ask.post(address, data=b"{}", content_type="text/plain").status_code == 415
    assert ask.post(address, json={}).status_code == 422
    assert ask.post("/v1/projects/proj_nobody/import", json=timeline).status_code == 404
    assert ask.get(f"/v1/projects/{name}/storyboard").get_json()["timeline"][0]["duration"] == 1
