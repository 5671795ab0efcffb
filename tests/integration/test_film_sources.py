"""Films of every kind come in; frames of one kind come out."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from jynco.model.ids import ClipId
from jynco.model.time import Rate
from tests.integration.film_kit import (
    MEDIA,
    board,
    clip,
    colours,
    ffmpeg,
    made,
    numbered,
    pictures,
    shown,
    source,
)

A, B = ClipId("clip_a"), ClipId("clip_b")
INK = (176, 64, 48)  # a red that another matrix, range or curve would visibly change


def inked(path: Path, graph: str, *encoder: str, size: str = "160x90", rate: str = "30") -> Path:
    """One second of INK, sent through ``graph`` and encoded."""
    red, green, blue = INK
    plane = f"color=c=0x{red:02X}{green:02X}{blue:02X}:s={size}:r={rate}:d=1,format=gbrp"
    ffmpeg("-f", "lavfi", "-i", plane, "-vf", graph, *(encoder or ("-c:v", "libx264", "-crf", "8")), path)
    return path


def ink_of(path: Path, folder: Path, size: tuple[int, int] = (160, 90)) -> tuple[int, int, int]:
    """The colour in the middle of a film made from ``path``."""
    film = made(board([clip("a", ".5")], size=size), {A: source(path)}, folder)
    middle = colours(film)[size[1] // 2, size[0] // 2]
    return int(middle[0]), int(middle[1]), int(middle[2])


def tags(space: str, other: str = "bt709", range_: str = "tv") -> str:
    return f"setparams=colorspace={space}:color_primaries={other}:color_trc={other}:range={range_}"


COLOURS = {
    "bt709": "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p," + tags("bt709"),
    "bt601": "scale=out_color_matrix=bt601:out_range=tv,format=yuv420p," + tags("smpte170m", "smpte170m"),
    "bt601 untagged": "scale=out_color_matrix=bt601:out_range=tv,format=yuv420p",
    "full range": "scale=out_color_matrix=bt709:out_range=pc,format=yuv420p," + tags("bt709", range_="pc"),
    "10 bit": "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p10le," + tags("bt709"),
    "4:4:4": "scale=out_color_matrix=bt709:out_range=tv,format=yuv444p," + tags("bt709"),
    "bt2020": "zscale=min=gbr:tin=bt709:pin=bt709:rin=pc:p=bt2020:t=bt2020-10:m=bt2020nc:r=tv,format=yuv420p10le,"
    + "setparams=colorspace=bt2020nc:color_primaries=bt2020:color_trc=bt2020-10:range=tv",
}


@pytest.mark.parametrize("kind", COLOURS)
def test_colours_stay_as_they_were(kind: str, tmp_path: Path) -> None:
    path = inked(tmp_path / "ink.mp4", COLOURS[kind])
    assert np.abs(np.subtract(ink_of(path, tmp_path), INK)).max() <= 5


def test_untagged_high_definition_is_bt709(tmp_path: Path) -> None:
    path = inked(
        tmp_path / "ink.mp4", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p", size="1280x720"
    )
    assert np.abs(np.subtract(ink_of(path, tmp_path), INK)).max() <= 5


@pytest.mark.parametrize("transfer", ["smpte2084", "arib-std-b67"])
def test_high_dynamic_range_is_mapped_into_what_the_film_can_show(transfer: str, tmp_path: Path) -> None:
    graph = (
        f"zscale=min=gbr:tin=bt709:pin=bt709:rin=pc:npl=203:p=bt2020:t={transfer}:m=bt2020nc:r=tv,format=yuv420p10le,"
        f"setparams=colorspace=bt2020nc:color_primaries=bt2020:color_trc={transfer}:range=tv"
    )
    path = inked(tmp_path / "ink.mp4", graph)
    assert np.abs(np.subtract(ink_of(path, tmp_path), INK)).max() <= 6, "below the knee nothing changes"


def test_transparent_parts_are_black(tmp_path: Path) -> None:
    half = "format=yuva420p,geq=lum='lum(X,Y)':cb='cb(X,Y)':cr='cr(X,Y)':a='if(lt(X,80),255,0)'"
    path = inked(tmp_path / "ink.webm", half, "-c:v", "libvpx-vp9", "-crf", "10", "-b:v", "0")
    film = colours(made(board([clip("a", ".5")]), {A: source(path)}, tmp_path)).astype(int)
    assert film[45, 120].max() < 20
    assert np.abs(film[45, 40] - INK).max() <= 8


@pytest.mark.parametrize(
    ("graph", "box"),
    [
        ("scale=853:481", (0, 90, 0, 160)),
        ("scale=120:120,setsar=1", (0, 90, 35, 125)),
        ("scale=320:90,setsar=1", (23, 67, 0, 160)),
        ("scale=120:90,setsar=4/3", (0, 90, 0, 160)),
    ],
)
def test_shapes_are_kept_and_the_rest_is_black(
    graph: str, box: tuple[int, int, int, int], tmp_path: Path
) -> None:
    chroma = "yuv444p" if "853" in graph else "yuv420p"
    path = inked(tmp_path / "ink.mp4", f"{graph},scale=out_color_matrix=bt601:out_range=tv,format={chroma}")
    film = pictures(made(board([clip("a", ".5")]), {A: source(path)}, tmp_path))[2]
    top, bottom, left, right = box
    assert film[top + 3 : bottom - 3, left + 3 : right - 3].min() > 60
    for outside in (
        film[: max(0, top - 2)],
        film[bottom + 2 :],
        film[:, : max(0, left - 2)],
        film[:, right + 2 :],
    ):
        assert outside.size == 0 or outside.max() < 24


def test_a_turned_film_stands_upright(tmp_path: Path) -> None:
    graph = (
        "scale=90:160,setsar=1,drawbox=x=0:y=0:w=90:h=60:color=white:t=fill,scale=out_range=tv,format=yuv420p"
    )
    plain = inked(tmp_path / "plain.mp4", graph + ",transpose=2")
    turned = tmp_path / "turned.mp4"
    ffmpeg("-display_rotation", "-90", "-i", plain, "-c", "copy", turned)
    facts = MEDIA.probe(turned)
    assert (facts.width, facts.height, facts.rotation) == (90, 160, 90)
    film = pictures(made(board([clip("a", ".5")], size=(90, 160)), {A: source(turned)}, tmp_path))[2]
    assert film[:50].min() > 200
    assert film[80:].max() < 150


@pytest.mark.parametrize("rate", ["25", "30000/1001", "24000/1001", "60"])
def test_other_rates_keep_the_time(rate: str, tmp_path: Path) -> None:
    path = numbered(tmp_path / "a.mp4", 1, 60, rate)
    film = made(board([clip("a", ".9")], rate=Rate(30)), {A: source(path)}, tmp_path)
    seen = [shown(picture)[1] for picture in pictures(film)]
    assert len(seen) == 27
    assert all(abs(frame - n * Fraction(rate) / 30) <= 1 for n, frame in enumerate(seen))


def test_a_variable_rate_keeps_the_time(tmp_path: Path) -> None:
    times = "setpts='if(lt(N,10),N*2,20+(N-10))'/10/TB"
    path = tmp_path / "variable.mp4"
    ffmpeg(
        "-i", numbered(tmp_path / "a.mp4", 1, 30), "-vf", times, "-fps_mode", "vfr", "-c:v", "libx264", "-crf", "8",
        "-enc_time_base", "1/1000", path,
    )  # fmt: skip
    film = made(board([clip("a", "3.5")]), {A: source(path)}, tmp_path)
    expected = [n // 2 for n in range(20)] + list(range(10, 25))
    seen = [shown(picture)[1] for picture in pictures(film)]
    assert len(seen) == 35
    assert all(abs(found - due) <= 1 for found, due in zip(seen, expected, strict=True))


def test_a_late_start_is_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "late.ts"
    ffmpeg("-i", numbered(tmp_path / "a.mp4", 1, 20), "-c", "copy", "-output_ts_offset", "7", path)
    film = made(board([clip("a", "1.5")]), {A: source(path)}, tmp_path)
    assert [shown(picture)[1] for picture in pictures(film)] == list(range(15))


def test_all_kinds_join_in_one_film(tmp_path: Path) -> None:
    first = source(
        numbered(tmp_path / "a.mkv", 1, 75, "25", ["-pix_fmt", "yuv420p10le", "-profile:v", "high10"])
    )
    second = source(
        numbered(tmp_path / "b.avi", 2, 60, "30", ["-vf", "scale=320:180", "-c:v", "mpeg4", "-q:v", "1"])
    )
    clips = [clip("a", "1.2", leave="dissolve"), clip("b", "1.3", enter="dissolve", leave="fade")]
    film = pictures(made(board(clips, rate=Rate(30)), {A: first, B: second}, tmp_path))
    assert len(film) == 36 + 39 - 15
    assert [shown(film[n]) for n in (0, 21, 36, 44)] == [(1, 0), (1, 17), (2, 15), (2, 23)]
