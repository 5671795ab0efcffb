from __future__ import annotations

import hashlib
import io
import wave
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from werkzeug.datastructures import MultiDict

from tests.integration.api.conftest import Caller, picture, storyboard, upload


@pytest.fixture
def name(ask: Caller, project_id: str) -> str:
    assert ask.post("/v1/projects", json=storyboard(project_id)).status_code == 201
    return project_id


@pytest.mark.parametrize(
    ("kind", "media_type", "suffix"),
    [("PNG", "image/png", ".png"), ("JPEG", "image/jpeg", ".jpg"), ("WEBP", "image/webp", ".webp")],
)
def test_a_picture_is_known_by_its_content(
    ask: Caller, name: str, kind: str, media_type: str, suffix: str
) -> None:
    content = picture(kind, (80, 45))
    asset = upload(ask, name, content, "whatever.bin").get_json()
    assert asset["mediaType"] == media_type
    assert asset["sha256"] == hashlib.sha256(content).hexdigest()
    assert (asset["width"], asset["height"], asset["duration"]) == (80, 45, None)
    assert asset["path"].startswith("assets/")
    assert asset["path"].endswith(suffix)
    assert upload(ask, name, content, "again.png").get_json()["path"] == asset["path"]


def test_a_picture_is_measured_as_it_is_shown(ask: Caller, name: str) -> None:
    turned, out = Image.Exif(), io.BytesIO()
    turned[0x0112] = 6
    Image.new("RGB", (80, 45)).save(out, "JPEG", exif=turned)
    asset = upload(ask, name, out.getvalue()).get_json()
    assert (asset["width"], asset["height"]) == (45, 80)


def test_a_film_is_taken_as_footage(ask: Caller, name: str, tmp_path: Path) -> None:
    asset = upload(ask, name, film(tmp_path / "film.mp4"), "film.txt").get_json()
    assert (asset["mediaType"], asset["width"], asset["height"]) == ("video/mp4", 64, 36)
    assert asset["duration"] == pytest.approx(1)
    assert asset["path"].endswith(".mp4")


def test_a_sound_is_taken(ask: Caller, name: str) -> None:
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setparams((1, 2, 8000, 8000, "NONE", ""))
        sound.writeframes(bytes(16000))
    asset = upload(ask, name, out.getvalue(), "../../bed.wav").get_json()
    assert (asset["mediaType"], asset["width"], asset["duration"]) == ("audio/wav", 0, 1.0)


REFUSED = {
    "nothing": b"",
    "words": b"this is not a picture",
    "html": b"<html><script>alert(1)</script></html>",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "cut short": picture(size=(400, 300))[:200],
    "only its first bytes": b"\x89PNG\r\n\x1a\n",
    "a strip": picture(size=(2000, 1)),
    "gif": picture("GIF"),
    "playlist": b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n",
    "concat": b"ffconcat version 1.0\nfile /etc/passwd\n",
    "dash": b"<?xml version='1.0'?><MPD xmlns='urn:mpeg:dash:schema:mpd:2011'><Period/></MPD>",
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_picture_film_or_sound_is_refused(ask: Caller, name: str, content: bytes) -> None:
    refused = upload(ask, name, content, "dawn.jpg")
    assert (refused.status_code, refused.get_json()["code"]) == (422, "asset_refused")
    assert "dawn.jpg" in refused.get_json()["detail"]


def test_the_form_has_one_file(ask: Caller, name: str) -> None:
    address = f"/v1/projects/{name}/assets"
    assert ask.post(address, data={"other": (io.BytesIO(picture()), "a.png")}).status_code == 422
    assert ask.post(address, data={"file": "no file"}, content_type="multipart/form-data").status_code == 422
    both = [("file", (io.BytesIO(picture()), "a.png")), ("file", (io.BytesIO(picture()), "b.png"))]
    assert ask.post(address, data=MultiDict(both)).status_code == 422
    assert ask.post(address, data=picture(), content_type="image/png").status_code == 415
    assert ask.post(address, data=b"junk", content_type="multipart/form-data").status_code == 422


def test_a_project_that_is_not_there_takes_no_files(ask: Caller) -> None:
    assert upload(ask, "proj_nobody", picture()).status_code == 404


def film(path: Path) -> bytes:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 36, "yuv420p"
        for shade in range(24):
            frame = av.VideoFrame.from_ndarray(np.full((36, 64, 3), shade * 8, np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path.read_bytes()
