"""Text layers, as they are seen."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from jynco.compose.sources import Source
from jynco.errors import DocumentInvalid
from jynco.model.ids import ClipId
from jynco.model.storyboard import TextLayer
from tests.integration.film_kit import Picture, board, clip, colours, ffmpeg, made, pictures, source

A, B = ClipId("clip_a"), ClipId("clip_b")
SIZE = (320, 180)


@pytest.fixture(scope="module")
def dark(tmp_path_factory: pytest.TempPathFactory) -> Source:
    path = tmp_path_factory.mktemp("sources") / "dark.mp4"
    ffmpeg("-f", "lavfi", "-i", "color=c=0x101010:s=320x180:r=10:d=3", "-pix_fmt", "yuv420p", path)
    return source(path)


def words(content: str, start: str = "0", duration: str | None = None, **style: object) -> TextLayer:
    base = TextLayer("layer", "/layers/text/0", content, Fraction(start))
    length = None if duration is None else Fraction(duration)
    return TextLayer(
        base.layer_id, base.pointer, content, base.start_time, length, **style  # type: ignore[arg-type]
    )  # fmt: skip


def drawn(dark: Source, folder: Path, *layers: TextLayer) -> list[Picture]:
    clips = [clip("a", "1", leave="dissolve"), clip("b", "1")]
    return pictures(made(board(clips, size=SIZE, text=layers), {A: dark, B: dark}, folder))


def box(picture: Picture) -> tuple[int, int, int, int]:
    """Left, right, top and bottom of what is bright."""
    rows, columns = np.nonzero(picture > 110)
    assert rows.size > 20, "nothing is written"
    return int(columns.min()), int(columns.max()), int(rows.min()), int(rows.max())


def test_a_text_is_there_on_its_frames_only_seams_included(dark: Source, tmp_path: Path) -> None:
    film = drawn(dark, tmp_path, words("Hello", ".3", ".8"))
    assert len(film) == 15
    assert [bool((picture > 110).any()) for picture in film] == [3 <= n < 11 for n in range(15)]


@pytest.mark.parametrize(
    "text", ["50% off: it's [a];b\n", "'[a];movie=/etc/passwd", "%{pts} \\n {x} $HOME `id`", "a\0b"]
)
def test_nothing_in_a_text_means_anything(text: str, dark: Source, tmp_path: Path) -> None:
    literal = drawn(dark, tmp_path, words(text))
    left, right, top, bottom = box(literal[0])
    assert abs((left + right) / 2 - 160) < 12
    assert abs((top + bottom) / 2 - 90) < 16
    assert all(np.abs(picture - literal[0]).max() < 40 for picture in literal[1:]), "it changes with time"


def test_places(dark: Source, tmp_path: Path) -> None:
    corner = box(drawn(dark, tmp_path, words("Corner", x=0.1, y=0.1))[0])
    assert abs(corner[0] - 32) < 5
    assert abs(corner[2] - 18) < 12
    pixels = box(drawn(dark, tmp_path, words("Corner", x=100.0, y=120.0))[0])
    assert abs(pixels[0] - 100) < 5
    assert abs(pixels[2] - 120) < 12
    outside = box(drawn(dark, tmp_path, words("Corner", x=5000.0, y=5000.0))[0])
    assert outside[1] >= 300
    assert outside[3] >= 160


def test_a_long_text_is_wrapped_and_a_very_long_one_shrinks(dark: Source, tmp_path: Path) -> None:
    one = box(drawn(dark, tmp_path, words("word"))[0])
    many = box(drawn(dark, tmp_path, words("word " * 20))[0])
    wide = box(drawn(dark, tmp_path, words("W" * 60))[0])
    full = box(drawn(dark, tmp_path, words("word " * 150))[0])
    assert many[3] - many[2] > 2 * (one[3] - one[2])
    for left, right, top, bottom in (many, wide, full):
        assert left >= 4
        assert right <= 315
        assert top >= 2
        assert bottom <= 177


@pytest.mark.parametrize(
    ("color", "expected"), [("#f00", (255, 0, 0)), ("#00FF00", (0, 255, 0)), ("dodgerblue", (30, 144, 255))]
)
def test_colours(color: str, expected: tuple[int, int, int], dark: Source, tmp_path: Path) -> None:
    storyboard = board([clip("a", ".3")], size=SIZE, text=[words("█" * 6, color=color, font_size=60.0)])
    middle = colours(made(storyboard, {A: dark}, tmp_path))[90, 160].astype(int)
    assert np.abs(middle - expected).max() < 24


def test_a_colour_that_is_none_is_refused_with_its_place(dark: Source, tmp_path: Path) -> None:
    storyboard = board([clip("a", ".3")], size=SIZE, text=[words("x", color="red:box=1")])
    with pytest.raises(DocumentInvalid) as refused:
        made(storyboard, {A: dark}, tmp_path)
    assert refused.value.faults[0].pointer == "/layers/text/0/style/color"


def test_fonts_that_are_not_there_are_replaced_and_letters_are_looked_for(
    dark: Source, tmp_path: Path
) -> None:
    default = drawn(dark, tmp_path, words("Afg"))[0]
    unknown = drawn(dark, tmp_path, words("Afg", font_family="/etc/passwd"))[0]
    serif = drawn(dark, tmp_path, words("Afg", font_family="DejaVu Serif"))[0]
    assert np.abs(default - unknown).max() < 10
    assert np.abs(default - serif).max() > 60
    assert box(drawn(dark, tmp_path, words("Привет, Καλημέρα", font_family="Lato"))[0])
