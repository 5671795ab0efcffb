"""Looks and layers beyond v1.2 in a document: what is taken, what is refused and where."""

from __future__ import annotations

import copy
from fractions import Fraction

import pytest

from jynco.compose.effects.reading import remembers
from jynco.compose.layers.laying import packages
from jynco.document.checks import faults
from jynco.document.view import storyboard
from jynco.errors import UsageWrong
from jynco.model.storyboard import Document, Easing, Filter, Json, Key

BLUR: dict[str, Json] = {"type": "blur", "intensity": 0.2}
MOVE: list[Json] = [{"time": 0, "value": 0}, {"time": 0.1, "value": 1, "easing": "ease-out"}]


def document(*filters: Json, **parts: Json) -> Document:
    clip: dict[str, Json] = {
        "clipId": "clip_a",
        "status": "pending",
        "sourceImage": "a.jpg",
        "motionPrompt": "pan",
        "duration": 4,
        "effects": {"filters": [*filters]},
    }
    return {
        "version": "1.2",
        "projectId": "proj_a",
        "outputSettings": {"resolution": {"width": 160, "height": 90}, "fps": 10, "codec": "h264"},
        "timeline": [clip],
        **copy.deepcopy(parts),
    }


def told(asked: Document) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in faults(asked)]


def looks(asked: Document) -> tuple[Filter, ...]:
    assert faults(asked) == []
    return storyboard(asked).clips[0].effects.filters


def test_parameters_and_keyframes_are_read_exactly() -> None:
    vignette, crop = looks(
        document({"type": "vignette", "intensity": MOVE}, {"type": "crop", "left": 0.25, "width": 0.5})
    )
    keys = (Key(Fraction(0), 0.0), Key(Fraction(1, 10), 1.0, Easing.OUT))
    assert vignette == Filter("vignette", 0.5, (("intensity", keys),))
    assert crop == Filter("crop", 0.5, (("left", 0.25), ("width", 0.5)))


def test_a_composition_is_taken_apart_in_its_order() -> None:
    dream: Json = [BLUR, {"type": "brightness", "intensity": 0.6}]
    found = looks(document({"type": "dream"}, {"type": "grain"}, customEffects={"dream": dream}))
    assert found == (Filter("blur", 0.2), Filter("brightness", 0.6), Filter("grain", 0.3))


def test_speed_changes_the_length_that_everything_is_checked_against() -> None:
    fast = document({"type": "speed", "factor": 2})
    assert faults(fast) == []
    assert storyboard(fast).clips[0].speed == 2
    clip: dict[str, Json] = {"clipId": "clip_b", "status": "pending", "motionPrompt": "pan", "startTime": 2}
    timeline = fast["timeline"]
    assert isinstance(timeline, list)
    timeline.append(clip)
    assert faults(fast) == [], "it begins where the first one ends"
    timeline[-1] = {**clip, "startTime": 1}
    assert told(fast) == [("/timeline/1/startTime", "overlap")]


def test_a_look_whose_package_is_gone_is_kept_and_refused_where_it_is_drawn() -> None:
    (gone,) = storyboard(document({"type": "sepia", "intensity": 0.4})).clips[0].effects.filters
    assert gone.kind == "sepia"
    with pytest.raises(UsageWrong, match=r"no 'sepia'; there are blur, .*vignette"):
        remembers([gone])


FILTER = "/timeline/0/effects/filters/0"


@pytest.mark.parametrize(
    ("look", "expected"),
    [
        ({"type": "glitter"}, [(f"{FILTER}/type", "choice")]),
        ({"type": 7}, [(f"{FILTER}/type", "type")]),
        ({"type": "blur", "intensity": 2}, [(f"{FILTER}/intensity", "range")]),
        ({"type": "blur", "intensity": []}, [(f"{FILTER}/intensity", "range")]),
        (
            {"type": "blur", "intensity": [{"time": -1, "value": 0}]},
            [(f"{FILTER}/intensity/0/time", "range")],
        ),
        (
            {"type": "blur", "intensity": [{"time": 1, "value": 3}]},
            [(f"{FILTER}/intensity/0/value", "range")],
        ),
        ({"type": "blur", "intensity": [{"time": 1}]}, [(f"{FILTER}/intensity/0", "required")]),
        ({"type": "stabilise", "intensity": MOVE}, [(f"{FILTER}/intensity", "type")]),
        ({"type": "speed", "factor": 0}, [(f"{FILTER}/factor", "range")]),
        ({"type": "speed", "factor": MOVE}, [(f"{FILTER}/factor", "type")]),
        ({"type": "lut"}, [(FILTER, "required")]),
        ({"type": "lut", "file": "../x.cube"}, [(f"{FILTER}/file", "path")]),
        ({"type": "lut", "file": "x.txt"}, [(f"{FILTER}/file", "path")]),
    ],
)
def test_looks_that_cannot_be_drawn_are_refused(look: Json, expected: list[tuple[str, str]]) -> None:
    assert told(document(look)) == expected


@pytest.mark.parametrize(
    ("composition", "expected"),
    [
        ("gblur=sigma=3,hue=s=0", [("/customEffects/dream", "type")]),
        ([], [("/customEffects/dream", "type")]),
        (["gblur"], [("/customEffects/dream", "type")]),
        ([{"type": "dream"}], [("/customEffects/dream/0/type", "choice")]),
        ([{"type": "blur", "intensity": 9}], [("/customEffects/dream/0/intensity", "range")]),
        ([{"type": "lut", "file": "/etc/x.cube"}], [("/customEffects/dream/0/file", "path")]),
        ([BLUR] * 21, [("/customEffects/dream", "limit")]),
    ],
)
def test_a_composition_is_made_of_effects_and_nothing_else(
    composition: Json, expected: list[tuple[str, str]]
) -> None:
    assert told(document({"type": "dream"}, customEffects={"dream": composition})) == expected


@pytest.mark.parametrize(
    "parts",
    [
        {"customEffects": "anything"},
        {"customEffects": {"unused": 7}},
        {"layers": {"pictures": "anything"}},
        {"layers": {"stickers": [{"x": 1}]}},
    ],
)
def test_what_v1_2_left_free_stays_free(parts: dict[str, Json]) -> None:
    assert faults(document(BLUR, **parts)) == []


def test_layers_whose_package_is_gone_are_refused_by_name() -> None:
    sticker: dict[str, Json] = {"layerId": "s1", "startTime": 0, "duration": 2, "sourceFile": "s.png"}
    (fault,) = faults(document(layers={"stickers": [sticker]}))
    assert (fault.pointer, fault.code) == ("/layers/stickers", "package")
    assert fault.detail.startswith("There is no 'stickers'")
    (overlay,) = storyboard(document(layers={"stickers": [sticker]})).overlays
    with pytest.raises(UsageWrong, match="There is no 'stickers'"):
        packages([overlay])  # nor does a worker without the package leave them out


def test_picture_layers_are_read_and_checked() -> None:
    logo: dict[str, Json] = {
        "layerId": "logo",
        "sourceFile": "logo.png",
        "startTime": 0.5,
        "position": {"x": 0.9, "y": 20},
        "opacity": 0.8,
    }
    (overlay,) = storyboard(document(layers={"pictures": [logo]})).overlays
    assert faults(document(layers={"pictures": [logo]})) == []
    assert (overlay.kind, overlay.start_time) == ("pictures", Fraction(1, 2))
    assert dict(overlay.settings) == {
        "sourceFile": "logo.png",
        "position.x": 0.9,
        "position.y": 20.0,
        "opacity": 0.8,
    }
    wrong: list[Json] = [
        {**logo, "opacity": 2},
        {**logo, "sourceFile": "logo.svg"},
        {"layerId": "x"},
        7,
        {**logo, "startTime": -1},
    ]
    base = "/layers/pictures"
    assert set(told(document(layers={"pictures": wrong}))) == {
        (f"{base}/0/opacity", "range"),
        (f"{base}/1/sourceFile", "path"),
        (f"{base}/1/layerId", "duplicate_id"),
        (f"{base}/2", "required"),
        (f"{base}/3", "type"),
        (f"{base}/4/startTime", "range"),
        (f"{base}/4/layerId", "duplicate_id"),
    }
