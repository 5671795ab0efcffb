"""Facts about hostile input that no other file is about. Which test stands for which fact: docs/security.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from jynco.adapters.media.probe import probe
from jynco.adapters.media.tags import tags
from jynco.errors import AssetRefused
from tests.security.conftest import Web
from workers.app import app

OTHER = "/etc/passwd"
LIARS = {
    "a DASH manifest": f"<?xml version='1.0'?><MPD type='static'><Period><AdaptationSet><Representation id='a'>"
    f"<BaseURL>file:{OTHER}</BaseURL></Representation></AdaptationSet></Period></MPD>",
    "an HLS list": f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:{OTHER}\n#EXT-X-ENDLIST\n",
    "a list to join": f"ffconcat version 1.0\nfile '{OTHER}'\n",
    "a list to join, by a relative name": "ffconcat version 1.0\nfile other.mp4\n",
    "a session": f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=a\nc=IN IP4 127.0.0.1\nt=0 0\na=file:{OTHER}\n",
}  # fmt: skip


@pytest.mark.parametrize("liar", LIARS)
def test_fact_1_a_manifest_that_calls_itself_a_film_opens_nothing(tmp_path: Path, liar: str) -> None:
    (tmp_path / "x.mp4").write_text(LIARS[liar])
    for look in (probe, tags):
        with pytest.raises(AssetRefused, match=r"x\.mp4 is "):
            look(tmp_path / "x.mp4")


def test_fact_10_messages_are_json_and_nothing_else_is_read() -> None:
    assert (app.conf.task_serializer, app.conf.result_serializer) == ("json", "json")
    assert [*app.conf.accept_content] == ["json"]


@pytest.mark.parametrize("path", ["/", "/v1/projects/proj_there", "/sign-in", "/docs", "/nothing"])
def test_fact_13_browsers_run_nothing_that_is_not_ours_and_guess_no_types(web: Web, path: str) -> None:
    headers = web.client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_fact_13_a_page_that_calls_itself_a_picture_is_not_kept(web: Web) -> None:
    page = {"file": ("a.png", b"<!DOCTYPE html><script>alert(1)</script>", "image/png")}
    refused = web.client.post("/v1/projects/proj_there/assets", files=page)
    assert (refused.status_code, refused.json()["code"]) == (422, "asset_refused")
    assert not [path for path in web.files() if "assets" in path and path.endswith((".png", ".html"))]


def test_fact_14_what_the_database_says_stays_inside(web: Web) -> None:
    answer = web.client.post("/v1/projects", json={"version": "1.2", "projectId": "proj_'; SELECT 1; --"})
    assert answer.status_code == 422
    assert not [
        word for word in ("psycopg", "sqlalchemy", "Traceback", "SELECT 1 FROM") if word in answer.text
    ]
