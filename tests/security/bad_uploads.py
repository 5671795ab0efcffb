"""Uploads that nobody may announce, addresses that nobody has signed, and addresses that nobody may have us ask."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, Final

from tests.security.wire import JSON, OWN, Bad, bad, document

SIGNED: Final = "tenant=local&expires=4102444800&signature=" + "0" * 64
UNKNOWN: Final = "up_aaaaaaaaaaaaaaaaaaaa"


def announced() -> Iterator[Bad]:
    """Bodies that announce nothing that could be sent, and completions of what was never begun."""
    whole: dict[str, Any] = {"filename": "a.png", "size": 5}
    changes: dict[str, tuple[Any, ...]] = {
        "filename": (None, "", 5, [], {}, True, "a" * 256, "a" * 100_000),
        "size": (None, 0, -1, 1.5, "5", True, [], {}, 2**31 + 1, 2**63, 10**400, float("nan"), float("inf")),
        "sha256": ("", "0", "0" * 63, "0" * 65, "G" * 64, "0" * 64 + "\n", 5, [], "A" * 64),
        "mediaType": ("", "image/svg+xml", "text/html", "image/png\n", 5, [], "image/*",
        "application/octet-stream"),
        "key": ("../../etc/passwd",), "__proto__": ({},), "projectId": ("proj_other",), "path": ("/etc",),
    }  # fmt: skip
    for name, values in changes.items():
        for value in values:
            yield document("announced", "POST", f"{OWN}/uploads", {**whole, name: value})
    for body in ("", "[]", "null", "5", '"a"', "{", "{}", '{"filename": "a"}', '{"size": 5}', "\xff"):
        yield bad("announced", "POST", f"{OWN}/uploads", body.encode("latin-1"), JSON)
    for upload in (UNKNOWN, "up_", "a", "..%2f..", "up_%00", "up_a%0a", "up_A", "up_" + "a" * 5000):
        yield bad("completed", "POST", f"{OWN}/uploads/{upload}/complete")


def sent() -> Iterator[Bad]:
    """Bytes for addresses that nobody has signed."""
    kind = (("Content-Type", "application/octet-stream"),)
    queries = (
        "", SIGNED, SIGNED.replace("0" * 64, ""), SIGNED.replace("local", "acme"), SIGNED.replace("local", "../a"),
        SIGNED.replace("4102444800", "-1"), SIGNED.replace("4102444800", "9" * 30),
        SIGNED.replace("4102444800", "1"),
        SIGNED + "&signature=" + "1" * 64, SIGNED + "&size=5", "signature[]=" + "0" * 64,
        SIGNED.replace("0" * 64, "%00" * 64),
        SIGNED.replace("4102444800", "NaN"), "tenant=local", "expires=1", SIGNED.upper(),
        SIGNED.replace("local", "%ff"),
    )  # fmt: skip
    for upload, query in itertools.product((UNKNOWN, "up_..", "up_a%2f..%2fb"), queries):
        yield bad("sent", "PUT", f"/v1/uploads/{upload}?{query}", b"bytes", kind)
    for method in ("GET", "POST", "DELETE", "PATCH"):
        yield bad("sent", method, f"/v1/uploads/{UNKNOWN}?{SIGNED}", b"")


def fetched() -> Iterator[Bad]:
    """Addresses that lead into this machine or its network, or nowhere. None of them is ever asked."""
    hosts = (
        "127.0.0.1", "localhost", "[::1]", "0.0.0.0", "169.254.169.254", "10.0.0.1", "192.168.1.1",
        "172.16.0.1", "0x7f.1",
        "2130706433", "0177.0.0.1", "127.1", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]", "[fd00::1]",
        "100.64.0.1", "168.63.129.16", "metadata.google.internal", "a.local", "intranet",
        "host.docker.internal", "127.0.0.1.",
        "localhost.", "user:word@example.com", "example.com:22", "example.com:0",
        "example.com:99999", "", ".", "a..b",
        "\u2460\u2461\u2466.0.0.1", "example\u3002com", "exa\tmple.com", "example.com\\@127.0.0.1",
    )  # fmt: skip
    others = (
        "file:///etc/passwd", "ftp://example.com/a.png", "gopher://127.0.0.1:6379/_x",
        "data:image/png;base64,AAAA", "//example.com/a",
        "http://example.com/a.png", "javascript:alert(1)", "https:/example.com", "https://", "a",
        "", " ", "https://" + "a" * 3000,
        "dict://127.0.0.1:11211/stats", "unix:///var/run/docker.sock", "HTTP://127.0.0.1/",
    )  # fmt: skip
    for url in (*(f"https://{host}/a.png" for host in hosts), *others):
        yield document("fetched", "POST", f"{OWN}/assets", {"url": url})
    odd: tuple[Any, ...] = (None, 5, [], {}, True, ["https://example.com/a.png"])
    for value in odd:
        yield document("fetched", "POST", f"{OWN}/assets", {"url": value})
    yield document("fetched", "POST", f"{OWN}/assets", {"url": "https://127.0.0.1/", "file": "a"})
    yield document("fetched", "POST", f"{OWN}/assets", {})
