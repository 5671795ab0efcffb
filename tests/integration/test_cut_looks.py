"""Every look of the registry: the same frames however the film is cut, and what each of them does to a picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from jynco.agents.splicing import indexed
from jynco.compose.effects import EFFECTS
from jynco.compose.effects.reading import pace
from jynco.compose.packets import begins
from jynco.compose.parameters import File, Number
from jynco.compose.sources import Source
from jynco.compose.transitions import TRANSITIONS
from jynco.model.ids import ClipId
from jynco.model.media import MediaInfo
from jynco.model.storyboard import Easing, Effects, Filter, Key, Overlay, Setting, Storyboard
from jynco.model.time import Rate
from tests.integration.film_kit import HEIGHT, WIDTH, board, clip, ffmpeg, numbered, source
from tests.integration.look_kit import Frames, parts, whole

A, B = ClipId("clip_a"), ClipId("clip_b")
KEYS = (Key(Fraction(0), 0.1), Key(Fraction(1), 0.9, Easing.IN_OUT), Key(Fraction(5, 2), 0.3, Easing.HOLD))
TABLE = "luts/warm.cube"
STRANGE = "it's, [a];b.cube"  # a name that must mean nothing to FFmpeg


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Source:
    """Three and a half seconds of motion, in which reading can begin at every fifth frame."""
    path = tmp_path_factory.mktemp("sources") / "film.mp4"
    encoder = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "10", "-g", "5", "-pix_fmt", "yuv420p")
    ffmpeg("-f", "lavfi", "-i", f"testsrc2=s={WIDTH}x{HEIGHT}:r=10:d=3.5", *encoder, path)
    return replace(source(path), keys=begins(indexed(path), Rate(10)))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Source]:
    """A colour table that takes most of the blue away, and a picture that is half transparent."""
    folder = tmp_path_factory.mktemp("files")
    corners = [(r, g, b * 0.2) for b in (0, 1) for g in (0, 1) for r in (0, 1)]
    rows = "\n".join(" ".join(map(str, corner)) for corner in corners)
    (folder / STRANGE).write_text(f"TITLE x\nLUT_3D_SIZE 2\n{rows}\n")
    half = "color=c=red:s=40x20:d=1,format=rgba,geq=r=255:g=0:b=0:a='if(lt(X,20),255,0)'"
    ffmpeg("-f", "lavfi", "-i", half, "-frames:v", "1", folder / "logo.png")
    logo = MediaInfo("png_pipe", width=40, height=20)
    return {
        TABLE: Source(folder / STRANGE, MediaInfo("cube")),
        "logo.png": Source(folder / "logo.png", logo),
    }


def looked(*looks: Filter, seconds: str = "3") -> Storyboard:
    """A film of one clip with these looks."""
    return board([replace(clip("a", seconds), effects=Effects(filters=looks), speed=pace(looks))])


def look(kind: str, **settings: Setting) -> Filter:
    return Filter(kind, 0.5, tuple(settings.items()))


def moving(name: str) -> Filter:
    """A look whose parameters all move, as far as they can, and are otherwise not their defaults."""
    settings: dict[str, Setting] = {}
    for parameter, each in EFFECTS.get(name).parameters.items():
        if isinstance(each, Number):
            settings[parameter] = KEYS if each.moves else each.minimum + 0.4 * (each.maximum - each.minimum)
        elif isinstance(each, File):
            settings[parameter] = TABLE
    if name == "speed":
        settings["factor"] = 1.3
    return look(name, **settings)


@pytest.mark.parametrize("name", EFFECTS.names)
def test_segments_have_the_frames_of_the_whole_film(
    name: str, film: Source, files: Mapping[str, Source], tmp_path: Path
) -> None:
    storyboard = looked(moving(name))
    plain, dressed = whole(looked(), {A: film}, tmp_path), whole(storyboard, {A: film}, tmp_path, files)
    assert len(dressed) == (23 if name == "speed" else 30)
    assert not np.array_equal(plain[: len(dressed)], dressed), "it does nothing"
    assert np.array_equal(dressed, parts(storyboard, {A: film}, tmp_path, files))


def test_every_transition_goes_from_one_picture_to_the_other(film: Source, tmp_path: Path) -> None:
    """All of them in one film: a bright clip, a transition, a dark clip, a transition, and so on."""
    kinds = [name for name in TRANSITIONS.names if name != "fade"]
    dark, bright = (source(numbered(tmp_path / f"{n}.mp4", n, 20)) for n in (0, 255))
    clips = [clip(f"{n}", "1.2", leave=kind, crossing="0.5") for n, kind in enumerate([*kinds, "none"])]
    materials = {each.clip_id: (dark, bright)[n % 2] for n, each in enumerate(clips)}
    frames = luma(whole(board(clips), materials, tmp_path)).astype(int)
    assert len(kinds) > 50
    assert len(frames) == 7 * len(kinds) + 12
    for number, kind in enumerate(kinds):
        seam = frames[7 * (number + 1) : 7 * (number + 1) + 5]
        before, after = frames[7 * (number + 1) - 1], frames[7 * (number + 1) + 5]
        apart = [float(np.abs(seam[3] - side).mean()) for side in (before, after)]
        assert min(apart) > 1, f"{kind} shows one of its clips alone"
        assert np.abs(seam[0] - before).mean() <= np.abs(seam[0] - after).mean(), (
            f"{kind} begins with its end"
        )


def luma(frames: Frames) -> Frames:
    return frames[:, : WIDTH * HEIGHT].reshape(-1, HEIGHT, WIDTH)


def test_keyframes_hold_on_the_frames_they_name(film: Source, tmp_path: Path) -> None:
    """Brightness jumps on the tenth frame and is back where it was on the twentieth."""
    jump = (Key(Fraction(0), 0.5, Easing.HOLD), Key(Fraction(1), 1.0, Easing.HOLD), Key(Fraction(2), 0.5))
    plain = luma(whole(looked(), {A: film}, tmp_path)).astype(int)
    bright = luma(whole(looked(look("brightness", intensity=jump)), {A: film}, tmp_path)).astype(int)
    changed = [bool((bright[n] - plain[n]).mean() > 40) for n in range(30)]
    assert changed == [10 <= n < 20 for n in range(30)]


def test_a_stepped_blur_is_the_blur_of_its_value(film: Source, tmp_path: Path) -> None:
    rising = (Key(Fraction(0), 0.0), Key(Fraction(2), 1.0))
    frames = whole(looked(look("blur", intensity=rising)), {A: film}, tmp_path)
    for frame in (0, 10, 29):
        value = min(1.0, frame / 20)
        assert np.array_equal(frames[frame], whole(looked(Filter("blur", value)), {A: film}, tmp_path)[frame])


def test_grain_is_another_on_each_frame_and_the_same_on_each_render(film: Source, tmp_path: Path) -> None:
    plain, first, again = (
        luma(whole(looked(*looks), {A: film}, tmp_path)).astype(int)
        for looks in ((), (look("grain", intensity=0.8),), (look("grain", intensity=0.8),))
    )
    assert np.array_equal(first, again)
    noise = (first - plain)[:, 10:-10, 10:-10]
    assert 2 < noise.std() < 25
    alike = [np.corrcoef(noise[n].ravel(), noise[n + 1].ravel())[0, 1] for n in range(5)]
    assert max(map(abs, alike)) < 0.5


def test_grain_grows_from_nothing(film: Source, tmp_path: Path) -> None:
    rising = look("grain", intensity=(Key(Fraction(0), 0.0), Key(Fraction(2), 1.0)))
    plain, grained, full = (
        luma(whole(looked(*looks), {A: film}, tmp_path)).astype(int)
        for looks in ((), (rising,), (look("grain", intensity=1.0),))
    )
    noise = (grained - plain)[:, 10:-10, 10:-10]
    spread = [float(noise[n].std()) for n in (0, 5, 10, 20)]
    assert spread[0] == 0
    assert spread == sorted(spread)
    assert spread[2] == pytest.approx(spread[3] / 2, rel=0.15)
    assert np.array_equal(grained[20:], full[20:])


@pytest.mark.parametrize("height", [0.4, 0.8])
def test_a_zoom_shows_on_each_frame_what_a_crop_of_its_size_does(
    height: float, film: Source, tmp_path: Path
) -> None:
    sizes = {"width": 0.8, "height": height}
    closing = {name: (Key(Fraction(0), 1.0), Key(Fraction(2), size)) for name, size in sizes.items()}
    place: dict[str, Setting] = {"left": 0.1, "top": 0.2}
    zoom = luma(whole(looked(look("crop", **place, **closing)), {A: film}, tmp_path)).astype(int)
    plain = luma(whole(looked(), {A: film}, tmp_path)).astype(int)
    still = luma(whole(looked(look("crop", **place, **sizes)), {A: film}, tmp_path)).astype(int)
    assert np.abs(zoom[0] - plain[0]).mean() < 3
    assert np.abs(zoom[25] - still[25]).mean() < 8 < np.abs(plain[25] - still[25]).mean()
    bars = (still[25] <= 17).all(axis=1).sum()
    assert abs(int((zoom[25] <= 17).all(axis=1).sum()) - int(bars)) <= 4
    assert (bars > 0) == (height < 0.8)


def test_speed_shows_every_second_frame_and_halves_the_clip(tmp_path: Path) -> None:
    numbers = source(numbered(tmp_path / "a.mp4", 1, 40))
    fast = luma(whole(looked(look("speed", factor=2.0), seconds="4"), {A: numbers}, tmp_path))
    plain = luma(whole(looked(seconds="4"), {A: numbers}, tmp_path))
    slow = luma(whole(looked(look("speed", factor=0.5), seconds="1"), {A: numbers}, tmp_path))
    assert (len(fast), len(slow)) == (20, 20)
    assert np.array_equal(fast, plain[::2])
    assert np.array_equal(slow[::2], plain[:10])


def test_a_table_changes_colours_as_it_says(
    film: Source, files: Mapping[str, Source], tmp_path: Path
) -> None:
    plain, warm = (
        whole(looked(*looks), {A: film}, tmp_path, files) for looks in ((), (look("lut", file=TABLE),))
    )
    blue = slice(WIDTH * HEIGHT, WIDTH * HEIGHT * 5 // 4)
    assert warm[:, blue].mean() < plain[:, blue].mean() - 15


def test_stabilise_takes_most_of_a_shake_out(tmp_path: Path) -> None:
    path = tmp_path / "shaken.mp4"
    graph = (
        "mandelbrot=s=360x260:r=10,trim=end_frame=1,loop=-1:1,setpts=N/10/TB,"
        "crop=w=320:h=180:x='20+8*sin(n*2.1)':y='40+8*cos(n*1.7)',trim=end_frame=25"
    )
    ffmpeg("-f", "lavfi", "-i", graph, "-pix_fmt", "yuv420p", "-c:v", "libx264", "-crf", "10", path)
    shaken = {A: source(path)}

    def unrest(*looks: Filter) -> float:
        frames = whole(looked(*looks, seconds="2.5"), shaken, tmp_path).astype(int)
        middle = frames[:, : WIDTH * HEIGHT].reshape(-1, HEIGHT, WIDTH)[:, 20:-20, 20:-20]
        return float(np.abs(np.diff(middle, axis=0)).mean())

    assert unrest(look("stabilise")) < unrest() * 0.7


def test_a_picture_layer_is_seen_where_and_when_it_says(
    film: Source, files: Mapping[str, Source], tmp_path: Path
) -> None:
    place: dict[str, Setting] = {"position.x": 0.5, "position.y": 10.0, "width": 0.5, "opacity": 1.0}
    settings = (("sourceFile", "logo.png"), *place.items())
    logo = Overlay("pictures", "logo", "/layers/pictures/0", Fraction(1), Fraction(1), settings)
    storyboard = replace(looked(), overlays=(logo,))
    plain, laid = whole(looked(), {A: film}, tmp_path), whole(storyboard, {A: film}, tmp_path, files)
    assert [not np.array_equal(*pair) for pair in zip(plain, laid, strict=True)] == [
        10 <= n < 20 for n in range(30)
    ]
    rows, columns = np.nonzero((luma(laid) != luma(plain))[15])
    assert 39 <= columns.min() <= 42, "half of the frame's width, in its middle"
    assert 78 <= columns.max() <= 81, "its right half is transparent"
    assert (rows.min(), rows.max()) == (10, 49)
    assert abs(int(luma(laid)[15, 30, 60]) - 63) < 4, "red in BT.709"
    assert np.array_equal(laid, parts(storyboard, {A: film}, tmp_path, files))
