"""Which source frame every frame of a film shows: real renders of films that number their own frames."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from jynco.compose.missing import without
from jynco.compose.sources import Held, Material, Source
from jynco.model.ids import ClipId
from jynco.model.states import OnMissing
from jynco.model.storyboard import Clip, Effects, Filter, FilterKind
from jynco.model.time import Rate
from tests.integration.film_kit import (
    BLACK,
    WIDTH,
    Picture,
    assert_alike,
    board,
    card,
    clip,
    colours,
    ffmpeg,
    made,
    numbered,
    pictures,
    shown,
    source,
)

A, B, C = ClipId("clip_a"), ClipId("clip_b"), ClipId("clip_c")


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[ClipId, Source]:
    """Three films of thirty numbered frames at 10 frames a second; clip_a is source 1, and so on."""
    folder = tmp_path_factory.mktemp("sources")
    names = enumerate((A, B, C), start=1)
    return {name: source(numbered(folder / f"{name}.mp4", number, 30)) for number, name in names}


def mix(left: Picture, right: Picture, part: float) -> Picture:
    return left * (1 - part) + right * part


def test_cuts_show_every_frame_once(sources: dict[ClipId, Source], tmp_path: Path) -> None:
    film = made(board([clip("a", "1"), clip("b", "2.5"), clip("c", ".1")]), sources, tmp_path)
    expected = [(1, n) for n in range(10)] + [(2, n) for n in range(25)] + [(3, 0)]
    assert [shown(picture) for picture in pictures(film)] == expected


def test_a_later_start_leaves_black(sources: dict[ClipId, Source], tmp_path: Path) -> None:
    film = pictures(made(board([clip("a", "1", start=".5"), clip("b", "1", start="2.2")]), sources, tmp_path))
    assert len(film) == 32
    for number in (*range(5), *range(15, 22)):
        assert_alike(film[number], BLACK)
    assert [shown(film[number]) for number in (5, 14, 22, 31)] == [(1, 0), (1, 9), (2, 0), (2, 9)]


def test_a_dissolve_mixes_the_shared_frames(sources: dict[ClipId, Source], tmp_path: Path) -> None:
    film = pictures(made(board([clip("a", "2", leave="dissolve"), clip("b", "2")]), sources, tmp_path))
    assert len(film) == 35
    assert [shown(film[n]) for n in (0, 14, 20, 34)] == [(1, 0), (1, 14), (2, 5), (2, 19)]
    for n in range(5):
        assert_alike(film[15 + n], mix(card(1, 15 + n), card(2, n), n / 5))


def test_an_overlap_by_start_time_is_the_length_of_the_dissolve(
    sources: dict[ClipId, Source], tmp_path: Path
) -> None:
    clips = [clip("a", "2"), clip("b", "2", enter="dissolve", start="1")]
    film = pictures(made(board(clips), sources, tmp_path))
    assert len(film) == 30
    for n in range(10):
        assert_alike(film[10 + n], mix(card(1, 10 + n), card(2, n), n / 10))


def test_a_wipe_moves_across_the_frame(sources: dict[ClipId, Source], tmp_path: Path) -> None:
    clips = [clip("a", "2", leave="wipe"), clip("b", "2", enter="wipe", crossing=".8")]
    film = pictures(made(board(clips), sources, tmp_path))
    assert len(film) == 32
    for n in range(8):
        edge = WIDTH * n // 8
        expected = card(1, 12 + n)
        expected[:, :edge] = card(2, n)[:, :edge]
        assert_alike(film[12 + n], expected)


def test_fades_go_from_and_to_black_inside_their_clips(sources: dict[ClipId, Source], tmp_path: Path) -> None:
    clips = [clip("a", "2", enter="fade", leave="fade"), clip("b", "1", enter="fade")]
    film = pictures(made(board(clips), sources, tmp_path))
    assert len(film) == 30
    for n in range(5):
        assert_alike(film[n], mix(BLACK, card(1, n), n / 5))
        assert_alike(film[15 + n], mix(card(1, 15 + n), BLACK, n / 5))
        assert_alike(film[20 + n], mix(BLACK, card(2, n), n / 5))
    assert [shown(film[n]) for n in (5, 14, 25, 29)] == [(1, 5), (1, 14), (2, 5), (2, 9)]


def test_wipes_and_dissolves_without_a_neighbour_cross_with_black(
    sources: dict[ClipId, Source], tmp_path: Path
) -> None:
    clips = [clip("a", "1", enter="dissolve", leave="wipe"), clip("b", "1", enter="wipe", start="2")]
    film = pictures(made(board(clips), sources, tmp_path))
    assert len(film) == 30
    assert_alike(film[2], mix(BLACK, card(1, 2), 2 / 4))
    leaving, coming = card(1, 8), card(2, 2)
    leaving[:, : WIDTH * 3 // 5] = 16
    coming[:, WIDTH * 2 // 5 :] = 16
    assert_alike(film[8], leaving)
    assert_alike(film[22], coming)


def test_one_file_may_play_twice_and_a_short_one_stands_still(
    sources: dict[ClipId, Source], tmp_path: Path
) -> None:
    twice = {A: sources[A], B: sources[A]}
    film = made(board([clip("a", "3.5", leave="dissolve"), clip("b", "1")]), twice, tmp_path)
    seen = pictures(film)
    assert [shown(seen[n]) for n in (0, 29, 30, 35, 39)] == [(1, 0), (1, 29), (1, 29), (1, 5), (1, 9)]


def test_another_rate_keeps_the_time(sources: dict[ClipId, Source], tmp_path: Path) -> None:
    film = made(board([clip("a", "2"), clip("b", "1")], rate=Rate(25)), sources, tmp_path)
    seen = [shown(picture) for picture in pictures(film)]
    assert len(seen) == 75
    assert all(abs(frame - n / 2.5) <= 1 for n, (number, frame) in enumerate(seen[:50]) if number == 1)
    assert {number for number, _ in seen[:50]} == {1}
    assert {number for number, _ in seen[50:]} == {2}


@pytest.mark.parametrize(
    ("policy", "length", "frame_25"),
    [(OnMissing.HOLD, 45, (1, 19)), (OnMissing.SKIP, 30, (3, 5))],
)
def test_a_missing_clip(
    policy: OnMissing, length: int, frame_25: tuple[int, int], sources: dict[ClipId, Source], tmp_path: Path
) -> None:
    clips = [clip("a", "2"), clip("b", "2", start="2", leave="dissolve"), clip("c", "1", start="4")]
    whole = board(clips)
    kept, standing = without(whole, {B: "refused"}, policy, {})
    materials: dict[ClipId, Material] = {**sources, **standing}
    film = pictures(made(kept, materials, tmp_path))
    assert len(film) == length
    assert shown(film[25]) == frame_25


def test_the_first_frame_of_the_next_is_held_where_nothing_came_before(
    sources: dict[ClipId, Source], tmp_path: Path
) -> None:
    kept, standing = without(board([clip("a", "1"), clip("b", "1")]), {A: "refused"}, OnMissing.HOLD, {})
    assert standing == {A: Held(B, last=False)}
    film = pictures(made(kept, {**sources, **standing}, tmp_path))
    assert {shown(picture) for picture in film[:10]} == {(2, 0)}


def test_a_slate_is_drawn_where_nothing_can_be_held(tmp_path: Path) -> None:
    kept, standing = without(board([clip("a", "1", enter="fade")]), {A: "it's refused"}, OnMissing.HOLD, {})
    film = pictures(made(kept, dict(standing), tmp_path))
    assert len(film) == 10
    assert (film[6] > 150).sum() > 20, "no letters on the card"
    assert film[0].max() < 30


@pytest.mark.parametrize(
    ("look", "check"),
    [
        (Filter(FilterKind.BRIGHTNESS, 0.8), lambda a, b: b.mean() > a.mean() + 20),
        (Filter(FilterKind.BRIGHTNESS, 0.2), lambda a, b: b.mean() < a.mean() - 20),
        (Filter(FilterKind.BRIGHTNESS, 0.5), lambda a, b: abs(a - b).max() < 3),
        (Filter(FilterKind.CONTRAST, 0.2), lambda a, b: b.std() < a.std() * 0.6),
        (Filter(FilterKind.CONTRAST, 0.5), lambda a, b: abs(a - b).max() < 3),
        (Filter(FilterKind.BLUR, 1.0), lambda a, b: abs(np.diff(b)).max() < abs(np.diff(a)).max() / 2),
        (Filter(FilterKind.BLUR, 0.0), lambda a, b: abs(a - b).max() < 3),
        (Filter(FilterKind.SHARPEN, 1.0), lambda a, b: b.max() > a.max() + 10),
        (Filter(FilterKind.SHARPEN, 0.0), lambda a, b: abs(a - b).max() < 3),
    ],
)
def test_looks(look: Filter, check: object, sources: dict[ClipId, Source], tmp_path: Path) -> None:
    assert callable(check)
    plain = pictures(made(board([clip("a", ".3")]), sources, tmp_path))[1]
    dressed = Clip(A, "/timeline/0", duration=clip("a", ".3").duration, effects=Effects(filters=(look,)))
    assert check(plain, pictures(made(board([dressed]), sources, tmp_path))[1])


def test_saturation(tmp_path: Path) -> None:
    path = tmp_path / "red.mp4"
    ffmpeg("-f", "lavfi", "-i", "color=c=0xB05050:s=160x90:r=10:d=1", "-pix_fmt", "yuv420p", path)
    spread = {}
    for intensity in (0.0, 0.5, 0.9):
        look = Effects(filters=(Filter(FilterKind.SATURATION, intensity),))
        dressed = Clip(A, "/timeline/0", duration=clip("a", ".5").duration, effects=look)
        red, green, _ = colours(made(board([dressed]), {A: source(path)}, tmp_path))[45, 80].astype(int)
        spread[intensity] = int(red - green)
    assert abs(spread[0.0]) < 8 < 60 < spread[0.5] < spread[0.9]
