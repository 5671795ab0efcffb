"""What was made of a clip stays; and a clip's sheet offers every look there is."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Create, Jynco, Keep, Open
from tests.browser.test_editing import saved


def test_takes_are_made_picked_and_gone_on_from(
    visit: Open, jynco: Jynco, create: Create, keep: Keep
) -> None:
    project = create(clips=1, motionPrompt="tilt up")  # that nobody else has made in this house
    page = visit(f"/projects/{project}")
    card = page.locator("#card-clip_1")
    page.click("#make-clips")
    expect(card).to_contain_text("Ready")
    page.click("#open-clip_1")
    page.get_by_label("How the picture moves").fill("zoom in")
    page.get_by_role("button", name="Save and make").click()
    expect(card.locator(".prompt")).to_have_text("zoom in")
    expect(card).to_contain_text("Ready")
    page.click("#open-clip_1")
    expect(page.locator("[data-pick]")).to_have_count(2)
    page.get_by_role("button", name="Another take").click()
    expect(page.get_by_text("Another take is being made")).to_be_visible()
    assert "seed" in jynco.story(project)["timeline"][0]
    page.click("#open-clip_1")
    expect(page.locator("[data-pick]")).to_have_count(3)
    keep(page, "takes")
    page.get_by_role("button", name="Take 1,").click()
    expect(page.get_by_role("button", name="Take 1,")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_label("How the picture moves")).to_have_value("tilt up")
    clip = jynco.story(project)["timeline"][0]
    assert (clip["motionPrompt"], clip["status"], "seed" in clip) == ("tilt up", "completed", False)
    page.get_by_role("button", name="Continue from the last frame").click()
    expect(page.locator(".sheet h2").first).to_have_text("Clip 2")
    expect(page.locator(".card")).to_have_count(2)
    picture = jynco.story(project)["timeline"][1]["sourceImage"]
    assert jynco.data.joinpath("projects", project, picture).read_bytes().startswith(b"\x89PNG")


def test_every_look_can_be_given(visit: Open, jynco: Jynco, create: Create, keep: Keep) -> None:
    moving = [{"time": 0, "value": 0.1}, {"time": 1, "value": 0.9}]
    project = create(clips=2, effects={"filters": [{"type": "blur", "intensity": moving, "studio": "kept"}]})
    page = visit(f"/projects/{project}")
    page.click("#open-clip_1")
    expect(page.get_by_text("moves by keyframes")).to_be_visible()
    page.get_by_role("combobox", name="Out", exact=True).select_option("circleopen")
    page.locator("summary", has_text="More looks").click()
    page.get_by_label("Vignette", exact=True).check()
    page.get_by_label("Vignette, percent").fill("80")
    page.get_by_label("Speed", exact=True).check()
    page.get_by_role("spinbutton", name="Factor").fill("2")
    page.get_by_label("Crop", exact=True).check()
    keep(page, "looks")
    page.get_by_role("button", name="Save", exact=True).click()
    saved(page, lambda: "transitions" in jynco.story(project)["timeline"][0]["effects"])
    assert jynco.story(project)["timeline"][0]["effects"] == {
        "filters": [
            {"type": "blur", "intensity": moving, "studio": "kept"},
            {"type": "crop"},
            {"type": "vignette", "intensity": 0.8},
            {"type": "speed", "factor": 2},
        ],
        "transitions": {"out": "circleopen"},
    }
