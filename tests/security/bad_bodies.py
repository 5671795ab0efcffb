"""Patches, wishes and budgets that would break something, or are none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.security.wire import JSON, OWN, Bad, bad, document


def bodies() -> Iterator[Bad]:
    """Merge patches that would break the storyboard."""
    patches: tuple[Any, ...] = (
        [], 1, "a", None, True, {"version": None}, {"version": "9"}, {"projectId": "proj_other"},
        {"projectId": None}, {"timeline": None}, {"timeline": "a"}, {"timeline": {}},
        {"timeline": []}, {"timeline": {"0": None}}, {"outputSettings": None}, {"outputSettings": {"fps": 0}},
        {"outputSettings": {"fps": float("nan")}},
        {"outputSettings": {"resolution": {"width": 63}}}, {"outputSettings": {"codec": "x"}}, {"metadata": 1},
        {"metadata": {"title": 1}}, {"layers": []},
        {"layers": {"audio": [{}]}}, {"layers": {"text": [{"layerId": "a", "content": "\ud800"}]}},
        {"layers": {"audio": [{"layerId": "a", "sourceFile": "/etc/passwd"}]}},
        {"timeline": [{"clipId": "clip_a", "status": "pending"}] * 2},
    )  # fmt: skip
    for number, patch in enumerate(patches):
        yield document(f"patch {number}", "PATCH", f"{OWN}/storyboard", patch, ("If-Match", "*"))
        yield document(f"put {number}", "PUT", f"{OWN}/storyboard", patch, ("If-Match", "*"))
    for text in ("", "{", "[" * 50_000, '{"a":1,"a":2}', "nope", b"\xff", "\0"):
        for method, path in (
            ("PATCH", f"{OWN}/storyboard"),
            ("PUT", f"{OWN}/storyboard"),
            ("PATCH", f"{OWN}/clips/clip_a"),
            ("PUT", f"{OWN}/budget"),
        ):
            yield bad("no JSON", method, path, text, (*JSON, ("If-Match", "*")))


def jobs() -> Iterator[Bad]:
    wishes: tuple[Any, ...] = (
        [], "a", 1, True, None, {"kind": "sequel"}, {"kind": 1}, {"kind": None}, {"kind": []}, {"kind": "FINAL"},
        {"priority": "urgent"}, {"priority": 0}, {"onMissing": "pray"}, {"rm": "-rf"},
        {"onMissing": 1}, {"budgetUsd": -1}, {"budgetUsd": "a lot"}, {"budgetUsd": True}, {"budgetUsd": "1e5"},
        {"budgetUsd": 1e300}, {"budgetUsd": float("nan")}, {"budgetUsd": float("inf")},
        {"budgetUsd": "NaN"}, {"budgetUsd": "Infinity"}, {"budgetUsd": "-0.01"}, {"budgetUsd": []},
        {"budgetUsd": "0.0000001"}, {"budgetUsd": ""}, {"budgetUsd": "٣"}, {"budgetUsd": "1\n"},
        {"payAgain": "yes"},
        {"payAgain": 1}, {"payAgain": None}, {"payAgain": []}, {"kind": "clips", "clips": "clip_a"},
        {"kind": "clips", "clips": [1]}, {"kind": "clips", "clips": ["../a"]}, {"kind": "clips",
        "clips": ["clip_a\n"]},
        {"kind": "clips", "clips": ["clip_nobody"]}, {"kind": "clips", "clips": {}}, {"kind": "clips",
        "clips": [None]}, {"kind": "clips", "clips": [["clip_a"]]}, {"kind": "clips", "clips": ["clip_a"] * 2001},
        {"kind": "final", "clips": ["clip_a"]}, {"provider": ""}, {"provider": "nobody"},
        {"provider": "a" * 10_000}, {"provider": "a\0b"}, {"provider": 1}, {"provider": "camera:"},
        {"provider": ":"},
        {"provider": "camera:nothing"}, {"provider": "../camera"}, {"provider": "camera\n"},
        {"provider": "runway:gen4_turbo"}, {"provider": "\ud800"}, {"a" * 10_000: 1}, {"": 1}, {"__class__": 1},
        {"kind": {"$ne": 1}},
    )  # fmt: skip
    for number, wish in enumerate(wishes):
        yield document(f"wish {number}", "POST", f"{OWN}/jobs", wish)
    for text in (
        "{",
        "nope",
        "[" * 50_000,
        b"\xff\xfe",
        '{"kind":"final","kind":"clips"}',
        "\0",
        '{"budgetUsd": 1e400}',
        '{"kind": "\\ud800"}',
        " ",
    ):
        yield bad("no JSON", "POST", f"{OWN}/jobs", text, JSON)
    for number, wish in enumerate(
        ([], {"payAgain": 1}, {"priority": "x"}, {"x": 1}, "a", {"priority": None, "payAgain": "true"})
    ):
        yield document(f"retry {number}", "POST", f"{OWN}/clips/clip_a/retry", wish)


def clips() -> Iterator[Bad]:
    edits: tuple[Any, ...] = (
        [], 1, "a", None, {}, {"clipId": "clip_b"}, {"clipId": None}, {"clipId": "clip_a\n"},
        {"status": "completed"}, {"jobId": "job_motion_x"}, {"cacheKey": "x"}, {"errorMessage": "x"},
        {"status": None},
        {"motionPrompt": 1}, {"motionPrompt": []}, {"motionPrompt": "\ud800"}, {"motionPrompt": "a" * 10_001},
        {"duration": -1}, {"duration": float("nan")}, {"duration": "1"}, {"duration": 1e9},
        {"sourceImage": "/etc/passwd"}, {"sourceImage": "../x"}, {"sourceImage": "http://169.254.169.254/"},
        {"sourceImage": 1}, {"sourceImage": "a\0b"}, {"effects": 1},
        {"effects": {"filters": [{"type": "movie=/etc/passwd"}]}},
        {"provider": "a b"}, {"seed": 1.5}, {"seed": 2**70}, {"startTime": -1}, {"startTime": float("inf")},
        {"onMissing": "x"}, {"providerOptions": 1}, {"transitionDuration": "a",
        "effects": {"transitions": {"in": "fade"}}},
    )  # fmt: skip
    for number, edit in enumerate(edits):
        yield document(f"edit {number}", "PATCH", f"{OWN}/clips/clip_a", edit)


def money() -> Iterator[Bad]:
    budgets: tuple[Any, ...] = (
        [], 1, {}, {"limitUsd": -1}, {"usd": -1}, {"limitUsd": "x"}, {"limitUsd": True}, {"limitUsd": 1e300},
        {"limitUsd": float("nan")}, {"limitUsd": []}, {"x": 1},
    )  # fmt: skip
    for path in ("/v1/costs/budget", f"{OWN}/budget"):
        for number, budget in enumerate(budgets):
            yield document(f"budget {number}", "PUT", path, budget)
    for queue in (
        "nothing",
        "motion",
        "%00",
        "..",
        "motion.high%0a",
        "a" * 3000,
        "celery",
        "_kombu.binding.x",
    ):
        for verb in ("pause", "resume", "purge", ""):
            yield bad("no such queue", "POST", f"/v1/queues/{queue}/{verb}")
