"""The v1.2 field table: what it allows stays allowed, what it refuses is named with its place."""

from __future__ import annotations

import json

import jsonschema_rs
import pytest

from jynco.document.checks import faults
from jynco.document.formats import is_date_time
from jynco.document.schema import schema, schema_faults
from jynco.model.storyboard import Document, Json
from tests.unit.document_samples import drop, places, put, whole

SMALLEST: Document = {
    "version": "1.2",
    "projectId": "proj_1",
    "outputSettings": {"resolution": {"width": 2, "height": 2}, "fps": 1, "codec": "av1"},
    "timeline": [{"clipId": "clip_1", "status": "pending"}],
}


def test_the_schema_is_one() -> None:
    jsonschema_rs.meta.validate(schema())


def test_every_field_is_described() -> None:
    def described(node: Json) -> list[str]:
        if isinstance(node, list):
            return [name for item in node for name in described(item)]
        if not isinstance(node, dict):
            return []
        fields = node.get("properties")
        own = [
            name
            for name, field in (fields.items() if isinstance(fields, dict) else ())
            if not isinstance(field, dict) or not ("$ref" in field or {"title", "description"} <= set(field))
        ]
        return own + [name for item in node.values() for name in described(item)]

    assert described(schema()) == []


@pytest.mark.parametrize(
    "document",
    [
        whole(),
        SMALLEST,
        put("/outputSettings/resolution/width", 1920.0),
        put("/outputSettings/fps", 120),
        *[put("/outputSettings/codec", codec) for codec in ("h265", "vp9", "av1")],
        *[put("/timeline/0/status", status) for status in ("generating", "completed", "failed")],
        put("/timeline/0/jobId", "job_render_x-1_Y"),
        put("/timeline/0/sourceFile", "/anything/at/all.mp4"),  # foreign, on a generated clip: never opened
        put("/timeline/0/sourceFile", "http://example.com/x.mp4"),
        put("/timeline/0/errorMessage", "no"),
        put("/timeline/0/cacheKey", "not hexadecimal"),
        put("/timeline/0/duration", 0),
        put("/timeline/0/effects", {}),
        put("/timeline/0/effects/filters", []),
        put("/timeline/0/sourceImage", ""),
        put("/layers", {}),
        put("/layers/audio", []),
        put("/metadata", {}),
        put("/metadata/createdAt", "2026-12-31t23:59:60.123456+05:30"),
        put("/unknown", {"deep": [1, {"er": None}]}),
        put("/timeline/0/unknown", [True]),
        put("/timeline/2/seed", "foreign, but footage is not generated"),
        put("/timeline/2/transitionDuration", "foreign, but it has no transition"),
        put("/timeline/0/seed", None),
    ],
)
def test_good_documents(document: Document) -> None:
    before = json.dumps(document)
    assert faults(document) == []
    assert json.dumps(document) == before


@pytest.mark.parametrize("value", ["abc", 7, 1.5, True, None, [], {}])
@pytest.mark.parametrize(
    "field",
    [
        "provider",
        "model",
        "seed",
        "negativePrompt",
        "transitionDuration",
        "onMissing",
        "providerOptions",
        "inPoint",
    ],
)
def test_new_fields_refuse_nothing_that_was_valid(field: str, value: Json) -> None:
    assert schema_faults(put(f"/timeline/0/{field}", value)) == []
    assert schema_faults(put("/outputSettings/quality", value)) == []


@pytest.mark.parametrize(
    ("pointer", "owner"),
    [
        ("/version", ""),
        ("/projectId", ""),
        ("/outputSettings", ""),
        ("/timeline", ""),
        ("/outputSettings/resolution", "/outputSettings"),
        ("/outputSettings/fps", "/outputSettings"),
        ("/outputSettings/codec", "/outputSettings"),
        ("/outputSettings/resolution/width", "/outputSettings/resolution"),
        ("/outputSettings/resolution/height", "/outputSettings/resolution"),
        ("/timeline/1/clipId", "/timeline/1"),
        ("/timeline/1/status", "/timeline/1"),
        ("/timeline/0/effects/filters/0/type", "/timeline/0/effects/filters/0"),
        ("/layers/audio/0/layerId", "/layers/audio/0"),
        ("/layers/audio/0/sourceFile", "/layers/audio/0"),
        ("/layers/text/0/layerId", "/layers/text/0"),
        ("/layers/text/0/content", "/layers/text/0"),
    ],
)
def test_missing_fields_are_named(pointer: str, owner: str) -> None:
    found = faults(drop(pointer))
    assert places(found) == [(owner, "required")]
    assert f"'{pointer.rpartition('/')[2]}'" in found[0].detail


WRONG: list[tuple[str, Json, str]] = [
    ("/version", "1.3", "version"),
    ("/version", 1.2, "version"),
    ("/version", None, "version"),
    ("/projectId", "project_1", "pattern"),
    ("/projectId", "proj_", "pattern"),
    ("/projectId", "proj_a\n", "pattern"),
    ("/projectId", "proj_a b", "pattern"),
    ("/projectId", "proj_../x", "pattern"),
    ("/projectId", "proj_é", "pattern"),
    ("/projectId", "xproj_a", "pattern"),
    ("/projectId", 7, "type"),
    ("/outputSettings", [], "type"),
    ("/outputSettings/resolution", "1080p", "type"),
    ("/outputSettings/resolution/width", 0, "range"),
    ("/outputSettings/resolution/width", -2, "range"),
    ("/outputSettings/resolution/height", 720.5, "type"),
    ("/outputSettings/resolution/height", "720", "type"),
    ("/outputSettings/resolution/height", True, "type"),
    ("/outputSettings/fps", 0, "range"),
    ("/outputSettings/fps", 121, "range"),
    ("/outputSettings/fps", 29.97, "type"),
    ("/outputSettings/fps", None, "type"),
    ("/outputSettings/codec", "h263", "choice"),
    ("/outputSettings/codec", "H264", "choice"),
    ("/outputSettings/codec", 264, "choice"),
    ("/outputSettings/bitrate", "8m", "pattern"),
    ("/outputSettings/bitrate", "8M\n", "pattern"),
    ("/outputSettings/bitrate", "\u0668M", "pattern"),
    ("/outputSettings/bitrate", "1.5M", "pattern"),
    ("/outputSettings/bitrate", 8000000, "type"),
    ("/timeline", {}, "type"),
    ("/timeline", None, "type"),
    ("/timeline/1", "clip_b", "type"),
    ("/timeline/1/clipId", "b", "pattern"),
    ("/timeline/1/clipId", "clip_b\n", "pattern"),
    ("/timeline/1/clipId", "clip_b/../c", "pattern"),
    ("/timeline/1/status", "done", "choice"),
    ("/timeline/1/status", None, "choice"),
    ("/timeline/1/jobId", "job_x", "pattern"),
    ("/timeline/1/jobId", "job_motion_x\n", "pattern"),
    ("/timeline/1/jobId", None, "type"),
    ("/timeline/1/motionPrompt", 5, "type"),
    ("/timeline/1/sourceImage", None, "type"),
    ("/timeline/1/sourceFile", 5, "type"),
    ("/timeline/1/errorMessage", [], "type"),
    ("/timeline/1/cacheKey", 5, "type"),
    ("/timeline/1/duration", -0.1, "range"),
    ("/timeline/1/duration", "5", "type"),
    ("/timeline/1/duration", True, "type"),
    ("/timeline/1/startTime", -1, "range"),
    ("/timeline/1/effects", [], "type"),
    ("/timeline/1/effects/transitions", "fade", "type"),
    ("/timeline/1/effects/transitions/out", "Fade", "choice"),
    ("/timeline/1/effects/transitions/out", None, "choice"),
    ("/timeline/0/effects/filters", {}, "type"),
    ("/timeline/0/effects/filters/0", "blur", "type"),
    ("/timeline/0/effects/filters/0/type", "sepia", "choice"),
    ("/timeline/0/effects/filters/0/intensity", 1.01, "range"),
    ("/timeline/0/effects/filters/0/intensity", -1, "range"),
    ("/timeline/0/effects/filters/0/intensity", "0.5", "type"),
    ("/layers", [], "type"),
    ("/layers/audio", {}, "type"),
    ("/layers/audio/0", None, "type"),
    ("/layers/audio/0/layerId", 1, "type"),
    ("/layers/audio/0/sourceFile", None, "type"),
    ("/layers/audio/0/volume", 1.5, "range"),
    ("/layers/audio/0/volume", -0.5, "range"),
    ("/layers/audio/0/startTime", "0", "type"),
    ("/layers/text", None, "type"),
    ("/layers/text/0/content", 5, "type"),
    ("/layers/text/0/position", [0, 0], "type"),
    ("/layers/text/0/position/x", "left", "type"),
    ("/layers/text/0/style", "bold", "type"),
    ("/layers/text/0/style/fontSize", "48px", "type"),
    ("/layers/text/0/style/fontFamily", 5, "type"),
    ("/layers/text/0/style/color", 255, "type"),
    ("/metadata", "x", "type"),
    ("/metadata/title", 5, "type"),
    ("/metadata/createdAt", "yesterday", "date_time"),
    ("/metadata/createdAt", "2026-02-30T00:00:00Z", "date_time"),
    ("/metadata/createdAt", "2026-01-31T12:00:00Z\n", "date_time"),
    ("/metadata/updatedAt", "2026-01-31T12:00:00", "date_time"),
    ("/metadata/updatedAt", 1769860800, "type"),
]


@pytest.mark.parametrize(("pointer", "value", "code"), WRONG)
def test_wrong_values_are_named(pointer: str, value: Json, code: str) -> None:
    found = faults(put(pointer, value))
    assert places(found) == [(pointer, code)]
    assert found[0].detail.startswith("must be ")


def test_sentences_tell_the_mend() -> None:
    found = faults(put("/outputSettings/codec", "h263"))
    assert found[0].detail == "must be one of h264, h265, vp9, av1; it is 'h263'"


def test_pointers_are_escaped() -> None:
    found = faults(put("/outputSettings/quality", "best"))
    assert places(found) == [("/outputSettings/quality", "extension")]


@pytest.mark.parametrize(
    "text", ["2026-01-31T24:00:00Z", "2026-01-31 12:00:00Z", "2026-01-31T12:00:00+24:00"]
)
def test_moments_that_are_none(text: str) -> None:
    assert not is_date_time(text)
