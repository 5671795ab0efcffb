"""Colours, fonts, encoders and metadata: the small decisions behind a graph."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageColor

from jynco.compose.colors import Color, parsed
from jynco.compose.command import metadata
from jynco.compose.encoder import Container, bits, container_for, muxer_options, video_options
from jynco.compose.preview import preview
from jynco.compose.typography import FAMILIES, FOLDER, cleaned, font_for, measured, set_in, undrawn
from jynco.errors import UsageWrong
from jynco.model.storyboard import Codec, OutputSettings, Quality, TextLayer
from jynco.model.time import Rate
from tests.unit.test_compose_timeline import board, clip


@pytest.mark.parametrize(
    ("text", "color"),
    [
        ("#fff", Color(255, 255, 255)),
        ("#F008", Color(255, 0, 0, 136)),
        ("#FFE9CF", Color(255, 233, 207)),
        ("#01020304", Color(1, 2, 3, 4)),
        ("RebeccaPurple", Color(102, 51, 153)),
        (" white ", Color(255, 255, 255)),
    ],
)
def test_colours(text: str, color: Color) -> None:
    assert parsed(text) == color


def test_a_colour_that_somebody_else_asked_pillow_for() -> None:
    """Pillow keeps parsed colours in the very table that we look names up in."""
    ImageColor.getrgb("teal")
    assert parsed("teal") == Color(0, 128, 128)


@pytest.mark.parametrize("text", ["", "#", "#ff", "#fffff", "#ggg", "red:box=1", "0xFFFFFF", "rgb(0,0,0)"])
def test_what_is_no_colour(text: str) -> None:
    assert parsed(text) is None


def test_every_family_is_there() -> None:
    assert all((FOLDER / name).is_file() for name in FAMILIES.values())


def test_a_font_with_the_letters_is_chosen() -> None:
    assert font_for("Hello", "Lato").name == "Lato-Regular.ttf"
    assert font_for("Hello", "no such font").name == "Lato-Regular.ttf"
    assert font_for("مرحبا", "Lato").name == "DejaVuSans.ttf"


@pytest.mark.parametrize(
    "text", ["Hello", "é ✓ Привет", "مرحبا", "🎬 and 👍🏽\ufe0f", "e\u0301 a\u200db", "לילה", "\u3000"]
)
def test_what_is_drawn(text: str) -> None:
    assert undrawn(text, "Lato") is None


@pytest.mark.parametrize(
    ("text", "found"),
    [("A 日本", ("日", False)), ("🎬 ש", ("🎬", True)), ("a\U0010ffff", ("\U0010ffff", False))],
)
def test_what_would_be_boxes(text: str, found: tuple[str, bool]) -> None:
    assert undrawn(text, None) == found


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.integers(10, 60), st.integers(60, 400))
def test_no_letter_is_lost_and_no_line_is_too_wide(text: str, size: int, width: int) -> None:
    block = set_in(text, None, size, width, 300)
    assert "".join(block.text.split()) == "".join(cleaned(text).split())
    widest = max((measured(letter, block.font, block.size) for letter in block.text), default=0)
    assert all(
        measured(line, block.font, block.size) <= max(width, widest) + 1 for line in block.text.split("\n")
    )


def test_containers() -> None:
    assert container_for(Codec.VP9) is Container.WEBM
    assert container_for(Codec.AV1) is Container.MP4
    assert container_for(Codec.AV1, "webm") is Container.WEBM
    with pytest.raises(UsageWrong, match="mp4"):
        container_for(Codec.H264, "webm")
    with pytest.raises(UsageWrong, match="avi"):
        container_for(Codec.H264, "avi")


@pytest.mark.parametrize(
    ("text", "number"), [("8M", 8_000_000), ("500K", 500_000), ("1G", 10**9), ("64k", 64_000)]
)
def test_bitrates_are_thousands(text: str, number: int) -> None:
    assert bits(text) == number


@pytest.mark.parametrize("codec", list(Codec))
@pytest.mark.parametrize("quality", list(Quality))
def test_a_bitrate_takes_the_place_of_constant_quality(codec: Codec, quality: Quality) -> None:
    constant = video_options(OutputSettings(160, 90, Rate(30), codec, None, quality), Container.MP4, 2)
    rated = video_options(OutputSettings(160, 90, Rate(30), codec, "3M", quality), Container.MP4, 2)
    assert constant.keys() & {"crf", "qp"} or ":qp=" in constant["x265-params"]
    assert not rated.keys() & {"crf", "qp"}
    assert ":qp=" not in rated.get("x265-params", "")
    assert rated["b:v"] == "3000000"
    assert constant["threads"] == rated["threads"] == "2"


@pytest.mark.parametrize("rate", [Rate(1), Rate(24), Rate(120), Rate(30_000, 1001)])
def test_a_frame_is_a_whole_number_of_ticks(rate: Rate) -> None:
    scale = int(muxer_options(Container.MP4, rate)["video_track_timescale"])
    assert (rate.seconds(1) * scale).denominator == 1


def test_metadata_keeps_every_character() -> None:
    text = metadata(board(clip("a", 1)), "a=b;c#d\\e\nf\0")
    assert text == ";FFMETADATA1\njynco_storyboard=a\\=b\\;c\\#d\\\\e\\\nf\n"


def test_a_preview_is_smaller_and_its_text_with_it() -> None:
    words = TextLayer("l", "/", "x", x=0.5, y=200.0, font_size=54)
    big = board(clip("a", 1), text=(words,))
    big = type(big)(big.project_id, OutputSettings(1920, 1080), big.clips, text=big.text)
    small = preview(big)
    assert (small.output.width, small.output.height) == (960, 540)
    assert (small.text[0].x, small.text[0].y, small.text[0].font_size) == (0.5, 100, 27)
