"""Addresses, methods and queries that lead nowhere."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Final

from tests.security.wire import JSON, OWN, Bad, bad

NO_IDS: Final = (
    "a", "proj_", "proj", "PROJ_a", "proj_a%0a", "proj_%00", "proj_%ff%fe", "proj_a%2fb", "..%2f..%2fetc%2fpasswd",
    "%2e%2e", "proj_a%20b",
    "proj_%E2%80%AE", "proj_%C3%A4", "proj_a;b", "proj_a'--", "proj_" + "a" * 5000, "proj_a%0d%0aX-Evil:%201",
    "proj_%u0041",
    "proj_%", "proj_%zz", "proj_{{7*7}}", "proj_<script>", "proj_$(id)", "proj_*", "proj_.", "proj_nobody",
)  # fmt: skip
NO_CLIPS: Final = (
    "a",
    "clip_",
    "clip_a%0a",
    "clip_%00",
    "clip_..%2f",
    "clip_a%2fb",
    "clip_" + "a" * 3000,
    "clip_nobody",
    "%2e%2e",
)
NO_JOBS: Final = (
    "a",
    "job_",
    "job_audio_1",
    "job_motion_",
    "job_render_a%0a",
    "job_render_%00",
    "job_render_" + "a" * 4000,
    "job_render_nobody",
)
BELOW: Final = (
    ("GET", ""), ("DELETE", ""), ("GET", "/storyboard"), ("PUT", "/storyboard"), ("PATCH", "/storyboard"), ("GET",
    "/plan"),
    ("GET", "/events"), ("POST", "/jobs"), ("POST", "/assets"), ("GET", "/budget"), ("PUT", "/budget"), ("DELETE",
    "/budget"),
)  # fmt: skip
OF_JOBS: Final = (
    ("GET", ""),
    ("DELETE", ""),
    ("GET", "/output"),
    ("GET", "/stream.mp4"),
    ("GET", "/stream.m3u8"),
    ("GET", "/stream/init.mp4"),
    ("GET", "/stream/0.m4s"),
)
OF_CLIPS: Final = (("PATCH", ""), ("POST", "/retry"), ("GET", "/video"))
PLACES: Final = (
    "/v1", "/v1/", "/v2/projects", "/v1//projects", "/v1/projects/", "/v1/jobs/", "/v1/films", "/.env",
    "/.git/config",
    "/static/../config/settings.py", "/static/%2e%2e/%2e%2e/etc/passwd", "/editor/../../x",
    "/editor/%2e%2e/vendored.py", "/static/..%5c..%5cx",
    "/static/%00", "/editor/js/%00.js", "/posters/proj_a/clip_a%00", "/posters/../x", "/admin", "/debug",
    "/console", "/metrics/../v1x", "/wp-login.php",
    "/v1/projects/proj_there/../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/\xff\xfe", "/%ff%fe%fd", "/%",
    "/%zz", "/" + "a" * 6000, "/" + "a/" * 2000,
    "/projects/proj_nobody", "/projects/a", "/projects/proj_there/clips/clip_nobody",
    "/projects/proj_there/clips/..%2f", "/v1/queues/nothing/x",
)  # fmt: skip


def nowhere() -> Iterator[Bad]:
    for name in NO_IDS:
        for method, rest in BELOW:
            yield bad(
                "no such project",
                method,
                f"/v1/projects/{name}{rest}",
                "{}" if method in {"PUT", "PATCH"} else "",
                JSON,
            )
    for name in NO_JOBS:
        for method, rest in OF_JOBS:
            yield bad("no such job", method, f"/v1/jobs/{name}{rest}")
    for name in NO_CLIPS:
        for method, rest in OF_CLIPS:
            yield bad(
                "no such clip",
                method,
                f"{OWN}/clips/{name}{rest}",
                '{"motionPrompt": "a"}' if method == "PATCH" else "",
                JSON,
            )
    for place in PLACES:
        yield bad("no such place", "GET", place)


def queries() -> Iterator[Bad]:
    limits = (
        "0",
        "-1",
        "101",
        "all",
        "",
        "1.5",
        "1e1",
        "+1",
        "%201",
        "1_0",
        "%EF%BC%91",
        "9" * 5000,
        "%00",
        "0x10",
        "NaN",
        "1&limit=2",
        "1;2",
        "[]",
    )
    cursors = (
        "",
        "hello",
        "_____w",
        "cHJval9h%0a",
        "A" * 5000,
        "%00",
        "..%2f",
        "cHJval8",
        "====",
        "%F0%9F%98%80",
        _cursor("job_render_a\n"),
        _cursor("proj_a' OR 1=1"),
        _cursor("[" * 2900),
        _cursor('["\\ud800","a","a","a"]'),
    )
    for path in ("/v1/projects", "/v1/jobs", "/v1/costs", "/v1/costs/wasted"):
        for limit in (limit for limit in limits if limit != "101" or "costs" not in path):
            yield bad("limit", "GET", f"{path}?limit={limit}")
        for cursor in cursors:
            yield bad("cursor", "GET", f"{path}?cursor={cursor}")
        for query in (
            "a=1",
            "LIMIT=1",
            "limit[]=1",
            "limit=1&limit=1",
            "__proto__=1",
            "limit%00=1",
            "=1",
            "cursor=a&cursor=b",
        ):
            yield bad("query", "GET", f"{path}?{query}")
    for query in (
        "state=sleeping",
        "state=",
        "state=RUNNING",
        "state=running%00",
        "projectId=a",
        "projectId=",
        "projectId=proj_%00",
        "projectId=proj_a%0a",
        "projctId=proj_a",
    ):
        yield bad("jobs", "GET", f"/v1/jobs?{query}")
    for query in (
        "kind=sequel",
        "kind=",
        "priority=urgent",
        "onMissing=pray",
        "provider=",
        "provider=" + "a" * 500,
        "provider=a%00b",
        "provider=../x",
        "clips=clip_a",
        "budgetUsd=-1",
        "kind=final&kind=clips",
    ):
        yield bad("plan", "GET", f"{OWN}/plan?{query}")
    for query in (
        "after=-1",
        "after=a",
        "after=",
        "after=1.5",
        "after=" + "9" * 30,
        "after=1&after=2",
        "before=1",
    ):
        yield bad("events", "GET", f"{OWN}/events?{query}")
    for place in ("//[", "http://[", "//[::1"):
        yield bad("on to", "POST", f"/sign-in?next={place}")
    for query in ("by=planet", "by=", "from=yesterday", "to=2026-13-01", "since=x", "from=2026-01-01%00"):
        yield bad("costs", "GET", f"/v1/costs?{query}")


def versions() -> Iterator[Bad]:
    for revision in ("0", "-1", "a", str(2**63), "9" * 30):
        path = f"{OWN}/versions/{revision}/restore"
        yield bad("no such version", "POST", path, headers=(("If-Match", "*"),))


def methods() -> Iterator[Bad]:
    for method in ("POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "BREW", "get", "G" * 20):
        for path in ("/v1/jobs", "/healthz", "/openapi.json", "/"):
            yield bad("method", method, path)
    yield bad("method", "DELETE", "/v1/projects")
    yield bad("method", "PUT", OWN, "{}", JSON)


def _cursor(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode().rstrip("=")
