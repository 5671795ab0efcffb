"""A preview plays in the browser before it is whole, and becomes the finished film without losing its place."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Create, Jynco, Open
from tests.integration.film_kit import ffmpeg

# The job's state when the first picture moves.
FIRST = """() => new Promise(found => {
  const look = async () => {
    if (!player.currentTime) return;
    player.removeEventListener("timeupdate", look);
    const job = document.getElementById("board").dataset.growing;
    found((await (await fetch(`/v1/jobs/${job}`)).json()).state);
  };
  player.addEventListener("timeupdate", look);
})"""


def lengthen(jynco: Jynco, project: str, folder: Path) -> None:
    """Behind the project's clips, one whose pictures take some seconds to encode even in a preview."""
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=960x540:r=12:d=1", "-preset", "ultrafast", folder / "long.mp4")
    with (folder / "long.mp4").open("rb") as stream:
        path = jynco.api.post(f"/v1/projects/{project}/assets", files={"file": stream}).json()["path"]
    story = jynco.story(project)
    story["outputSettings"]["resolution"] = {"width": 960, "height": 540}
    long = {"clipId": "clip_long", "status": "pending", "sourceFile": path, "duration": 60}
    blur = {"filters": [{"type": "blur", "intensity": 1}]}
    story["timeline"].append({**long, "effects": blur})
    put = jynco.api.put(f"/v1/projects/{project}/storyboard", json=story, headers={"If-Match": "*"})
    put.raise_for_status()


def test_a_preview_plays_before_it_is_whole(
    visit: Open, jynco: Jynco, create: Create, tmp_path: Path
) -> None:
    project = create(clips=1)
    lengthen(jynco, project, tmp_path)
    page = visit(f"/projects/{project}")
    page.evaluate(f"() => {{ window.first = ({FIRST})() }}")  # in braces, or evaluate waits for it
    page.click("#make-preview")
    assert page.evaluate("window.first") == "running"
    assert page.evaluate("player.currentSrc").endswith("/stream.mp4")
    assert page.evaluate("player.duration") == 61
    expect(page.locator("#board[data-preview]")).to_be_attached()
    page.evaluate("player.pause()")
    page.wait_for_function("() => player.currentSrc.endsWith('/output') && player.readyState > 1")
    assert page.evaluate("player.currentTime") > 0


def test_a_click_and_a_key_jump_to_a_clip(visit: Open, jynco: Jynco, create: Create) -> None:
    project = create(clips=3)
    page = visit(f"/projects/{project}")
    page.click("#make-preview")
    page.wait_for_function("() => player.currentSrc.endsWith('/output') && player.readyState > 1")
    page.locator(".strip .bar[data-clip=clip_3]").click()
    page.wait_for_function("() => player.currentTime > 2 && player.currentTime < 2.1")
    page.locator("#open-clip_2").press("p")
    page.wait_for_function("() => player.currentTime > 1 && player.currentTime < 1.1")
    expect(page.locator(".strip .bar.on")).to_have_attribute("data-clip", "clip_2")
