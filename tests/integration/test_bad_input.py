"""What people really bring: it comes out right, or is refused with the clip named."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from jynco.compose.sources import Source
from jynco.document.checks import faults
from jynco.model.ids import ClipId
from jynco.model.storyboard import Document, Json, TextLayer
from jynco.model.time import Rate
from tests.integration.film_kit import (
    HEIGHT,
    MEDIA,
    WIDTH,
    Picture,
    board,
    clip,
    ffmpeg,
    made,
    numbered,
    pictures,
    shown,
    source,
)
from tests.integration.look_kit import parts, whole

A, B = ClipId("clip_a"), ClipId("clip_b")


@pytest.fixture(scope="module")
def dark(tmp_path_factory: pytest.TempPathFactory) -> Source:
    path = tmp_path_factory.mktemp("sources") / "dark.mp4"
    ffmpeg("-f", "lavfi", "-i", "color=c=0x101010:s=320x180:r=10:d=1", "-pix_fmt", "yuv420p", path)
    return source(path)


def test_interlaced_footage_loses_its_combs(tmp_path: Path) -> None:
    """An upright edge that moves: in interlaced frames its odd and even lines stand apart."""
    path = tmp_path / "interlaced.mp4"
    edge = "color=c=black:s=320x180:r=20:d=2,geq=lum='if(lt(X,20+6*N),235,16)':cb=128:cr=128"
    woven = f"{edge},tinterlace=mode=interleave_top,setfield=tff"
    ffmpeg("-f", "lavfi", "-i", woven, "-c:v", "libx264", "-flags", "+ildct+ilme", "-crf", "5", path)
    combed = source(path)
    assert combed.info.interlaced
    storyboard = replace(board([clip("a", "1.8")]), output=board([], size=(320, 180)).output)
    frames = whole(storyboard, {A: combed}, tmp_path)
    untouched = replace(combed, info=replace(combed.info, interlaced=False))
    before = whole(storyboard, {A: untouched}, tmp_path)

    def combs(film: np.typing.NDArray[np.uint8]) -> float:
        luma = film[5:15, : 320 * 180].reshape(-1, 180, 320).astype(int)
        return float(np.abs(luma[:, 1:-1] * 2 - luma[:, :-2] - luma[:, 2:]).mean())

    assert combs(frames) < combs(before) / 3
    assert np.array_equal(frames, parts(storyboard, {A: combed}, tmp_path))


def test_two_hundred_clips_are_one_film_to_the_frame(tmp_path: Path) -> None:
    few = [source(numbered(tmp_path / f"{n}.mp4", n, 4)) for n in range(3)]
    clips = [clip(f"{n}", "0.2") for n in range(200)]
    film = made(board(clips), {each.clip_id: few[n % 3] for n, each in enumerate(clips)}, tmp_path)
    assert [shown(picture) for picture in pictures(film)] == [
        (n % 3, m) for n in range(200) for m in range(2)
    ]


def test_a_clip_of_one_frame_beside_a_transition(tmp_path: Path) -> None:
    """It has no room for one, and stays."""
    films = {A: source(numbered(tmp_path / "a.mp4", 1, 1)), B: source(numbered(tmp_path / "b.mp4", 2, 10))}
    clips = [clip("a", "0.1", leave="dissolve"), clip("b", "1")]
    assert [shown(picture) for picture in pictures(made(board(clips), films, tmp_path))][:3] == [
        (1, 0),
        (2, 0),
        (2, 1),
    ]


def test_footage_that_ends_too_early_holds_its_last_frame(tmp_path: Path) -> None:
    films = {A: source(numbered(tmp_path / "a.mp4", 1, 5))}
    film = pictures(made(board([clip("a", "1")]), films, tmp_path))
    assert [shown(picture)[1] for picture in film] == [0, 1, 2, 3, 4, 4, 4, 4, 4, 4]


@pytest.mark.parametrize("size", [(90, 160), (854, 480), (2, 2)])
def test_every_even_frame_is_made(size: tuple[int, int], tmp_path: Path) -> None:
    films = {A: source(numbered(tmp_path / "a.mp4", 1, 5))}
    film = made(board([clip("a", ".3")], size=size), films, tmp_path)
    assert (MEDIA.probe(film).width, MEDIA.probe(film).height) == size


def document(width: int, seconds: float, **effects: Json) -> Document:
    one: dict[str, Json] = {"clipId": "clip_short", "status": "pending", "motionPrompt": "pan"}
    transitions: dict[str, Json] = {"transitions": {"out": "dissolve"}}
    return {
        "version": "1.2",
        "projectId": "proj_a",
        "outputSettings": {"resolution": {"width": width, "height": 90}, "fps": 10, "codec": "h264"},
        "timeline": [
            {**one, "duration": seconds, "effects": transitions, **effects},
            {**one, "clipId": "clip_next", "duration": 3},
        ],
    }


def test_odd_sizes_are_refused_with_the_nearest_even_one() -> None:
    (fault,) = faults(document(161, 2))
    assert (fault.pointer, fault.code) == ("/outputSettings/resolution/width", "odd_size")
    assert "162" in fault.detail


def test_a_clip_shorter_than_the_transition_it_asks_for_is_refused_by_name() -> None:
    (fault,) = faults(document(160, 0.4, transitionDuration=1))
    assert fault.code == "transition"
    assert "clip_short" in fault.detail


def test_without_a_length_of_its_own_the_transition_makes_do(tmp_path: Path) -> None:
    films = {A: source(numbered(tmp_path / "a.mp4", 1, 9)), B: source(numbered(tmp_path / "b.mp4", 2, 9))}
    film = made(board([clip("a", "0.3", leave="dissolve"), clip("b", "0.5")]), films, tmp_path)
    assert MEDIA.probe(film).frames == 6


# --- writing --------------------------------------------------------------------------------------------------


def written(text: str, dark: Source, folder: Path, **style: str) -> Picture:
    words = replace(TextLayer("words", "/layers/text/0", text, font_size=60.0), **style)  # type: ignore[arg-type]
    storyboard = board([clip("a", ".1")], size=(320, 180), text=[words], rate=Rate(10))
    return pictures(made(storyboard, {A: dark}, folder))[0]


def columns(picture: Picture) -> list[int]:
    """Where something is written, from left to right, by the column."""
    return [int(column) for column in np.nonzero((picture > 110).any(axis=0))[0]]


def islands(picture: Picture) -> int:
    """How many parts stand apart from each other, looked at from above."""
    seen = columns(picture)
    return 1 + sum(right - left > 1 for left, right in pairwise(seen))


def test_arabic_letters_are_joined(dark: Source, tmp_path: Path) -> None:
    """Lam, meem and noon are one stroke when they are shaped, and three beside each other when they are not."""
    joined = islands(written("لمن", dark, tmp_path))
    apart = islands(written("ل\u200cم\u200cن", dark, tmp_path))
    assert joined == 1
    assert apart > 1


def test_hebrew_runs_from_right_to_left(dark: Source, tmp_path: Path) -> None:
    """Vav is narrow and shin is wide: the first letter stands on the right."""
    first, last = columns(written("ושש", dark, tmp_path)), columns(written("ששו", dark, tmp_path))
    shin = columns(written("ש", dark, tmp_path))
    width = shin[-1] - shin[0]

    def lead(seen: list[int]) -> int:
        """Columns of the leftmost part."""
        end = next((n for n, (a, b) in enumerate(pairwise(seen)) if b - a > 1), len(seen) - 1)
        return seen[end] - seen[0]

    assert lead(first) >= width - 3, "a shin stands on the left"
    assert lead(last) < width - 3, "the vav stands on the left"


def test_emoji_are_drawn_beside_letters(dark: Source, tmp_path: Path) -> None:
    """Each another picture, and none the empty box that stands for what a font lacks."""
    film, sun, none = (written(f"A {letter}", dark, tmp_path) for letter in ("🎬", "🌞", "\U0001faff"))
    assert np.abs(film - sun).max() > 100
    assert np.abs(film - none).max() > 100
    assert np.array_equal(written("👍🏽\ufe0f", dark, tmp_path), written("👍", dark, tmp_path))


@pytest.mark.parametrize("text", ["50% off: it's [a];b\n", "{\\an8}<b>x</b> $HOME %{pts}", "日本 ☃"])
def test_every_text_is_written(text: str, dark: Source, tmp_path: Path) -> None:
    assert columns(written(text, dark, tmp_path))


def test_a_rate_of_time_that_varies_and_turned_footage_join(tmp_path: Path) -> None:
    turned = tmp_path / "turned.mp4"
    ffmpeg(
        "-display_rotation",
        "180",
        "-i",
        numbered(tmp_path / "a.mp4", 1, 20, "30000/1001"),
        "-c",
        "copy",
        turned,
    )
    films = {A: source(turned), B: source(numbered(tmp_path / "b.mp4", 2, 20, "24"))}
    storyboard = board([clip("a", ".5", leave="slide"), clip("b", ".5")], rate=Rate(30))
    frames = whole(storyboard, films, tmp_path)
    assert np.array_equal(frames, parts(storyboard, films, tmp_path))
    assert films[A].info.rotation == 180
    assert frames.shape == (16, WIDTH * HEIGHT * 3 // 2)
    assert Fraction(len(frames), 30) == Fraction(16, 30)
