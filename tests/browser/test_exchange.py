"""Other editors: a timeline goes out, comes back edited, and is undone; titles are captions of the film."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Create, Jynco, Keep, Open

SHOWN = """() => {
  const [track] = player.textTracks;
  track.mode = "hidden";
  return new Promise(found => {
    const cues = () => [...track.cues].map(cue => [cue.startTime, cue.text]);
    const look = () => track.cues?.length ? found(cues()) : setTimeout(look, 50);
    look();
  });
}"""


def test_a_timeline_is_edited_elsewhere(
    visit: Open, jynco: Jynco, create: Create, keep: Keep, tmp_path: Path
) -> None:
    project = create(clips=3)
    page = visit(f"/projects/{project}")
    page.get_by_text("Other editors").click()
    with page.expect_download() as saved:
        page.get_by_role("link", name="OTIO").click()
    assert saved.value.suggested_filename == f"{project}.otio"
    timeline = json.loads(saved.value.path().read_text())
    timeline["tracks"]["children"][0]["children"].reverse()
    (tmp_path / "edit.otio").write_text(json.dumps(timeline))
    page.set_input_files("#edit", tmp_path / "edit.otio")
    expect(page.locator("#toasts")).to_contain_text("The edit is in.")
    assert jynco.order(project) == ["clip_3", "clip_2", "clip_1"]
    keep(page, "other-editors")
    page.locator("#undo").click()
    expect(page.locator("#toasts")).to_contain_text("Undone.")
    assert jynco.order(project) == ["clip_1", "clip_2", "clip_3"]
    (tmp_path / "edit.otio").write_text("no")
    page.set_input_files("#edit", tmp_path / "edit.otio")
    expect(page.locator("#toasts")).to_contain_text("edit.otio is no OTIO file")


def test_titles_are_captions(visit: Open, jynco: Jynco, create: Create) -> None:
    project = create(clips=1)
    layers = {"layers": {"text": [{"layerId": "t", "content": "Dusk", "startTime": 0.25}]}}
    patch = jynco.api.patch(f"/v1/projects/{project}/storyboard", json=layers, headers={"If-Match": "*"})
    patch.raise_for_status()
    page = visit(f"/projects/{project}")
    page.click("#make-preview")
    expect(page.locator("#board[data-preview]")).to_be_attached()
    page.wait_for_function("() => player.textTracks.length === 1")
    assert page.evaluate(SHOWN) == [[0.25, "Dusk"]]
