"""Clips whose beginning is left out: the very frames and sound behind it are there, and little is encoded again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from jynco.compose.picture import Room
from jynco.compose.segments import Recipe, segments
from jynco.compose.sources import Held, Material, Source
from jynco.compose.timeline import lay_out
from jynco.model.ids import CacheKey, ClipId
from jynco.model.storyboard import Clip, Effects, Filter, Quality, Storyboard
from tests.integration.cut_kit import kept
from tests.integration.film_kit import board, clip, ffmpeg, made, numbered, pictures, samples, shown, source

A, B, C = (ClipId(f"clip_{letter}") for letter in "abc")


def begun(clip: Clip, seconds: str) -> Clip:
    """The clip without so much of its beginning."""
    return replace(clip, in_point=Fraction(seconds))


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Mapping[ClipId, Source]:
    """Numbered films of six and four seconds; the second one is heard from its third second on."""
    folder = tmp_path_factory.mktemp("films")
    tone = ("-f", "lavfi", "-i", "aevalsrc=0.5*sin(880*PI*t)*gte(t\\,2):d=4:s=48000")
    ffmpeg("-i", numbered(folder / "mute.mp4", 2, 40), *tone, "-c:v", "copy", folder / "b.mp4")
    silent = source(numbered(folder / "a.mp4", 1, 60))
    return {A: kept(silent), B: kept(source(folder / "b.mp4", sound=True))}


def final(only: Clip) -> Storyboard:
    """A film of one clip, not a draft, whose first second is a part of its own."""
    drafted = board([only])
    return replace(drafted, output=replace(drafted.output, quality=Quality.STANDARD))


def keys(storyboard: Storyboard, films: Mapping[ClipId, Material]) -> dict[str, CacheKey]:
    room = Room(storyboard, lay_out(storyboard, {}), films, lambda text: Path(text))
    return {f"{each.span.pieces[0].first}": each.key for each in segments(room, Recipe("build"))}


def test_pictures_and_sound_begin_at_the_in_point(films: Mapping[ClipId, Source], tmp_path: Path) -> None:
    first, second = begun(clip("a", "2", leave="fade"), "1.5"), begun(clip("b", "2"), "1")
    film = made(board([first, second]), films, tmp_path)
    whole = pictures(film)
    assert [shown(picture) for picture in whole[:15]] == [(1, number) for number in range(15, 30)]
    assert [shown(picture) for picture in whole[20:]] == [(2, number) for number in range(10, 30)]
    loud = np.nonzero(np.abs(samples(film)[0]) > 0.1)[0] / 48_000
    assert loud[0] == pytest.approx(3, abs=0.05)  # a second of silence is left before the tone
    assert loud[-1] == pytest.approx(4, abs=0.05)


def test_a_dissolve_and_a_frame_that_stands_still_count_from_there(
    films: Mapping[ClipId, Source], tmp_path: Path
) -> None:
    first, second = begun(clip("a", "1"), "2"), begun(clip("b", "2", enter="dissolve", crossing="0.4"), "1")
    film = made(board([first, second, clip("c", "0.5")]), {**films, C: Held(B)}, tmp_path)
    whole = pictures(film)
    assert [shown(picture) for picture in whole[:6]] == [(1, number) for number in range(20, 26)]
    assert [shown(picture) for picture in whole[10:]] == [
        *((2, number) for number in range(14, 30)),
        *[(2, 29)] * 5,
    ]


def test_a_fast_clip_counts_its_own_seconds(films: Mapping[ClipId, Source], tmp_path: Path) -> None:
    fast = begun(clip("a", "2"), "2")
    fast = replace(
        fast, speed=Fraction(2), effects=Effects(filters=(Filter("speed", settings=(("factor", 2.0),)),))
    )
    whole = pictures(made(board([fast]), films, tmp_path))
    assert [shown(picture)[1] for picture in whole] == list(range(20, 40, 2))


def test_another_in_point_leaves_the_rest_of_the_clip_as_it_is(films: Mapping[ClipId, Source]) -> None:
    before = keys(final(clip("a", "6")), films)
    after = keys(final(begun(clip("a", "5.7"), "0.3")), films)
    assert list(before) == ["0", "5", "55"]
    assert list(after) == ["3", "5", "55"]
    assert (after["5"], after["55"]) == (before["5"], before["55"])


def test_footage_without_a_length_lasts_to_its_end() -> None:
    whole = replace(clip("a", "1"), duration=None)
    assert lay_out(board([begun(whole, "1.5")]), {A: Fraction(6)}).frames == 45
