"""What a schema cannot say: each kind of fault with its place, and ten at once."""

from __future__ import annotations

import json

import pytest

from jynco.document import codec
from jynco.document.checks import Limits, examine, faults, semantic_faults, validate
from jynco.errors import DocumentInvalid
from jynco.model.storyboard import Document, Json
from tests.unit.document_samples import places, put, whole

CLIP = "/timeline/0"
LONG = "x" * 10_001

WRONG: list[tuple[str, Json, str]] = [
    # names
    ("/timeline/1/clipId", "clip_a", "duplicate_id"),
    ("/timeline/1/clipId", "clip_" + "b" * 200, "limit"),
    ("/projectId", "proj_" + "b" * 200, "limit"),
    ("/layers/text/0/layerId", " ", "blank"),
    ("/layers/text/0/content", "Tokyo 東京", "letter"),
    ("/layers/text/0/content", "🎬 שלום", "letter"),
    ("/layers/audio/0/layerId", "m" * 200, "limit"),
    # sizes and bitrates
    ("/outputSettings/resolution/width", 1279, "odd_size"),
    ("/outputSettings/resolution/height", 721.0, "odd_size"),
    ("/outputSettings/resolution/width", 1, "odd_size"),
    ("/outputSettings/resolution/width", 10**9, "limit"),
    ("/outputSettings/resolution/height", 10**30, "limit"),
    ("/outputSettings/resolution/width", 8194, "limit"),
    ("/outputSettings/bitrate", "0M", "bitrate"),
    ("/outputSettings/bitrate", "9K", "bitrate"),
    ("/outputSettings/bitrate", "2G", "bitrate"),
    ("/outputSettings/bitrate", "9" * 400 + "G", "bitrate"),
    # times
    (f"{CLIP}/duration", 601, "limit"),
    (f"{CLIP}/duration", 1e300, "limit"),
    ("/timeline/2/duration", 5 * 3600, "limit"),
    ("/timeline/2/startTime", 1e9, "limit"),
    ("/timeline/2/startTime", 10**400, "limit"),
    ("/timeline/0/duration", 10**400, "limit"),
    ("/layers/audio/0/startTime", -1, "range"),
    ("/layers/audio/0/duration", -1, "range"),
    ("/layers/text/0/startTime", -0.1, "range"),
    ("/layers/text/0/duration", 1e12, "limit"),
    # words
    (f"{CLIP}/motionPrompt", LONG, "limit"),
    (f"{CLIP}/negativePrompt", LONG, "limit"),
    ("/layers/text/0/content", LONG, "limit"),
    ("/metadata/title", LONG, "limit"),
    ("/metadata/description", LONG, "limit"),
    # looks of text
    ("/layers/text/0/position/x", 1e300, "limit"),
    ("/layers/text/0/position/y", -(10**400), "limit"),
    ("/layers/text/0/style/fontSize", 0, "range"),
    ("/layers/text/0/style/fontSize", -3, "range"),
    ("/layers/text/0/style/fontSize", 10**6, "range"),
    ("/layers/text/0/style/color", "#12345", "color"),
    ("/layers/text/0/style/color", "whiteish", "color"),
    ("/layers/text/0/style/color", "white:box=1", "color"),
    ("/layers/text/0/style/fontFamily", "x" * 200, "limit"),
    # how many
    (f"{CLIP}/effects/filters", [{"type": "blur"}] * 21, "limit"),
    # Jynco's own fields
    ("/outputSettings/quality", "ultra", "extension"),
    ("/outputSettings/quality", 3, "extension"),
    (f"{CLIP}/onMissing", "explode", "extension"),
    ("/timeline/2/onMissing", ["hold"], "extension"),
    (f"{CLIP}/seed", "abc", "extension"),
    (f"{CLIP}/seed", True, "extension"),
    (f"{CLIP}/seed", 1.5, "extension"),
    (f"{CLIP}/seed", 2**63, "extension"),
    (f"{CLIP}/provider", 5, "extension"),
    (f"{CLIP}/provider", "../x", "extension"),
    (f"{CLIP}/provider", "camera\n", "extension"),
    (f"{CLIP}/model", "gen4", "extension"),
    (f"{CLIP}/negativePrompt", {}, "extension"),
    (f"{CLIP}/providerOptions", [], "extension"),
    (f"{CLIP}/transitionDuration", "1s", "extension"),
    (f"{CLIP}/transitionDuration", 0, "extension"),
    (f"{CLIP}/transitionDuration", -1, "extension"),
    (f"{CLIP}/transitionDuration", True, "extension"),
]

PATHS = [
    "/etc/passwd",
    "../secret.jpg",
    "images/../../secret.jpg",
    "images/..",
    "..",
    "a\x00.jpg",
    "a\n.jpg",
    "a\\b.jpg",
    "C:/x.jpg",
    "c:x.jpg",
    "\\\\server\\x.jpg",
    "//server/x.jpg",
    "http://example.com/x.jpg",
    "HTTPS://example.com/x.jpg",
    "file:x.jpg",
    "file:///etc/passwd",
    "data:image/png;base64,AAAA",
    "concat:a.mp4|b.mp4",
    "pipe:0",
    "~/x.jpg",
    "~root/x.jpg",
    "images/",
    "images/.",
    ".",
    "x" * 256 + ".jpg",
    "é" * 128,
    "a/" * 600 + "x.jpg",
]


@pytest.mark.parametrize(("pointer", "value", "code"), WRONG)
def test_wrong_values_are_named(pointer: str, value: Json, code: str) -> None:
    found = faults(put(pointer, value))
    assert places(found) == [(pointer, code)]
    assert 10 < len(found[0].detail) < 250


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "pointer", [f"{CLIP}/sourceImage", "/timeline/2/sourceFile", "/layers/audio/0/sourceFile"]
)
def test_paths_stay_in_the_project(pointer: str, path: str) -> None:
    found = faults(put(pointer, path))
    assert places(found) == [(pointer, "path")]
    assert "upload the file as an asset" in found[0].detail


@pytest.mark.parametrize(
    "path", ["a.jpg", "./a.jpg", "a b/c d.jpg", "...jpg", "a..b.jpg", "ü/日本.png", "-x.jpg", "50%.jpg"]
)
def test_ordinary_paths_are_fine(path: str) -> None:
    assert faults(put(f"{CLIP}/sourceImage", path)) == []


def test_a_sound_needs_a_file() -> None:
    assert places(faults(put("/layers/audio/0/sourceFile", ""))) == [("/layers/audio/0/sourceFile", "path")]


@pytest.mark.parametrize("extra", [{}, {"jobId": "job_motion_1"}, {"cacheKey": "0"}])
def test_a_made_file_is_never_looked_at(extra: dict[str, Json]) -> None:
    clip: Json = {"clipId": "clip_x", "status": "completed", "sourceFile": "/etc/passwd", **extra}
    expected = [] if extra else [("/timeline/3/sourceFile", "path")]
    assert places(faults(put("/timeline/-", clip))) == expected


@pytest.mark.parametrize(
    ("timeline", "code"),
    [
        ([], "empty_film"),
        ([{"clipId": "clip_a", "status": "pending", "duration": 0}], "empty_film"),
        (
            [
                {
                    "clipId": "clip_a",
                    "status": "pending",
                    "sourceFile": "a.mp4",
                    "duration": 0.0,
                    "startTime": 9,
                }
            ],
            "empty_film",
        ),
    ],
)
def test_a_film_has_a_length(timeline: Json, code: str) -> None:
    assert places(faults(put("/timeline", timeline))) == [("/timeline", code)]


@pytest.mark.parametrize("extra", [{"sourceFile": "a.mp4"}, {"motionPrompt": "pan"}, {"duration": 0.001}])
def test_one_clip_with_a_length_is_enough(extra: dict[str, Json]) -> None:
    timeline: Json = [
        {"clipId": "clip_a", "status": "pending", "duration": 0},
        {"clipId": "clip_b", "status": "pending", **extra},
    ]
    assert faults(put("/timeline", timeline)) == []


def test_layers_of_a_kind_have_their_own_ids() -> None:
    layer: Json = {"layerId": "music", "sourceFile": "audio/2.wav"}
    assert places(faults(put("/layers/audio/-", layer))) == [("/layers/audio/1/layerId", "duplicate_id")]
    words: Json = {"layerId": "music", "content": "not an audio layer"}
    assert faults(put("/layers/text/-", words)) == []


def test_small_frames_are_for_some_codecs() -> None:
    tiny = put("/outputSettings/resolution", {"width": 8, "height": 16})
    assert faults(tiny) == []
    assert places(faults(put("/outputSettings/codec", "h265", tiny))) == [
        ("/outputSettings/resolution/width", "too_small")
    ]


def test_pixels_are_limited_beside_sides() -> None:
    square = put("/outputSettings/resolution", {"width": 8192, "height": 8192})
    assert places(faults(square)) == [("/outputSettings/resolution", "limit")]


def test_limits_are_the_installations() -> None:
    strict = Limits(clips=2, layers=0, film_seconds=12)
    found = places(faults(whole(), strict))
    assert ("/timeline", "limit") in found
    assert ("/layers/audio", "limit") in found
    assert ("/layers/text", "limit") in found


def test_a_film_is_no_longer_than_allowed() -> None:
    clips: Json = [{"clipId": f"clip_{number}", "status": "pending", "duration": 600} for number in range(25)]
    assert places(faults(put("/timeline", clips))) == [("/timeline", "limit")]


def ten_faults() -> Document:
    document = whole()
    put("/projectId", "proj_a\n", document)
    put("/outputSettings/resolution/width", 1281, document)
    put("/outputSettings/codec", "h263", document)
    put("/outputSettings/bitrate", "0K", document)
    put("/timeline/0/duration", -5, document)
    put("/timeline/0/sourceImage", "/etc/passwd", document)
    put("/timeline/1/clipId", "clip_a", document)
    put("/timeline/1/effects/transitions/in", "wipe", document)
    put("/timeline/2/sourceFile", "../../c.mp4", document)
    put("/layers/audio/0/volume", 11, document)
    return document


TEN = [
    ("/layers/audio/0/volume", "range"),
    ("/outputSettings/bitrate", "bitrate"),
    ("/outputSettings/codec", "choice"),
    ("/outputSettings/resolution/width", "odd_size"),
    ("/projectId", "pattern"),
    ("/timeline/0/duration", "range"),
    ("/timeline/0/sourceImage", "path"),
    ("/timeline/1/clipId", "duplicate_id"),
    ("/timeline/1/effects/transitions/in", "transition_conflict"),
    ("/timeline/2/sourceFile", "path"),
]


def test_ten_faults_are_ten_reports() -> None:
    assert places(faults(ten_faults())) == TEN
    with pytest.raises(DocumentInvalid, match="and 9 more"):
        validate(ten_faults())


def test_faults_of_the_text_are_told_with_the_others() -> None:
    text = json.dumps(ten_faults()).replace('"volume": 11', '"volume": NaN, "volume": Infinity')
    _, found = examine(text.encode())
    assert ("/layers/audio/0/volume", "not_finite") in places(found)
    assert ("/layers/audio/0/volume", "range") not in places(found)
    assert set(places(found)) >= set(TEN[1:])


@pytest.mark.parametrize(
    "pointer", ["/projectId", "/timeline/0/motionPrompt", "/timeline/0/status", "/unknown"]
)
def test_half_characters_are_told_with_the_others(pointer: str) -> None:
    document = put("/timeline/1/clipId", "clip_a")
    _, found = examine(json.dumps(put(pointer, "\ud800", document)).encode())
    assert set(places(found)) >= {(pointer, "half_character"), ("/timeline/1/clipId", "duplicate_id")}


def test_older_documents_are_examined_as_new_ones() -> None:
    document, found = examine(codec.dumps(put("/version", "1.0")))
    assert (document["version"], found) == ("1.2", [])
    _, found = examine(codec.dumps(put("/version", "9")))
    assert places(found) == [("/version", "version")]


def test_places_are_in_the_documents_order() -> None:
    clips: list[Json] = [{"clipId": f"clip_{number}", "status": "?"} for number in range(12)]
    found = faults(put("/timeline", clips))
    assert [fault.pointer for fault in found] == [f"/timeline/{number}/status" for number in range(12)]


@pytest.mark.parametrize(
    "pointer",
    [
        "/timeline",
        "/timeline/0",
        "/layers",
        "/layers/audio",
        "/outputSettings",
        "/timeline/0/effects",
        "/metadata",
    ],
)
@pytest.mark.parametrize("value", [None, 5, "x", [], {}, [None], [[]], {"a": 1}, True])
def test_broken_parts_are_passed_over(pointer: str, value: Json) -> None:
    semantic_faults(put(pointer, value), Limits())
    assert semantic_faults({}, Limits()) == []
