"""``jynco render``: a storyboard in, a film out, and the document as it was."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from jynco.document import checks
from tests.acceptance.conftest import House
from tests.acceptance.kit import Desk, bills, board, clip, footage, look, paid
from tests.integration.film_kit import ffmpeg, numbered, pictures, shown

pytestmark = pytest.mark.timeout(300)


def rich(desk: Desk) -> dict[str, Any]:
    """Everything that a storyboard can have, in a second or two: 2.8 s of clips, less 0.4 s of overlaps."""
    numbered(desk.folder / "first.mp4", 1, 8)
    numbered(desk.folder / "last.mp4", 2, 5)
    ffmpeg("-f", "lavfi", "-i", "sine=frequency=330:duration=1", desk.folder / "hum.wav")
    enter = {"effects": {"transitions": {"in": "dissolve"}}, "transitionDuration": 0.2}
    wipe = {"effects": {"transitions": {"in": "wipe"}}, "transitionDuration": 0.2}
    leave = {"effects": {"transitions": {"out": "fade"}, "filters": [{"type": "blur", "intensity": 0.1}]}}
    return board(
        "rich",
        footage("first", "first.mp4", duration=0.8),
        clip("camera", provider="camera", motionPrompt="zoom in", sourceImage=desk.picture("a.jpg"), **enter),
        clip("mock", **wipe),
        clip("fade", **{"x-shot": {"lens": 35}}, **leave),
        footage("last", "last.mp4"),
        layers={
            "text": [{"layerId": "title", "content": "Ünï ✓", "startTime": 0.2, "duration": 1}],
            "audio": [{"layerId": "hum", "sourceFile": "hum.wav", "startTime": 0, "volume": 0.5}],
        },
        metadata={"title": "Rich", "x-crew": ["one", None, 9007199254740993]},
    )


def test_a_storyboard_becomes_a_film(desk: Desk, house: House) -> None:
    document = rich(desk)
    done = desk.render(document, NO_COLOR="1")
    assert done.film() == desk.folder / "proj_rich.mp4"
    film = look(done.film())
    assert (film.codec, film.size, film.rate, film.frames, film.sound) == (
        "h264",
        (160, 90),
        Fraction(10),
        24,
        True,
    )
    assert json.loads(film.metadata["jynco_storyboard"])["projectId"] == "proj_rich"
    drawn = pictures(done.film())
    assert [shown(each) for each in drawn[-5:]] == [(2, number) for number in range(5)]
    assert done.made() == {
        "clip_first": "footage",
        "clip_camera": "generated",
        "clip_mock": "generated",
        "clip_fade": "generated",
        "clip_last": "footage",
    }
    assert "\x1b" not in done.err
    assert "Composing: 100 %" in done.err
    _same_again(desk, house, document, done.film())


def _same_again(desk: Desk, house: House, document: dict[str, Any], film: Path) -> None:
    """The second run makes nothing, the document is as it was, and the live one tells everything."""
    written, before = (desk.folder / "board.json").read_bytes(), bills(house.data)
    again = desk.jynco("render", "board.json", "--json", "--out", "other.mp4")
    assert set(again.made().values()) == {"cached", "footage"}
    assert (bills(house.data), paid(house.servers, "proj_rich")) == (
        before,
        {"clip_camera": 1, "clip_mock": 1, "clip_fade": 1},
    )
    assert look(again.film()).frames == look(film).frames
    assert (desk.folder / "board.json").read_bytes() == written
    live = desk.live("proj_rich")
    assert [each["status"] for each in live["timeline"]] == ["completed"] * 5
    for each in live["timeline"][1:4]:
        assert (house.data / "projects/proj_rich" / each["sourceFile"]).is_file()
        assert len(each["cacheKey"]) == 64
    assert live["timeline"][3]["x-shot"] == {"lens": 35}
    assert live["metadata"]["x-crew"] == document["metadata"]["x-crew"]


def test_write_back_mirrors_into_the_document(desk: Desk) -> None:
    document = board("back", clip("one", **{"x-mine": [1, {"a": None}]}), comment="kept")
    done = desk.render(document, "--write-back")
    assert done.film().is_file()
    data = (desk.folder / "board.json").read_bytes()
    written, faults = checks.examine(data)
    assert faults == []
    assert written == desk.live("proj_back")
    (one,) = json.loads(data)["timeline"]
    assert (one["status"], one["x-mine"], json.loads(data)["comment"]) == (
        "completed",
        [1, {"a": None}],
        "kept",
    )
    assert desk.jynco("render", "board.json", "--json").made() == {"clip_one": "cached"}


@pytest.mark.parametrize(
    ("codec", "suffix", "found"),
    [("h264", "mp4", "h264"), ("h265", "mp4", "hevc"), ("vp9", "webm", "vp9"), ("av1", "mp4", "libdav1d")],
)
def test_every_codec_has_its_file(desk: Desk, codec: str, suffix: str, found: str) -> None:
    done = desk.render(board(f"codec-{codec}", clip("one"), codec=codec))
    assert done.film() == desk.folder / f"proj_codec-{codec}.{suffix}"
    film = look(done.film())
    assert (film.codec, film.frames, film.size) == (found, 5, (160, 90))
    assert "jynco_storyboard" in film.metadata


def test_a_preview_is_smaller_and_pays_nothing_twice(desk: Desk, house: House) -> None:
    document = board("preview", clip("one"))
    document["outputSettings"]["resolution"] = {"width": 1280, "height": 720}
    preview = desk.render(document, "--preview", "--out", "small.mp4")
    final = desk.render(document)
    assert look(preview.film()).size == (960, 540)
    assert look(final.film()).size == (1280, 720)
    assert look(preview.film()).frames == look(final.film()).frames == 5
    assert final.made() == {"clip_one": "cached"}
    assert paid(house.servers, "proj_preview") == {"clip_one": 1}


def test_plain_words_where_no_json_is_asked_for(desk: Desk) -> None:
    desk.write(board("plain", clip("one")))
    done = desk.jynco("render", "board.json", "--out", "a b.mp4")
    assert (done.code, done.out) == (0, "a b.mp4\n")
    assert done.said == []


def test_a_late_and_a_refusing_provider(desk: Desk, house: House) -> None:
    """Latency is waited out by polls; what was not accepted is asked for again, and billed once."""
    late = clip("late", providerOptions={"latency": 1})
    busy = clip("busy", providerOptions={"fail": "not_accepted", "times": 2})
    done = desk.render(board("late", late, busy))
    assert done.made() == {"clip_late": "generated", "clip_busy": "generated"}
    attempts = {each["clipId"]: each["attempts"] for each in done.json["clips"]}
    assert attempts == {"clip_late": 0, "clip_busy": 2}
    assert paid(house.servers, "proj_late") == {"clip_late": 1, "clip_busy": 1}
    keys = {each["cacheKey"] for each in desk.live("proj_late")["timeline"]}
    assert sorted(key for key in bills(house.data) if key in keys) == sorted(keys)
