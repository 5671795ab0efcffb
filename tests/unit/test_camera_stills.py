"""Opening what people give as a picture: every honest kind, and one clear sentence for the others."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from jynco.adapters.providers.camera.stills import open_still
from jynco.errors import RequestRejected

RED, BLUE = (200, 30, 30), (30, 30, 200)


def halves(mode: str = "RGB") -> Image.Image:
    """Red on the left, blue on the right, 40 x 20."""
    image = Image.new("RGB", (40, 20), RED)
    image.paste(BLUE, (20, 0, 40, 20))
    return image.convert(mode)


def assert_close(pixel: object, colour: tuple[int, int, int], within: int = 6) -> None:
    assert np.abs(np.asarray(pixel, int) - colour).max() <= within


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp"])
def test_three_formats_open(name: str, tmp_path: Path) -> None:
    halves().save(tmp_path / name, quality=95)
    still = open_still(tmp_path / name)
    assert still.shape == (20, 40, 3)
    assert_close(still[10, 5], RED)
    assert_close(still[10, 35], BLUE)


def test_a_photograph_taken_sideways_stands_up(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned: to be shown a quarter clockwise
    halves().save(tmp_path / "a.jpg", exif=exif, quality=95)
    still = open_still(tmp_path / "a.jpg")
    assert still.shape == (40, 20, 3)
    assert_close(still[5, 10], RED)
    assert_close(still[35, 10], BLUE)


def test_broken_exif_turns_nothing(tmp_path: Path) -> None:
    halves().save(tmp_path / "a.png", exif=b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\xff\xff\x01")
    assert open_still(tmp_path / "a.png").shape == (20, 40, 3)


def test_transparency_lies_on_white(tmp_path: Path) -> None:
    image = halves("RGBA")
    image.putpixel((0, 0), (0, 0, 0, 0))
    image.putpixel((1, 0), (0, 0, 0, 128))
    image.save(tmp_path / "a.png")
    still = open_still(tmp_path / "a.png")
    assert_close(still[0, 0], (255, 255, 255), 0)
    assert_close(still[0, 1], (127, 127, 127), 1)
    assert_close(still[10, 5], RED, 0)


def test_a_palette_with_a_transparent_colour(tmp_path: Path) -> None:
    image = halves().quantize(4)
    image.save(tmp_path / "a.png", transparency=image.getpixel((0, 0)))
    still = open_still(tmp_path / "a.png")
    assert_close(still[10, 5], (255, 255, 255), 0)
    assert_close(still[10, 35], BLUE, 1)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P"])
def test_few_colours_are_colours_too(mode: str, tmp_path: Path) -> None:
    Image.new("RGB", (4, 4), "white").convert(mode).save(tmp_path / "a.png")
    assert_close(open_still(tmp_path / "a.png")[2, 2], (255, 255, 255), 0)


def test_sixteen_bits_of_grey_are_scaled_not_clipped(tmp_path: Path) -> None:
    Image.fromarray(np.full((4, 6), 0x8000, np.uint16)).save(tmp_path / "a.png")
    assert_close(open_still(tmp_path / "a.png")[2, 2], (127, 127, 127), 1)


def test_sixteen_bits_of_colour(tmp_path: Path) -> None:
    """Pillow cannot write one, so here is one by hand: a single pixel of 0xC8C8, 0x1E1E, 0x1E1E."""
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 16, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\x00" + bytes.fromhex("c8c81e1e1e1e"))),
        (b"IEND", b""),
    ]
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + body)
    assert_close(open_still(tmp_path / "a.png")[0, 0], RED, 0)


def test_print_colours_become_screen_colours(tmp_path: Path) -> None:
    Image.new("CMYK", (16, 16), (0, 255, 255, 0)).save(tmp_path / "a.jpg", quality=95)
    assert_close(open_still(tmp_path / "a.jpg")[8, 8], (255, 0, 0), 6)


def test_a_colour_profile_is_obeyed(tmp_path: Path) -> None:
    """A profile whose red is sRGB's blue, and the other way round."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"_XYZ").replace(b"bXYZ", b"rXYZ").replace(b"_XYZ", b"bXYZ")
    halves().save(tmp_path / "a.png", icc_profile=swapped)
    assert_close(open_still(tmp_path / "a.png")[10, 5], BLUE)


@pytest.mark.parametrize(
    "profile", [b"not a profile", ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()]
)
def test_a_profile_that_fits_nothing_changes_nothing(profile: bytes, tmp_path: Path) -> None:
    halves().save(tmp_path / "a.png", icc_profile=profile)
    assert_close(open_still(tmp_path / "a.png")[10, 5], RED, 0)


def bytes_of(image: Image.Image, path: Path) -> bytes:
    image.save(path)
    return path.read_bytes()


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp"])
def test_half_a_file_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    noise = np.random.default_rng(1).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    whole = bytes_of(Image.fromarray(noise), path)
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RequestRejected, match=r"damaged or incomplete|not a PNG"):
        open_still(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"just words",
        b"\x89PNG\r\n\x1a\n",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a\x01\x00\x01\x00",
    ],
)
def test_what_is_no_picture_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(content)
    with pytest.raises(RequestRejected, match=r"a\.jpg is (not a PNG, JPEG or WebP|damaged)"):
        open_still(tmp_path / "a.jpg")


def test_a_missing_picture_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestRejected, match=r"gone\.png is missing"):
        open_still(tmp_path / "gone.png")
    with pytest.raises(RequestRejected, match="damaged"):
        open_still(tmp_path)


@pytest.mark.parametrize("size", [(8000, 8000), (30_000, 1), (400_000, 400_000)])
def test_what_is_too_large_is_refused_by_its_header(size: tuple[int, int], tmp_path: Path) -> None:
    """Only a header: nothing is there to decode, so the refusal came before."""
    header = b"IHDR" + struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 0) + b"IDAT")
    with pytest.raises(RequestRejected, match="too large"):
        open_still(tmp_path / "a.png")


def test_a_ribbon_is_refused(tmp_path: Path) -> None:
    Image.new("RGB", (2100, 100)).save(tmp_path / "a.png")
    with pytest.raises(RequestRejected, match="20 times as long"):
        open_still(tmp_path / "a.png")
