"""Editing by mouse, by keyboard, by somebody else and by hand in the file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Complaints, Create, Jynco, Keep, Open

ORDER = "[...document.querySelectorAll('.card')].map(card => card.dataset.clip)"


def shows(page: Page, order: list[str]) -> None:
    page.wait_for_function(f"order => JSON.stringify({ORDER}) === JSON.stringify(order)", arg=order)


def saved(page: Page, reached: Callable[[], bool]) -> None:
    """Until what was changed has reached the server."""
    for _ in range(100):
        if reached():
            return
        page.wait_for_timeout(100)
    raise AssertionError("what was changed did not reach the server")


def test_dragging_a_card_survives_a_reload(visit: Open, jynco: Jynco, create: Create) -> None:
    project = create()
    page = visit(f"/projects/{project}")
    page.locator("#cards").scroll_into_view_if_needed()
    start, end = (page.locator(f"#card-{clip} .prompt").bounding_box() for clip in ("clip_1", "clip_3"))
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 20, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(start["x"] + 60, start["y"] + 5, steps=4)
    page.mouse.move(end["x"] + end["width"] - 10, end["y"] + 5, steps=12)
    page.mouse.up()
    saved(page, lambda: jynco.order(project) == ["clip_2", "clip_3", "clip_1"])
    page.reload()
    shows(page, ["clip_2", "clip_3", "clip_1"])


def test_the_keyboard_alone_puts_in_order_edits_and_takes_back(
    visit: Open, jynco: Jynco, create: Create
) -> None:
    project = create()
    page = visit(f"/projects/{project}")
    page.locator("#open-clip_1").focus()
    page.keyboard.press("Alt+ArrowRight")
    page.keyboard.press("Alt+ArrowRight")
    expect(page.locator("#said")).to_have_text("Clip moved to place 3 of 3.")
    expect(page.locator("#open-clip_1")).to_be_focused()
    saved(page, lambda: jynco.order(project) == ["clip_2", "clip_3", "clip_1"])  # a reload would call it back
    page.reload()
    shows(page, ["clip_2", "clip_3", "clip_1"])
    page.locator("#open-clip_1").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("How the picture moves")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("zoom out")
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(page.locator("#card-clip_1 .prompt")).to_have_text("zoom out")
    page.locator("#open-clip_1").focus()
    page.keyboard.press("Control+z")
    expect(page.locator("#card-clip_1 .prompt")).to_have_text("pan left 1")
    assert jynco.story(project)["timeline"][2]["motionPrompt"] == "pan left 1"
    page.reload()  # the way forth is the server's, and survives
    page.get_by_role("button", name="Redo").click()
    expect(page.locator("#card-clip_1 .prompt")).to_have_text("zoom out")


@pytest.mark.long
def test_every_version_can_be_looked_at_and_brought_back(
    visit: Open, jynco: Jynco, create: Create, keep: Keep
) -> None:
    project = create()
    edit(jynco, project, "clip_2", "written by a program")
    page = visit(f"/projects/{project}")
    page.get_by_role("link", name="Versions").click()
    list_ = page.get_by_role("navigation", name="Versions")
    expect(list_.get_by_role("link").first).to_contain_text("clip 2: words")
    list_.get_by_role("link", name="the beginning").click()
    expect(page.get_by_role("heading", name="Version 1")).to_be_visible()
    expect(page.locator(".card .prompt").nth(1)).to_have_text("pan left 2")
    keep(page, "versions")
    page.get_by_role("button", name="Restore this version").click()
    expect(page.locator("#toasts")).to_contain_text("Version 1 is back")
    expect(page.locator("#card-clip_2 .prompt")).to_have_text("pan left 2")
    page.locator("#undo").click()
    expect(page.locator("#card-clip_2 .prompt")).to_have_text("written by a program")


def test_a_hand_edit_of_the_file_appears(visit: Open, jynco: Jynco, create: Create) -> None:
    project = create()
    page = visit(f"/projects/{project}")
    expect(page.locator("#plan")).to_contain_text("3 clips to make")
    file = jynco.data / "projects" / project / "storyboard.json"
    document = json.loads(file.read_text())
    document["timeline"][1]["motionPrompt"] = "written by hand"
    file.write_text(json.dumps(document))
    expect(page.locator("#card-clip_2")).to_contain_text("written by hand")


def test_what_somebody_else_does_appears(
    visit: Open, jynco: Jynco, create: Create, complaints: Complaints
) -> None:
    project = create()
    mine, theirs = visit(f"/projects/{project}"), visit(f"/projects/{project}")
    theirs.locator("#open-clip_2").press("Alt+ArrowLeft")
    shows(mine, ["clip_2", "clip_1", "clip_3"])
    mine.context.set_offline(True)
    edit(jynco, project, "clip_3", "written while nobody could hear it")
    mine.context.set_offline(False)
    expect(mine.locator("#card-clip_3 .prompt")).to_have_text("written while nobody could hear it")
    deaf = ("ERR_INTERNET_DISCONNECTED", "Failed to fetch")
    complaints[:] = [each for each in complaints if not any(words in each for words in deaf)]


def test_two_edits_of_one_clip_are_told_of(
    visit: Open, jynco: Jynco, create: Create, complaints: Complaints
) -> None:
    project = create()
    page = visit(f"/projects/{project}")
    page.click("#open-clip_1")
    words = page.get_by_label("How the picture moves")
    words.fill("mine")
    edit(jynco, project, "clip_1", "theirs")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Now it says: “theirs”")
    expect(words).to_have_value("mine")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#card-clip_1 .prompt")).to_have_text("mine")
    complaints.forgive(412)


def test_edits_of_different_clips_do_not_meet(
    visit: Open, jynco: Jynco, create: Create, complaints: Complaints
) -> None:
    project = create()
    page = visit(f"/projects/{project}")
    page.click("#open-clip_1")
    page.get_by_label("How the picture moves").fill("mine")
    edit(jynco, project, "clip_2", "theirs")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#card-clip_1 .prompt")).to_have_text("mine")
    expect(page.locator("#card-clip_2 .prompt")).to_have_text("theirs")
    complaints.forgive(412)


def edit(jynco: Jynco, project: str, clip_id: str, prompt: str) -> None:
    story = jynco.story(project)
    for clip in story["timeline"]:
        if clip["clipId"] == clip_id:
            clip["motionPrompt"] = prompt
    jynco.api.put(
        f"/v1/projects/{project}/storyboard", json=story, headers={"If-Match": "*"}
    ).raise_for_status()


def test_everything_about_a_clip_can_be_set(visit: Open, jynco: Jynco, create: Create) -> None:
    project = create()
    page = visit(f"/projects/{project}")
    page.click("#open-clip_2")
    page.get_by_label("Seconds").first.fill("2.5")
    page.get_by_role("combobox", name="In", exact=True).select_option("dissolve")
    page.get_by_label("Blur", exact=True).check()
    page.get_by_label("Blur, percent").fill("30")
    page.get_by_text("More", exact=True).click()
    page.get_by_label("Seed").fill("7")
    page.get_by_role("button", name="Save", exact=True).click()
    saved(page, lambda: jynco.story(project)["timeline"][1].get("seed") == 7)
    clip = jynco.story(project)["timeline"][1]
    assert (clip["duration"], clip["seed"]) == (2.5, 7)
    assert clip["effects"] == {
        "transitions": {"in": "dissolve"},
        "filters": [{"type": "blur", "intensity": 0.3}],
    }
    expect(page.locator("#clips-title")).to_contain_text("4 s")  # 1 + 2.5 + 1, less half a second of both


def test_titles_and_the_film_itself_can_be_set(visit: Open, jynco: Jynco, create: Create) -> None:
    project = create()
    page = visit(f"/projects/{project}")
    page.get_by_role("button", name="Titles and sound").click()
    page.get_by_role("button", name="Add a title").click()
    page.get_by_label("Words").fill("The end")
    page.get_by_label("From second").fill("2")
    page.get_by_role("button", name="Save").click()
    saved(page, lambda: bool(jynco.story(project).get("layers", {}).get("text")))
    (title,) = jynco.story(project)["layers"]["text"]
    assert (title["content"], title["startTime"]) == ("The end", 2)
    page.get_by_role("button", name="Film", exact=True).click()
    page.get_by_label("Title").fill("A name")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#title")).to_have_text("A name")


def test_clips_are_added_copied_and_removed(
    visit: Open, jynco: Jynco, create: Create, pictures: list[Path]
) -> None:
    project = create(clips=1)
    page = visit(f"/projects/{project}")
    page.set_input_files("#pictures", pictures[3:])
    expect(page.locator(".card")).to_have_count(3)
    page.click("#open-clip_1")
    page.get_by_role("button", name="Duplicate").click()
    expect(page.locator(".card")).to_have_count(4)
    page.click("#open-clip_1")
    page.get_by_role("button", name="Remove").click()
    expect(page.locator(".card")).to_have_count(3)
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".card")).to_have_count(4)
    assert jynco.order(project)[0] == "clip_1"
