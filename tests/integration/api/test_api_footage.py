"""Media as answers: ranges, conditions, types."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.api.conftest import Caller, Projects, upload
from tests.integration.api.test_api_assets import film


@pytest.fixture
def footage(ask: Caller, project: Projects, tmp_path: Path) -> tuple[str, bytes]:
    """The address of a clip that is footage, and its bytes."""
    name, content = project(), film(tmp_path / "film.mp4")
    path = upload(ask, name, content).get_json()["path"]
    timeline = [{"clipId": "clip_f", "status": "pending", "sourceFile": path}]
    put = ask(
        "PATCH", f"/v1/projects/{name}/storyboard", json={"timeline": timeline}, headers={"If-Match": "*"}
    )
    assert put.status_code == 200
    return f"/v1/projects/{name}/clips/clip_f/video", content


def test_the_whole_film_comes_with_its_type(ask: Caller, footage: tuple[str, bytes]) -> None:
    address, content = footage
    answer = ask.get(address)
    assert (answer.status_code, answer.data, answer.mimetype) == (200, content, "video/mp4")
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert "clip_f.mp4" in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Length"] == str(len(content))


def test_footage_is_edited_as_part_of_its_storyboard(ask: Caller, footage: tuple[str, bytes]) -> None:
    address = footage[0].removesuffix("/video")
    before = ask.get(f"{address.partition('/clips')[0]}/storyboard").data
    assert ask("PATCH", address, json={"duration": 0.5}).status_code == 422
    assert ask.get(f"{address.partition('/clips')[0]}/storyboard").data == before
    assert ask.post(f"{address}/retry").status_code == 422


@pytest.mark.parametrize(("first", "last"), [(0, 0), (10, 99), (-50, None), (100, None)])
def test_players_ask_for_parts(ask: Caller, footage: tuple[str, bytes], first: int, last: int | None) -> None:
    address, content = footage
    wanted = f"bytes={first}" if first < 0 else f"bytes={first}-{'' if last is None else last}"
    part = ask.get(address, headers={"Range": wanted})
    assert part.status_code == 206
    assert part.data == content[first : None if last is None else last + 1]
    assert part.headers["Content-Range"].endswith(f"/{len(content)}")


def test_a_part_behind_the_end_is_refused(ask: Caller, footage: tuple[str, bytes]) -> None:
    address, content = footage
    refused = ask.get(address, headers={"Range": "bytes=99999999-"})
    assert refused.status_code == 416
    assert refused.headers["Content-Range"] == f"bytes */{len(content)}"


def test_a_film_is_not_sent_twice(ask: Caller, footage: tuple[str, bytes]) -> None:
    tag = ask.get(footage[0]).headers["ETag"]
    assert ask.get(footage[0], headers={"If-None-Match": tag}).status_code == 304
    part = {"Range": "bytes=0-9", "If-Range": '"another film"'}
    assert ask.get(footage[0], headers=part).status_code == 200, "the film changed: all of it again"


def test_head_says_how_long_it_is(ask: Caller, footage: tuple[str, bytes]) -> None:
    answer = ask.app.test_client().head(footage[0], buffered=True)
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(footage[1]))
