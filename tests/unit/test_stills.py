"""Pictures from foreign hands: good ones pass, however sloppy; others are refused with the reason."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from jynco.adapters.media.stills import Stills
from jynco.errors import AssetRefused


def saved(size: tuple[int, int] = (64, 48), kind: str = "PNG", **options: object) -> bytes:
    noise = np.random.default_rng(1).integers(0, 255, (size[1], size[0], 3), np.uint8)
    stream = io.BytesIO()
    Image.fromarray(noise).save(stream, kind, **options)
    return stream.getvalue()


def turned(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(kind="JPEG", exif=exif)


def png_of(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds no pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = b""
    for name, body in ((b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")):
        chunks += struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    return b"\x89PNG\r\n\x1a\n" + chunks


@pytest.mark.parametrize(("kind", "name"), [("PNG", "png"), ("JPEG", "jpeg"), ("WEBP", "webp")])
def test_good_pictures_are_told_by_what_they_are(tmp_path: Path, kind: str, name: str) -> None:
    path = tmp_path / "called.txt"
    path.write_bytes(saved(kind=kind))
    info = Stills().inspect(path)
    assert (info.format, info.width, info.height) == (name, 64, 48)


def test_a_picture_with_another_behind_it_is_a_jpeg(tmp_path: Path) -> None:
    path = tmp_path / "phone.jpg"
    small = Image.new("RGB", (16, 12), "red")
    Image.new("RGB", (64, 48)).save(path, "MPO", save_all=True, append_images=[small])
    info = Stills().inspect(path)
    assert (info.format, info.width, info.height) == ("jpeg", 64, 48)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_sizes_are_as_shown(tmp_path: Path, orientation: int) -> None:
    path = tmp_path / "p.jpg"
    path.write_bytes(turned(orientation))
    info = Stills().inspect(path)
    assert (info.width, info.height) == ((48, 64) if orientation > 4 else (64, 48))


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")  # an error in tests alone
@pytest.mark.parametrize("exif", [b"Exif\0\0II*\0\x08\0\0\0\xff\xff", b"Exif\0\0rubbish", b"Exif\0\0MM"])
def test_notes_that_cannot_be_read_do_not_spoil_a_picture(tmp_path: Path, exif: bytes) -> None:
    path = tmp_path / "p.jpg"
    path.write_bytes(saved(kind="JPEG", exif=exif))
    assert Stills().inspect(path).width == 64


REFUSED = {
    "nothing": (b"", "is empty"),
    "words": (b"I am a picture, honestly.", "is not a picture"),
    "a drawing": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is not a picture"),
    "another format": (saved(kind="BMP"), "is not a picture"),
    "half a JPEG": (saved(kind="JPEG")[:1500], "damaged or cut short"),
    "half a PNG": (saved()[:4000], "damaged or cut short"),
    "a PNG without pixels": (png_of(64, 48), "damaged or cut short"),
    "51 megapixels": (png_of(8500, 6000), "50 megapixels"),
    "a billion pixels": (png_of(40_000, 25_000), "50 megapixels"),
    "a strip": (png_of(2_000_000, 1), "too narrow"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_good_picture_is_refused_with_the_reason(tmp_path: Path, name: str) -> None:
    data, reason = REFUSED[name]
    path = tmp_path / "photo.jpg"
    path.write_bytes(data)
    with pytest.raises(AssetRefused, match=rf"'photo\.jpg'.*{reason}"):
        Stills().inspect(path)


def test_what_is_not_there_or_no_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "never.png", tmp_path):
        with pytest.raises(AssetRefused, match="cannot be read"):
            Stills().inspect(path)
