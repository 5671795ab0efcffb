"""Bad input: one sentence a fault, with its place; exit code 2; nothing is made and nothing touched."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.kit import Desk, Done, board, clip

pytestmark = pytest.mark.timeout(300)
Spoil = Callable[[Desk, dict[str, Any]], None]


def plain(desk: Desk) -> dict[str, Any]:
    return board("bad", clip("one", provider="camera", sourceImage=desk.picture("a.jpg")))


def ten(desk: Desk) -> tuple[dict[str, Any], set[str]]:
    """Ten faults of all kinds, and their places."""
    document = board("ten", *(clip(name) for name in "abcdefgh"))
    one = document["timeline"]
    one[0]["clipId"] = "clip_b"
    one[1]["duration"] = -1
    one[2]["status"] = "done"
    one[3]["effects"] = {"filters": [{"type": "sepia"}]}
    one[4]["effects"] = {"filters": [{"type": "blur", "intensity": 7}]}
    one[5] |= {"provider": "camera", "sourceImage": "nowhere.jpg"}
    one[6] |= {"provider": "camera", "sourceImage": "../out.jpg"}
    document["outputSettings"]["codec"] = "divx"
    document["outputSettings"]["fps"] = 0
    document["layers"] = {"audio": [{"layerId": "a", "sourceFile": "no.wav", "volume": 2}]}
    places = {
        "/outputSettings/codec",
        "/outputSettings/fps",
        "/timeline/1/clipId",
        "/timeline/1/duration",
        "/timeline/2/status",
        "/timeline/3/effects/filters/0/type",
        "/timeline/4/effects/filters/0/intensity",
        "/timeline/5/sourceImage",
        "/timeline/6/sourceImage",
        "/layers/audio/0/volume",
    }
    return document, places


def test_ten_faults_are_all_told_with_their_places(lonely: Desk) -> None:
    document, places = ten(lonely)
    path = lonely.write(document)
    told = lonely.jynco("validate", path, "--json")
    assert (told.code, told.json["valid"]) == (2, False)
    assert {fault["pointer"] for fault in told.json["errors"]} >= places
    words = lonely.jynco("validate", path)
    assert all(any(line.startswith(f"{place}: ") for line in words.out.splitlines()) for place in places)
    refused = lonely.jynco("render", path)
    assert all(any(line.startswith(f"jynco: {place}: ") for line in refused.said) for place in places)
    untouched(lonely, path, json.dumps(document, indent=3, ensure_ascii=False).encode(), refused)


def missing_image(desk: Desk, document: dict[str, Any]) -> None:
    document["timeline"][0]["sourceImage"] = "gone.jpg"


def words_as_a_picture(desk: Desk, document: dict[str, Any]) -> None:
    (desk.folder / "a.jpg").write_text("a picture, honestly")


def nothing_in_it(desk: Desk, document: dict[str, Any]) -> None:
    (desk.folder / "a.jpg").write_bytes(b"")


def half_a_picture(desk: Desk, document: dict[str, Any]) -> None:
    data = (desk.folder / "a.jpg").read_bytes()
    (desk.folder / "a.jpg").write_bytes(data[: len(data) // 2])


def a_folder_as_a_picture(desk: Desk, document: dict[str, Any]) -> None:
    (desk.folder / "folder.jpg").mkdir()
    document["timeline"][0]["sourceImage"] = "folder.jpg"


def above(desk: Desk, document: dict[str, Any]) -> None:
    document["timeline"][0]["sourceImage"] = "../a.jpg"


def absolute(desk: Desk, document: dict[str, Any]) -> None:
    document["timeline"][0]["sourceImage"] = str(desk.folder / "a.jpg")


def link_that_leads_out(desk: Desk, document: dict[str, Any]) -> None:
    outside = desk.folder.parent / f"{desk.folder.name}-outside.jpg"
    (desk.folder / "a.jpg").rename(outside)
    (desk.folder / "a.jpg").symlink_to(outside)


def unknown_codec(desk: Desk, document: dict[str, Any]) -> None:
    document["outputSettings"]["codec"] = "theora"


def not_a_number(desk: Desk, document: dict[str, Any]) -> None:
    document["timeline"][0]["duration"] = float("nan")


def no_film_at_all(desk: Desk, document: dict[str, Any]) -> None:
    document["timeline"][0] = {"clipId": "clip_one", "status": "pending", "sourceFile": "a.jpg.txt"}
    (desk.folder / "a.jpg.txt").write_text("no film")


def words_alone_for_the_camera(desk: Desk, document: dict[str, Any]) -> None:
    del document["timeline"][0]["sourceImage"]


FAULTS: dict[Spoil, str] = {
    missing_image: "/timeline/0/sourceImage",
    words_as_a_picture: "/timeline/0/sourceImage",
    nothing_in_it: "/timeline/0/sourceImage",
    half_a_picture: "/timeline/0/sourceImage",
    a_folder_as_a_picture: "/timeline/0/sourceImage",
    above: "/timeline/0/sourceImage",
    absolute: "/timeline/0/sourceImage",
    link_that_leads_out: "/timeline/0/sourceImage",
    unknown_codec: "/outputSettings/codec",
    not_a_number: "/timeline/0/duration",
    no_film_at_all: "/timeline/0/sourceFile",
    words_alone_for_the_camera: "/timeline/0",
}


@pytest.mark.parametrize("spoil", FAULTS, ids=lambda spoil: spoil.__name__)
def test_each_fault_has_its_sentence(lonely: Desk, spoil: Spoil) -> None:
    document = plain(lonely)
    spoil(lonely, document)
    path = lonely.write(document)
    before = path.read_bytes()
    refused = lonely.jynco("render", path, "--json")
    places = [fault["pointer"] for fault in refused.json["errors"]]
    assert places == [FAULTS[spoil]]
    untouched(lonely, path, before, refused)
    assert sentence(refused.said).startswith(f"jynco: {FAULTS[spoil]}: ")


def unreadable(desk: Desk) -> Path:
    """A regular file that even root cannot read: the memory of whoever looks."""
    (desk.folder / "board.json").symlink_to("/proc/self/mem")
    return desk.folder / "board.json"


def not_json(desk: Desk) -> Path:
    (desk.folder / "board.json").write_text('{"version": "1.2",\n  "projectId": }')
    return desk.folder / "board.json"


def a_directory(desk: Desk) -> Path:
    return desk.folder


def no_file(desk: Desk) -> Path:
    return desk.folder / "board.json"


def an_empty_file(desk: Desk) -> Path:
    (desk.folder / "board.json").touch()
    return desk.folder / "board.json"


def a_list(desk: Desk) -> Path:
    (desk.folder / "board.json").write_text("[]")
    return desk.folder / "board.json"


FILES: dict[Callable[[Desk], Path], str] = {
    unreadable: "cannot be read",
    not_json: "line 2, column 16",
    a_directory: "is not a file",
    no_file: "There is no file",
    an_empty_file: "is empty",
    a_list: "must be a JSON object",
}


@pytest.mark.parametrize("make", FILES, ids=lambda make: make.__name__)
@pytest.mark.parametrize("command", ["validate", "render"])
def test_a_file_that_is_no_document(lonely: Desk, make: Callable[[Desk], Path], command: str) -> None:
    told = lonely.jynco(command, make(lonely))
    assert told.code == 2
    words = told.said if command == "render" or not told.out else told.out.splitlines()[:1]
    assert FILES[make] in sentence(words)
    assert not lonely.data.exists()


def sentence(lines: list[str]) -> str:
    """The one sentence that was said."""
    (line,) = lines
    return line


def untouched(desk: Desk, path: Path, before: bytes, refused: Done) -> None:
    """Exit code 2, the document as it was, no film, no half film, no project, no server."""
    assert refused.code == 2
    assert path.read_bytes() == before
    assert not [*desk.folder.glob("*.mp4"), *desk.folder.glob(".*.part"), *desk.folder.glob(".*")]
    assert not desk.data.exists()
