"""``jynco plan``: the price before the bill, and nothing changed by asking."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.conftest import House
from tests.acceptance.kit import Desk, ask, bills, board, clip, footage
from tests.integration.film_kit import numbered

pytestmark = pytest.mark.timeout(300)


def test_a_plan_says_what_would_be_done_and_does_nothing(desk: Desk, house: House) -> None:
    numbered(desk.folder / "own.mp4", 1, 7)
    bad = clip("bad", provider="camera", sourceImage="gone.jpg")
    document = board("plan", clip("one"), footage("own", "own.mp4"), bad)
    before = contents(house.data), bills(house.data)
    planned = desk.jynco("plan", desk.write(document), "--json")
    assert planned.code == 1
    actions = {each["clipId"]: each["action"] for each in planned.json["clips"]}
    assert actions == {"clip_one": "generate", "clip_own": "footage", "clip_bad": "failed"}
    assert (planned.json["frames"], planned.json["costUsd"]) == (17, "0")
    assert "gone.jpg" in planned.json["clips"][2]["reason"]
    assert (contents(house.data), bills(house.data)) == before
    assert ask(house.servers, "SELECT 1 FROM projects WHERE project_id = 'proj_plan'") == []


@pytest.mark.long
def test_a_plan_after_a_film_says_cached(desk: Desk) -> None:
    document = board("planned", clip("one"))
    drawn = desk.jynco("plan", desk.write(document), "--json").json["cut"]
    assert (drawn["segments"], drawn["framesToEncode"]) == (1, 5)
    assert drawn["encode"][0]["waitsFor"] == ["clip_one"]
    key = desk.jynco("plan", desk.write(document), "--json").json["clips"][0]["cacheKey"]
    desk.render(document)
    planned = desk.jynco("plan", desk.folder / "board.json", "--json")
    assert (planned.code, planned.json["clips"][0]["action"]) == (0, "cached")
    assert planned.json["clips"][0]["cacheKey"] == key
    words = desk.jynco("plan", desk.folder / "board.json")
    assert words.out.split()[:3] == ["clip_one", "cached", "$0.00"]
    assert "0 of 1 segments to encode, 0 of 5 frames" in words.out
    document["layers"] = {"text": [{"layerId": "t", "content": "Hello", "startTime": 0}]}
    lettered = desk.jynco("plan", desk.write(document))
    assert "clip_one body: text changed" in lettered.out


def test_a_plan_refuses_what_is_no_storyboard(lonely: Desk) -> None:
    lonely.write({"version": "1.2"})
    assert lonely.jynco("plan", "board.json").code == 2
    assert not lonely.data.exists()


def test_a_good_storyboard_is_valid(lonely: Desk) -> None:
    path = lonely.write(board("good", clip("one"), note="of mine"))
    told = lonely.jynco("validate", path, "--json")
    assert (told.code, told.json) == (0, {"valid": True, "errors": []})
    assert lonely.jynco("validate", path).out == f"{path} is valid\n"
    assert not lonely.data.exists()


def contents(data: Path) -> set[Path]:
    """Every kept file that is not the servers' own."""
    kept = ("projects", "cache", "mock")
    return {path for name in kept for path in (data / name).rglob("*")}
