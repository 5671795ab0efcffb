"""A source picture as vendors get it: the file itself where it will do, else a JPEG that fits."""

from __future__ import annotations

import base64
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from jynco.adapters.providers.still import still
from jynco.errors import RequestRejected


def noise(width: int, height: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng(1).integers(0, 255, (height, width, 3), dtype=np.uint8))


def seen(data: str) -> Image.Image:
    return Image.open(BytesIO(base64.b64decode(data)))


@pytest.mark.parametrize(
    ("form", "media_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")]
)
def test_a_file_that_will_do_is_sent_as_it_is(tmp_path: Path, form: str, media_type: str) -> None:
    noise(64, 36).save(tmp_path / "still", form)
    sent = still(tmp_path / "still", 1_000_000)
    assert sent.media_type == media_type
    assert base64.b64decode(sent.data) == (tmp_path / "still").read_bytes()
    assert sent.uri == f"data:{media_type};base64,{sent.data}"


def test_a_picture_that_is_too_large_is_made_to_fit(tmp_path: Path) -> None:
    noise(2000, 1000).save(tmp_path / "still.png")
    sent = still(tmp_path / "still.png", 1_000_000)
    assert sent.media_type == "image/jpeg"
    assert len(sent.data) <= 1_000_000
    assert abs(seen(sent.data).width / seen(sent.data).height - 2) < 0.01


def test_a_turned_picture_is_sent_upright(tmp_path: Path) -> None:
    picture = Image.new("RGB", (64, 32), "navy")
    exif = picture.getexif()
    exif[0x0112] = 6
    picture.save(tmp_path / "still.jpg", exif=exif)
    sent = seen(still(tmp_path / "still.jpg", 1_000_000).data)
    assert sent.size == (32, 64)
    assert sent.getexif().get(0x0112, 1) == 1


def test_what_is_turned_and_transparent_becomes_a_jpeg_on_white(tmp_path: Path) -> None:
    picture = Image.new("RGBA", (64, 32), (0, 0, 0, 0))
    exif = picture.getexif()
    exif[0x0112] = 3
    picture.save(tmp_path / "still.png", exif=exif)
    sent = still(tmp_path / "still.png", 1_000_000)
    assert sent.media_type == "image/jpeg"
    assert seen(sent.data).getpixel((10, 10)) == (255, 255, 255)


def test_the_same_file_gives_the_same_text(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # so that it is drawn anew
    noise(40, 30).save(tmp_path / "still.png", exif=exif)
    assert still(tmp_path / "still.png", 100_000) == still(tmp_path / "still.png", 100_000)


@pytest.mark.parametrize("data", [b"", b"<html>", b"\x89PNG\r\n\x1a\n" + b"x" * 100, b"II*\0\x08\0\0\0"])
def test_what_is_no_picture_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "still.png").write_bytes(data)
    with pytest.raises(RequestRejected, match="cannot be read"):
        still(tmp_path / "still.png", 1_000_000)
