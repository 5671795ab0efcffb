"""Headers that are none, or that say of a request what it must not be."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tests.security.wire import JSON, MERGE, OWN, THERE, Bad, bad


def headers() -> Iterator[Bad]:
    """A body that is not taken as it is said to be. The storyboard in it is a good one."""
    kinds = (
        "",
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "application/yaml",
        "application/json5",
        "*/*",
        ";;;",
        "application",
        "multipart/form-data",
        "text/html",
        "application/jsonp",
        "a" * 5000,
        "application/octet-stream",
        "application/json\tx",
    )
    for kind in kinds:
        for method, path in (
            ("POST", "/v1/projects"),
            ("PUT", f"{OWN}/storyboard"),
            ("PATCH", f"{OWN}/clips/clip_a"),
            ("PUT", f"{OWN}/budget"),
        ):
            yield bad(
                f"media type {kind[:20]!r}", method, path, "{}", (("Content-Type", kind), ("If-Match", "*"))
            )
    for packing in ("gzip", "br", "deflate", "identity, gzip", "zstd", "x", "gzip, gzip", "\x7f", "a" * 3000):
        for method, path in (
            ("POST", "/v1/projects"),
            ("PATCH", f"{OWN}/clips/clip_a"),
            ("POST", f"{OWN}/jobs"),
        ):
            yield bad(f"packing {packing[:20]!r}", method, path, "{}", (*JSON, ("Content-Encoding", packing)))
    for key in ("", " ", "a b", "ä", "a" * 256, "a" * 5000, "\x7f", "a\tb", "日本"):
        for method, path in (
            ("POST", "/v1/projects"),
            ("POST", f"{OWN}/jobs"),
            ("POST", f"{OWN}/clips/clip_a/retry"),
        ):
            yield bad(f"key {key[:10]!r}", method, path, "{}", (*JSON, ("Idempotency-Key", key)))
    for last in ("a", "-1", "", "1.5", "9" * 30, "1 2", "٣", "\x7f"):
        yield bad("last event", "GET", f"{OWN}/events", headers=(("Last-Event-ID", last),))
    for host in (
        "evil.example",
        "127.0.0.1.evil.example",
        "",
        "a" * 3000,
        "[::1",
        "127.0.0.1:99999",
        "\x7f",
        "localhost@evil",
    ):
        yield _instead(
            bad(f"host {host[:20]!r}", "DELETE", OWN), b"Host: 127.0.0.1", b"Host: " + host.encode()
        )
    for site in (
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
        ("Origin", "https://evil.example"),
        ("Origin", "null"),
        ("Origin", "http://127.0.0.1:1"),
        ("Origin", "http://["),
        ("Origin", ""),
    ):
        yield bad("another site", "DELETE", OWN, headers=(site,))
        yield bad("another site", "POST", f"{OWN}/jobs", "{}", (*JSON, site))


def tags() -> Iterator[Bad]:
    tags = (
        "nonsense",
        '"',
        "",
        "W/",
        'W/"a"',
        '"a", "b"',
        '"' + "a" * 5000 + '"',
        "\x7f",
        "**",
        "* *",
        '"*"',
        "0",
        '"1-1"',
        '""',
        '"", "a"',
        ",,,",
        '"ä"',
    )
    good = json.dumps({"version": "1.2", "projectId": THERE})
    for tag in tags:
        yield bad(f"tag {tag[:10]!r}", "PUT", f"{OWN}/storyboard", good, (*JSON, ("If-Match", tag)))
        yield bad(
            f"tag {tag[:10]!r}",
            "PATCH",
            f"{OWN}/storyboard",
            '{"metadata": {"title": "x"}}',
            (MERGE, ("If-Match", tag)),
        )
    yield bad("no tag", "PUT", f"{OWN}/storyboard", good, JSON)
    yield bad("no tag", "PATCH", f"{OWN}/storyboard", "{}", (MERGE,))


def _instead(call: Bad, old: bytes, new: bytes) -> Bad:
    return Bad(call.name, call.data.replace(old, new, 1))
