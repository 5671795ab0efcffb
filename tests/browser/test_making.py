"""From a drop of pictures to a film, and what happens when a clip cannot be made."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Create, Jynco, Keep, Open

DROP = """files => {
  const data = new DataTransfer();
  for (const [name, text] of files) {
    const bytes = Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
    data.items.add(new File([bytes], name, {type: "image/png"}));
  }
  for (const kind of ["dragenter", "dragover", "drop"])
    document.body.dispatchEvent(new DragEvent(kind, {bubbles: true, cancelable: true, dataTransfer: data}));
}"""


def drop(page: Page, files: list[Path]) -> None:
    page.evaluate(DROP, [[file.name, base64.b64encode(file.read_bytes()).decode()] for file in files])


def test_dropped_pictures_become_a_film_that_plays(visit: Open, jynco: Jynco, pictures: list[Path]) -> None:
    page = visit()
    drop(page, [pictures[1], pictures[0], pictures[2]])
    page.wait_for_url("**/projects/**", wait_until="commit")
    expect(page.locator(".card")).to_have_count(3)
    expect(page.locator("#plan")).to_contain_text("3 clips to make")
    project = page.url.rpartition("/")[2]
    assert jynco.story(project)["outputSettings"]["resolution"] == {"width": 160, "height": 90}
    page.click("#make-preview")
    expect(page.locator(".card.completed")).to_have_count(3)
    expect(page.locator("#player")).to_be_visible()
    page.locator(".card .picture").first.hover()  # runs through the clip's film
    expect(page.locator(".card .scrub")).to_be_visible()
    page.evaluate("document.getElementById('player').play()")
    page.wait_for_function("() => player.currentTime > 0.2")
    expect(page.locator("#plan")).to_contain_text("Every clip is there already")
    with page.expect_download() as download:
        page.click("#download")
    assert download.value.path().stat().st_size > 1000


def test_a_playing_film_survives_edits(visit: Open, jynco: Jynco, create: Create) -> None:
    project = create(clips=2)
    page = visit(f"/projects/{project}")
    page.click("#make-preview")
    page.wait_for_function("() => player.readyState > 1")
    page.evaluate("player.loop = true; player.play()")
    source = page.evaluate("player.currentSrc")
    jynco.api.patch(
        f"/v1/projects/{project}/storyboard",
        json={"metadata": {"title": "Another name"}},
        headers={"If-Match": "*"},
    ).raise_for_status()
    expect(page.locator("#title")).to_have_text("Another name")
    expect(page.locator("#kinds")).to_contain_text("before the last edits")
    assert page.evaluate("[player.paused, player.currentSrc]") == [False, source]


def test_a_failed_card_comes_back_by_retry_and_by_another_prompt(
    visit: Open, jynco: Jynco, create: Create
) -> None:
    project = create(clips=2, provider="mock", providerOptions={"fail": "generation", "times": 1})
    story = jynco.story(project)
    for clip in story["timeline"]:
        clip["sourceImage"] = story["timeline"][0]["sourceImage"]
    jynco.api.put(
        f"/v1/projects/{project}/storyboard", json=story, headers={"If-Match": "*"}
    ).raise_for_status()
    page = visit(f"/projects/{project}")
    page.click("#make-clips")
    first, second = page.locator("#card-clip_1"), page.locator("#card-clip_2")
    expect(first).to_contain_text("The mock was told to fail this clip.")
    expect(second).to_contain_text("Failed")
    second.get_by_role("button", name="Retry").click()
    expect(second).to_contain_text("Ready")
    first.get_by_role("button", name="Edit prompt").click()
    words = page.get_by_label("How the picture moves")
    expect(words).to_be_focused()
    words.fill("pan left 2")
    page.get_by_role("button", name="Save and make").click()
    expect(first).to_contain_text("Ready")
    assert jynco.story(project)["timeline"][0]["motionPrompt"] == "pan left 2"


def test_what_may_have_been_billed_is_made_again_with_consent_alone(visit: Open, create: Create) -> None:
    project = create(clips=1, provider="mock", providerOptions={"fail": "unknown", "times": 1})
    page = visit(f"/projects/{project}")
    page.click("#make-clips")
    card, sure = page.locator("#card-clip_1"), page.locator("#ask")
    expect(card).to_contain_text("Failed")
    card.get_by_role("button", name="Pay again").click()
    sure.get_by_role("button", name="Cancel").click()
    expect(card).to_contain_text("Failed")
    card.get_by_role("button", name="Pay again").click()
    sure.get_by_role("button", name="Pay again").click()
    expect(card).to_contain_text("Ready")


def test_a_state_stands_on_the_page_before_the_board_is_fetched(
    visit: Open, jynco: Jynco, create: Create
) -> None:
    project = create(clips=2)
    page = visit(f"/projects/{project}")
    with page.expect_response("**/events"):
        page.reload()
    page.route("**/board", lambda route: route.fulfill(status=204))  # nothing new
    jynco.api.post(f"/v1/projects/{project}/jobs", json={"kind": "clips"}).raise_for_status()
    expect(page.locator(".card.completed .word")).to_have_text(["Ready", "Ready"])
    expect(page.locator(".strip .bar.completed")).to_have_count(2)


def test_a_running_film_can_be_cancelled(visit: Open, jynco: Jynco, create: Create) -> None:
    project = create(clips=1, provider="mock", providerOptions={"latency": 600})
    page = visit(f"/projects/{project}")
    page.click("#make-preview")
    expect(page.locator("#card-clip_1")).to_contain_text("Being made")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#overall")).to_have_count(0)
    jobs = jynco.api.get("/v1/jobs", params={"projectId": project}).json()["items"]
    assert {job["state"] for job in jobs} == {"cancelled"}


@pytest.mark.long
def test_operations_show_what_happens_and_hold_it_back(
    visit: Open, create: Create, jynco: Jynco, keep: Keep
) -> None:
    project = create(clips=1, provider="mock", providerOptions={"latency": 600})
    page = visit("/operations")
    expect(page.get_by_role("row", name="Films", exact=False).first).to_be_visible()
    expect(page.get_by_role("link", name="Flower")).to_have_attribute("href", jynco.flower)
    expect(page.locator("#crew")).to_contain_text("motion.resume")
    page.get_by_role("button", name="Pause motion.normal").click()
    expect(page.get_by_role("button", name="Resume motion.normal")).to_be_visible()
    started = jynco.api.post(f"/v1/projects/{project}/jobs", json={"kind": "clips"}).raise_for_status().json()
    expect(page.get_by_text(started["jobId"])).to_be_visible()
    expect(page.get_by_role("row", name="Clips").first).to_contain_text("oldest")
    keep(page, "operations")
    page.get_by_role("button", name="Resume motion.normal").click()
    expect(page.get_by_role("row", name=started["jobId"])).to_contain_text("running")
    jynco.api.delete(f"/v1/jobs/{started['jobId']}").raise_for_status()
    expect(page.get_by_role("row", name=started["jobId"])).to_contain_text("cancelled")
