"""Storyboards that are none: a good one, with one thing wrong at a time."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from tests.security.wire import JSON, Bad, bad, document

NAN, INF = float("nan"), float("inf")
GOOD: Final[dict[str, Any]] = {
    "version": "1.2",
    "projectId": "proj_bad",
    "outputSettings": {
        "resolution": {"width": 64, "height": 36},
        "fps": 24,
        "codec": "h264",
        "bitrate": "8M",
        "quality": "draft",
    },
    "timeline": [
        {
            "clipId": "clip_a",
            "status": "pending",
            "motionPrompt": "pan left",
            "sourceImage": "assets/a.png",
            "duration": 2,
            "startTime": 0,
            "seed": 7,
            "provider": "camera",
            "negativePrompt": "people",
            "onMissing": "hold",
            "providerOptions": {},
            "transitionDuration": 0.5,
            "effects": {
                "transitions": {"in": "fade", "out": "none"},
                "filters": [{"type": "blur", "intensity": 0.2}],
            },
        },
        {"clipId": "clip_b", "status": "pending", "sourceFile": "assets/b.mp4"},
    ],
    "layers": {
        "audio": [
            {"layerId": "bed", "sourceFile": "assets/bed.m4a", "startTime": 0, "duration": 1, "volume": 0.5}
        ],
        "text": [
            {
                "layerId": "title",
                "content": "Hello",
                "startTime": 0,
                "duration": 1,
                "position": {"x": 0.5, "y": 0.5},
                "style": {"fontSize": 12, "fontFamily": "sans", "color": "#ffffff"},
            }
        ],
    },
    "metadata": {"title": "Bad", "description": "x", "createdAt": "2026-01-01T00:00:00Z"},
}
TEXTS: Final[tuple[Any, ...]] = (0, True, [], {}, ["a"], 1.5)
NUMBERS: Final[tuple[Any, ...]] = ("1", "", True, [], {}, NAN, INF, -INF, -1, 1e308, "NaN", "0x10", [1])
WHOLES: Final[tuple[Any, ...]] = (*NUMBERS, 0, 1.5, 10**9, 2**63, 2**64, 10**30)
OBJECTS: Final[tuple[Any, ...]] = (0, "a", True, [], [{}])
LISTS: Final[tuple[Any, ...]] = (0, "a", True, {}, [0], ["a"], [None], [[]])
IDS: Final[tuple[Any, ...]] = (
    *TEXTS, None, "", " ", "a", "proj", "proj_", "clip_", "clip_\n", "proj_a\n", "proj_\x00", "proj_a b", "proj_ä",
    "proj_a/b",
    "proj_../../etc", "PROJ_a", " proj_a", "proj_" + "a" * 300, "proj_\u202e", "proj_\uff41", "clip_%00", "clip_a;b",
    "$(id)", "' OR 1=1 --", "{{7*7}}", "<script>", "\ud800",
)  # fmt: skip
PATHS: Final[tuple[Any, ...]] = (
    0, True, [], {}, " ", "/etc/passwd", "../a.png", "a/../../b", "..", ".", "assets/", "a\\b", "C:\\a.png",
    "c:a.png",
    "file:///etc/passwd", "http://127.0.0.1/a.png", "https://[::1]/a.png", "ftp://a/b", "data:image/png;base64,AA==",
    "concat:a|b", "subfile,,start,0,end,9,,:a", "pipe:0", "a\x00.png", "a\n.png", "\x7f", "~/a.png", "~root/a",
    "//host/share",
    "\\\\host\\share", "a" * 2000, "x/" + "ä" * 200, "crypto:a", "/proc/self/environ", "/dev/zero", "s3://b/k",
    "\ud800.png",
)  # fmt: skip
NAMED: Final = [path for path in PATHS if path != " "]  # of a clip, blank is as good as absent

# The place in the good document, and what must not stand there.
WRONG: Final[dict[str, Sequence[Any]]] = {
    "version": (*TEXTS, None, "", "1.1.1", "2.0", "1.2 ", " 1.2", "1.2\n", 1.2, "v1.2", "\uff11.2"),
    "projectId": IDS,
    "outputSettings": (*OBJECTS, None, {}, {"resolution": {}}),
    "outputSettings.resolution": (*OBJECTS, None, {}, {"width": 64}, {"height": 36}),
    "outputSettings.resolution.width": (*WHOLES, None, 63, 65536, 8194),
    "outputSettings.resolution.height": (*WHOLES, None, 35, 65536, 2_000_000),
    "outputSettings.fps": (*WHOLES, None, 121, 23.976, "24"),
    "outputSettings.codec": (*TEXTS, None, "", "H264", "h266", "libx264", "h264 -f", "copy", "h264\n"),
    "outputSettings.bitrate": (*TEXTS, "", "8", "8m", "M", "-8M", "8 M", "8M\n", "1e3K", "9" * 30 + "G", "0K", "٣M",
        "8.5M"),
    "outputSettings.quality": (0, "ultra", "", [], {}, True),
    "timeline": (*LISTS, None, [], [{}], [{"clipId": "clip_a"}], [{"status": "pending"}]),
    "timeline.0": (0, "a", True, [], None, {}),
    "timeline.0.clipId": (*IDS, "clip_b"),
    "timeline.0.status": (*TEXTS, None, "", "done", "Pending", "pending "),
    "timeline.0.jobId": (*TEXTS, "", "job_", "job_audio_1", "job_motion_", "job_motion_a\n", "job_motion_a/b"),
    "timeline.0.errorMessage": TEXTS,
    "timeline.0.cacheKey": TEXTS,
    "timeline.0.motionPrompt": (*TEXTS, "a" * 10_001, "\ud800", "a\udfffb"),
    "timeline.0.sourceImage": NAMED,
    "timeline.1.sourceFile": NAMED,
    "timeline.0.duration": (*NUMBERS, 601.5, 601, 1e9, 10**30),
    "timeline.0.startTime": (*NUMBERS, 1e9, 10**30),
    "timeline.0.effects": OBJECTS,
    "timeline.0.effects.transitions": OBJECTS,
    "timeline.0.effects.transitions.in": (*TEXTS, "", "Fade", "spin", "fade "),
    "timeline.0.effects.transitions.out": (*TEXTS, "", "melt", "none\n"),
    "timeline.0.effects.filters": (*LISTS, [{}], [{"type": "blur"}] * 21, [{"intensity": 1}]),
    "timeline.0.effects.filters.0.type": (*TEXTS, None, "", "sepia", "Blur", "movie=/etc/passwd", "blur,drawtext=a"),
    "timeline.0.effects.filters.0.intensity": (*NUMBERS[:8], -0.1, 1.1, 2, 1e308),
    "timeline.0.transitionDuration": ("1", True, [], {}, NAN, INF, 0, -1, 1e9),
    "timeline.0.seed": ("7", True, [], {}, 1.5, NAN, 2**63, 10**30),
    "timeline.0.provider": (0, True, [], {}, "a b", "../x", "-x", "a" * 200, "camera\n", "x\x00", "$(id)",
        "ca\u0301mera"),
    "timeline.0.model": (0, True, [], {}, "a b", "-m", "a" * 200),
    "timeline.0.negativePrompt": (0, True, [], {}, "a" * 10_001),
    "timeline.0.onMissing": (0, "pray", "", [], {}, True),
    "timeline.0.providerOptions": (0, "a", True, []),
    "layers": OBJECTS,
    "layers.audio": LISTS,
    "layers.audio.0.layerId": (*TEXTS, None, "", " ", "a" * 200),
    "layers.audio.0.sourceFile": (*PATHS, None, ""),
    "layers.audio.0.startTime": NUMBERS,
    "layers.audio.0.duration": NUMBERS,
    "layers.audio.0.volume": (*NUMBERS, 1.01, 100),
    "layers.text": LISTS,
    "layers.text.0.layerId": (*TEXTS, None, "", " ", "a" * 200),
    "layers.text.0.content": (*TEXTS, None, "a" * 10_001, "\ud800"),
    "layers.text.0.startTime": NUMBERS,
    "layers.text.0.duration": NUMBERS,
    "layers.text.0.position": OBJECTS,
    "layers.text.0.position.x": ("0", True, [], {}, NAN, INF, 1e308),
    "layers.text.0.position.y": ("0", True, [], {}, NAN, -INF, -1e308),
    "layers.text.0.style": OBJECTS,
    "layers.text.0.style.fontSize": (*NUMBERS, 0, 1e6),
    "layers.text.0.style.fontFamily": (*TEXTS, "a" * 200),
    "layers.text.0.style.color": (*TEXTS, "#12345", "#gggggg", "red;drawtext", "expression(1)", "url(a)"),
    "metadata": OBJECTS,
    "metadata.title": (*TEXTS, "a" * 10_001, "\ud800"),
    "metadata.description": (*TEXTS, "a" * 10_001),
    "metadata.createdAt": (*TEXTS, "", "yesterday", "2026-13-01T00:00:00Z", "2026-01-01", "2026-01-01T25:00:00Z"),
    "metadata.updatedAt": (*TEXTS, "", "2026-02-30T00:00:00Z", "20260101T000000Z"),
}  # fmt: skip


def documents() -> Iterator[Bad]:
    """One wrong value at a time, everything missing in turn, and bodies that are no document at all."""
    for place, values in WRONG.items():
        for number, value in enumerate(values):
            yield document(f"{place} wrong {number}", "POST", "/v1/projects", changed(GOOD, place, value))
    for place in ("version", "projectId", "outputSettings", "timeline", "outputSettings.resolution",
    "outputSettings.fps",
                  "outputSettings.codec", "outputSettings.resolution.width", "outputSettings.resolution.height",
                  "timeline.0.clipId", "timeline.0.status", "layers.audio.0.layerId", "layers.audio.0.sourceFile",
                  "layers.text.0.layerId", "layers.text.0.content"):  # fmt: skip
        yield document(f"{place} missing", "POST", "/v1/projects", without(GOOD, place))
    for name, text in texts().items():
        yield bad(name, "POST", "/v1/projects", text, JSON)


def texts() -> dict[str, bytes | str]:
    """What is no JSON, no object, or JSON that readers disagree on."""
    good = json.dumps({**GOOD, "projectId": "proj_bad"})
    return {
        "nothing": "", "a space": " ", "a brace": "{", "half": good[: len(good) // 2], "twice": good * 2,
        "a comma": good[:-1] + ",}",
        "single quotes": good.replace('"', "'"), "a comment": good + "/**/", "null": "null", "true": "true",
        "a number": "1",
        "a text": '"a"', "a list": "[]", "a list of one": f"[{good}]", "an empty object": "{}", "NaN": "NaN",
        "-Infinity": "-Infinity",
        "bare words": "{version:1.2}", "plus one": good.replace("24", "+24"), "leading zero": good.replace("24",
        "024"),
        "hexadecimal": good.replace("24", "0x18"), "a dot": good.replace("24", "24."),
        "half a dot": good.replace("24", ".24"),
        "an exponent too far": good.replace("24", "1e400"), "an exponent of 9s": good.replace("24", "1e99999999999"),
        "5,000 digits": good.replace("24", "9" * 5000), "100,000 digits": good.replace("24", "9" * 100_000),
        "deep lists": "[" * 100_000, "deep objects": '{"a":' * 50_000 + "1" + "}" * 50_000,
        "deep inside": json.dumps({**GOOD, "x": 0}).replace('"x": 0', '"x": ' + "[" * 3000 + "]" * 3000),
        "a name twice": '{"version": "1.2",' + good[1:],
        "a name twice, escaped": '{"\\u0076ersion": "1.2",' + good[1:],
        "half a character": good.replace("pan left", "\\ud800"), "the other half": good.replace("pan left",
        "\\udc00"),
        "halves swapped": good.replace("pan left", "\\udc00\\ud800"), "no UTF-8": good.encode().replace(b"pan",
        b"\xff\xfe"),
        "overlong UTF-8": good.encode().replace(b"pan", b"\xc0\xaf"),
        "UTF-8 of a surrogate": good.encode().replace(b"pan", b"\xed\xa0\x80"),
        "UTF-16": good.encode("utf-16"), "UTF-32": good.encode("utf-32"), "Latin-1": good.replace("pan",
        "é").encode("latin-1"),
        "NULs": b"\0" * 100, "a NUL behind": good + "\0", "a NUL before": "\0" + good,
        "a raw newline": good.replace("pan left", "pan\nleft"),
        "a raw tab": good.replace("pan left", "pan\tleft"), "a bad escape": good.replace("pan", "\\x41"),
        "half an escape": good.replace("pan", "\\u12"),
        "BOM alone": b"\xef\xbb\xbf", "two BOMs": b"\xef\xbb\xbf" * 2 + good.encode(),
        "XML": "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
        "YAML": "version: 1.2\nprojectId: !!python/object/apply:os.system ['id']",
        "pickle": b"\x80\x04\x95\x05\x00\x00\x00\x00\x00\x00\x00\x8c\x01a\x94.",
        "gzip without saying so": b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
        "a prototype": '{"__proto__": {"version": "1.2"}}', "JSON lines": good + "\n" + good,
        "BSON": b"\x16\x00\x00\x00\x02hello\x00\x06\x00\x00\x00world\x00\x00", "a million spaces": " " * 1_000_000,
        "a form": "version=1.2&projectId=proj_a",
        "too many clips": json.dumps({**GOOD, "timeline": [{"clipId": f"clip_{n}", "status": "pending",
        "motionPrompt": "a", "sourceImage": "a.png"} for n in range(2001)]}),
        "too many layers": json.dumps({**GOOD, "layers": {"text": [{"layerId": f"l{n}",
        "content": "a"} for n in range(501)]}}),
        "a film of days": json.dumps({**GOOD, "timeline": [{"clipId": f"clip_{n}", "status": "pending",
        "motionPrompt": "a", "sourceImage": "a.png", "duration": 600} for n in range(200)]}),
        "a file twice named": json.dumps(changed(GOOD, "timeline.1.clipId", "clip_a")),
    }  # fmt: skip


def changed(whole: dict[str, Any], place: str, value: Any) -> dict[str, Any]:
    """A copy with another value at the place."""
    copied = copy.deepcopy(whole)
    parent, last = _around(copied, place)
    parent[last] = value
    return copied


def without(whole: dict[str, Any], place: str) -> dict[str, Any]:
    """A copy in which nothing stands at the place."""
    copied = copy.deepcopy(whole)
    parent, last = _around(copied, place)
    del parent[last]
    return copied


def _around(whole: Any, place: str) -> tuple[Any, Any]:
    *before, last = [int(step) if step.isdigit() else step for step in place.split(".")]
    for step in before:
        whole = whole[step]
    return whole, last
