import importlib
import json
import sys
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
STORYBOARD = json.loads((EXAMPLES / "storyboard.json").read_text(encoding="utf-8"))
OVERLAP = Fraction(1, 2)  # seconds a dissolve or wipe takes where the clip names no other
PICTURES = ["aurora_valley", "dawn_mountains", "dune_stars", "dusk_sea", "fog_forest"]


@pytest.fixture(scope="module")
def gallery() -> Iterator[ModuleType]:
    sys.path.insert(0, str(EXAMPLES))
    yield importlib.import_module("painting.gallery")
    sys.path.remove(str(EXAMPLES))


def picture(name: str) -> NDArray[np.uint8]:
    return np.asarray(cv2.imread(str(EXAMPLES / "images" / f"{name}.jpg")), np.uint8)


def seam(
    before: dict[str, dict[str, dict[str, str]]], after: dict[str, dict[str, dict[str, str]]]
) -> set[str]:
    return {before["effects"]["transitions"]["out"], after["effects"]["transitions"]["in"]} - {"none"}


def film_seconds() -> Fraction:
    clips = STORYBOARD["timeline"]
    crossings = sum(bool(seam(a, b) & {"dissolve", "wipe"}) for a, b in pairwise(clips))
    return sum((Fraction(str(clip["duration"])) for clip in clips), Fraction(0)) - crossings * OVERLAP


def test_the_gallery_holds_the_five_pictures_of_the_storyboard(gallery: ModuleType) -> None:
    used = [Path(clip["sourceImage"]).stem for clip in STORYBOARD["timeline"]]
    assert sorted(used) == sorted(gallery.SCENES) == PICTURES


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_has_its_declared_size_and_a_small_file(name: str, gallery: ModuleType) -> None:
    scene = gallery.SCENES[name]
    assert picture(name).shape == (scene.height, scene.width, 3)
    assert (EXAMPLES / "images" / f"{name}.jpg").stat().st_size < 640_000


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_not_flat(name: str) -> None:
    pixels = cv2.resize(picture(name), (320, 240), interpolation=cv2.INTER_AREA)
    lightness, first, second = cv2.split(cv2.cvtColor(pixels, cv2.COLOR_BGR2LAB).astype(np.float64))
    tiles = lightness.reshape(12, 20, 16, 20).transpose(0, 2, 1, 3).reshape(12, 16, 400)
    assert np.ptp(lightness) > 100, "from dark to bright"
    assert (tiles.std(axis=-1) > 3).mean() > 0.25, "something to see in many places"
    hues = np.stack([first.ravel(), second.ravel()]) // 6
    assert len(np.unique(hues, axis=1).T) >= 8, "more than one colour"


def test_painting_again_gives_the_picture_that_is_kept(gallery: ModuleType) -> None:
    again = gallery.painted(gallery.SCENES["dusk_sea"], 0.08)
    kept = cv2.resize(picture("dusk_sea"), (again.shape[1], again.shape[0]), interpolation=cv2.INTER_AREA)
    difference = np.abs(cv2.cvtColor(again, cv2.COLOR_RGB2BGR).astype(int) - kept.astype(int))
    sky = len(difference) // 2
    assert difference[:sky].mean() < 3
    assert difference[sky:].mean() < 12, "waves are drawn as fine as the picture is large"


def test_a_seed_gives_the_same_pixels_twice_and_another_seed_others(gallery: ModuleType) -> None:
    scene = gallery.SCENES["dusk_sea"]
    first, second, other = (scene.paint(96, 60, seed) for seed in (scene.seed, scene.seed, scene.seed + 1))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


def test_every_path_of_the_storyboard_lies_beside_it() -> None:
    clips = [clip["sourceImage"] for clip in STORYBOARD["timeline"]]
    sounds = [layer["sourceFile"] for layer in STORYBOARD["layers"]["audio"]]
    for path in clips + sounds:
        assert (EXAMPLES / path).resolve().is_relative_to(EXAMPLES)
        assert (EXAMPLES / path).is_file()


def test_the_film_lasts_about_twenty_seconds_and_shows_each_kind_of_transition() -> None:
    clips = STORYBOARD["timeline"]
    seams = [seam(a, b) for a, b in pairwise(clips)]
    assert 18 <= film_seconds() <= 24
    assert {"dissolve"} in seams
    assert {"wipe"} in seams
    assert clips[0]["effects"]["transitions"]["in"] == clips[-1]["effects"]["transitions"]["out"] == "fade"


def test_texts_are_over_before_the_film_is() -> None:
    ends = [Fraction(str(text["startTime"] + text["duration"])) for text in STORYBOARD["layers"]["text"]]
    assert max(ends) <= film_seconds()


def test_the_sound_bed_covers_the_film_without_clipping() -> None:
    with av.open(str(EXAMPLES / "audio" / "bed.m4a")) as file:
        blocks = [frame.to_ndarray() for frame in file.decode(audio=0)]
        rate = file.streams.audio[0].rate
    samples = np.concatenate(blocks, axis=1)
    assert samples.shape[0] == 2
    assert film_seconds() <= samples.shape[1] / rate < film_seconds() + 2
    assert 0.5 < np.abs(samples).max() < 0.9
    assert np.abs(samples[:, -rate // 10 :]).max() < 0.01, "it has faded out"
