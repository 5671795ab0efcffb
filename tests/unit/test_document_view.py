"""The engine's view: exact seconds, defaults, and what sort of clip each one is."""

from __future__ import annotations

from fractions import Fraction

import pytest

from jynco.document.readiness import readiness_faults
from jynco.document.view import storyboard
from jynco.model.states import OnMissing
from jynco.model.storyboard import (
    AudioLayer,
    Clip,
    Codec,
    Effects,
    Filter,
    FilterKind,
    Json,
    OutputSettings,
    Quality,
    TextLayer,
    TransitionKind,
)
from jynco.model.time import Rate
from tests.unit.document_samples import drop, places, put, whole


def clip(**fields: Json) -> Clip:
    return storyboard(put("/timeline/-", {"clipId": "clip_x", "status": "pending", **fields})).clips[-1]


def test_the_whole_storyboard() -> None:
    board = storyboard(whole())
    assert (board.project_id, board.title) == ("proj_valley", "Valley")
    assert board.output == OutputSettings(1280, 720, Rate(30), Codec.H264, "8M", Quality.STANDARD)
    assert [entry.pointer for entry in board.clips] == ["/timeline/0", "/timeline/1", "/timeline/2"]
    assert board.clips[0] == Clip(
        clip_id=board.clips[0].clip_id,
        pointer="/timeline/0",
        motion_prompt="camera pans left",
        source_image="images/a.jpg",
        duration=Fraction(5),
        start_time=Fraction(0),
        effects=Effects(TransitionKind.FADE, TransitionKind.DISSOLVE, (Filter(FilterKind.BLUR, 0.2),)),
    )
    assert board.clips[2].footage == "footage/c.mp4"
    music = AudioLayer("music", "/layers/audio/0", "audio/bed.wav", Fraction(0), Fraction(12), 0.8)
    assert board.audio == (music,)
    half = Fraction(1, 2)
    title = TextLayer(
        "title", "/layers/text/0", "Valley", half, Fraction(2), 0.5, 0.8, 48.0, "Inter", "#FFFFFF"
    )
    assert board.text == (title,)


def test_defaults() -> None:
    board = storyboard(
        put("/layers", {"audio": [{"layerId": "m", "sourceFile": "m.wav"}]}, drop("/metadata"))
    )
    assert board.title is None
    assert board.audio == (AudioLayer("m", "/layers/audio/0", "m.wav"),)
    assert clip() == Clip(clip_id=clip().clip_id, pointer="/timeline/3")
    assert clip(effects={"filters": [{"type": "sharpen"}]}).effects.filters == (
        Filter(FilterKind.SHARPEN, 0.5),
    )


def test_silence_is_not_the_default_volume() -> None:
    assert storyboard(put("/layers/audio/0/volume", 0)).audio[0].volume == 0
    assert (
        storyboard(put("/timeline/0/effects/filters/0/intensity", 0)).clips[0].effects.filters[0].intensity
        == 0
    )


def test_seconds_are_what_was_typed() -> None:
    assert clip(duration=0.1, startTime=2.3, transitionDuration=1e-3).duration == Fraction(1, 10)
    assert clip(startTime=2.3).start_time == Fraction(23, 10)
    assert clip(transitionDuration=1e-3).transition_duration == Fraction(1, 1000)


@pytest.mark.parametrize(
    ("fields", "footage"),
    [
        ({"sourceFile": "a.mp4"}, "a.mp4"),
        ({"sourceFile": "a.mp4", "motionPrompt": " \n"}, "a.mp4"),
        ({"sourceFile": "a.mp4", "motionPrompt": "pan"}, None),
        ({"sourceFile": "a.mp4", "cacheKey": "0" * 64}, None),
        ({"sourceFile": "a.mp4", "jobId": "job_motion_1"}, None),
        ({"sourceFile": None}, None),
        ({"sourceFile": " "}, None),
        ({}, None),
    ],
)
def test_footage_is_a_file_that_nobody_made(fields: dict[str, Json], footage: str | None) -> None:
    assert clip(**fields).footage == footage


def test_blank_words_are_none() -> None:
    blank = clip(motionPrompt=" ", sourceImage="", negativePrompt="\t", provider=" ")
    assert blank == clip()


@pytest.mark.parametrize(
    ("fields", "provider"),
    [
        ({"provider": "runway"}, "runway"),
        ({"provider": "runway", "model": "gen4"}, "runway:gen4"),
        ({"provider": "runway:gen4"}, "runway:gen4"),
        ({"provider": "runway:gen4", "model": "gen4"}, "runway:gen4"),
    ],
)
def test_a_provider_may_name_its_model(fields: dict[str, Json], provider: str) -> None:
    assert clip(**fields).provider == provider


def test_jyncos_own_fields() -> None:
    made = clip(seed=7.0, negativePrompt="people", onMissing="hold", providerOptions={"ratio": "16:9"})
    assert (made.seed, made.negative_prompt) == (7, "people")
    assert (made.on_missing, made.provider_options) == (OnMissing.HOLD, {"ratio": "16:9"})
    assert storyboard(put("/outputSettings/quality", "draft")).output.quality is Quality.DRAFT


def test_foreign_values_on_footage_are_nothing() -> None:
    assert (
        clip(sourceFile="a.mp4", seed="abc", provider=5, transitionDuration="x", providerOptions=[1]).seed
        is None
    )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, [("/timeline/3", "nothing_to_show")]),
        ({"duration": 0}, []),
        ({"motionPrompt": "a dog"}, [("/timeline/3", "image_needed")]),
        ({"motionPrompt": "a dog", "provider": "painter"}, []),
        ({"sourceImage": "here.jpg"}, []),
        ({"sourceImage": "gone.jpg", "motionPrompt": "pan"}, [("/timeline/3/sourceImage", "asset")]),
        ({"sourceFile": "gone.mp4"}, [("/timeline/3/sourceFile", "asset")]),
        ({"sourceFile": "gone.mp4", "motionPrompt": "pan", "sourceImage": "here.jpg"}, []),
    ],
)
def test_readiness(fields: dict[str, Json], expected: list[tuple[str, str]]) -> None:
    board = storyboard(put("/timeline/-", {"clipId": "clip_x", "status": "pending", **fields}))
    found = readiness_faults(
        board,
        can_text_to_video=lambda provider: provider == "painter",
        asset=lambda path: f"there is no {path}" if path.startswith("gone") else None,
    )
    assert places(found) == expected


def test_sounds_must_be_there_too() -> None:
    found = readiness_faults(
        storyboard(whole()),
        can_text_to_video=lambda _: False,
        asset=lambda path: "is not a sound" if path.endswith(".wav") else None,
    )
    assert places(found) == [("/layers/audio/0/sourceFile", "asset")]
