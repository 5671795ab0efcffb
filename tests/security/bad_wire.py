"""Bytes that are no HTTP, or that two readers would read differently: the second request must never be heard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tests.security.wire import Bad

HIDDEN: Final = b"DELETE /v1/projects/proj_there HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
POST: Final = b"POST /v1/projects HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
GET: Final = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"
CHUNKED: Final = POST + b"Transfer-Encoding: chunked\r\n\r\n"

SMUGGLED: Final[dict[str, bytes]] = {
    "both lengths": POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "both lengths, turned": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + HIDDEN,
    "two lengths": POST + b"Content-Length: 0\r\nContent-Length: 60\r\n\r\n" + HIDDEN,
    "two lengths in one": POST + b"Content-Length: 0, 60\r\n\r\n" + HIDDEN,
    "a length with a sign": POST + b"Content-Length: +0\r\n\r\n" + HIDDEN,
    "a length below nothing": POST + b"Content-Length: -1\r\n\r\n" + HIDDEN,
    "a length in hexadecimal": POST + b"Content-Length: 0x0\r\n\r\n" + HIDDEN,
    "a length with a space": POST + b"Content-Length : 0\r\n\r\n" + HIDDEN,
    "a length of letters": POST + b"Content-Length: many\r\n\r\n" + HIDDEN,
    "a length of an underscore": POST + b"Content-Length: 1_0\r\n\r\n" + HIDDEN,
    "a length in other digits": POST + "Content-Length: \u0660\r\n\r\n".encode() + HIDDEN,
    "chunked twice": POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "chunked, then not": POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + HIDDEN,
    "not quite chunked": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "chunked with a tab": POST + b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "chunked before its colon": POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "chunked on a folded line": POST + b"X: y\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "chunked in HTTP/1.0": CHUNKED.replace(b"1.1", b"1.0") + b"0\r\n\r\n" + HIDDEN,
    "an underscore for a dash": POST + b"Content_Length: 0\r\nContent-Length: 70\r\n\r\n" + HIDDEN,
    "a chunk of a sign": CHUNKED + b"+5\r\nhello\r\n0\r\n\r\n" + HIDDEN,
    "a chunk below nothing": CHUNKED + b"-1\r\nhello\r\n0\r\n\r\n" + HIDDEN,
    "a chunk in 0x": CHUNKED + b"0x5\r\nhello\r\n0\r\n\r\n" + HIDDEN,
    "a chunk of letters": CHUNKED + b"zz\r\nhello\r\n0\r\n\r\n" + HIDDEN,
    "a chunk too large for anybody": CHUNKED + b"f" * 400 + b"\r\nhello\r\n0\r\n\r\n" + HIDDEN,
    "a chunk longer than it says": CHUNKED + b"2\r\nhello\r\n0\r\n\r\n" + HIDDEN,
    "a chunk without its end": CHUNKED + b"5\r\nhello0\r\n\r\n" + HIDDEN,
    "a chunk of nothing said": CHUNKED + b"\r\nhello\r\n0\r\n\r\n" + HIDDEN,
    "a chunk with bare LF": CHUNKED + b"5\nhello\n0\n\n" + HIDDEN,
}  # fmt: skip

BROKEN: Final[dict[str, bytes]] = {
    "nothing said": b"\r\n\r\n", "words": b"hello\r\n\r\n", "no version": b"GET /\r\n\r\n",
    "HTTP/0.9": b"GET / HTTP/0.9\r\n\r\n", "HTTP/9.9": b"GET / HTTP/9.9\r\n\r\n",
    "HTTP/1.1 in small": b"GET / http/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 64, "SSH": b"SSH-2.0-OpenSSH\r\n",
    "a proxy's line": b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n" + GET + b"\r\n",
    "a NUL in the line": b"GET /\0 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "a space in the line": b"GET /a b HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "no Host": b"DELETE /v1/projects/proj_there HTTP/1.1\r\n\r\n", "a blank Host": HIDDEN.replace(b"127.0.0.1",
    b""), "two Hosts": HIDDEN.replace(b"\r\n\r\n", b"\r\nHost: evil\r\n\r\n"),
    "a line without its colon": GET + b"nonsense\r\n\r\n", "a header of nothing": GET + b": a\r\n\r\n",
    "a name with a space": GET + b"X Y: a\r\n\r\n", "a NUL in a header": GET + b"X: a\0b\r\n\r\n",
    "a CR in a header": GET + b"X: a\rb\r\n\r\n",
    "a name of bytes": GET + b"\xff\xfe: a\r\n\r\n", "a folded header": GET + b"X: a\r\n b\r\n\r\n",
    "a thousand headers": GET + b"".join(b"X-%d: a\r\n" % n for n in range(1000)) + b"\r\n",
    "a header of 100,000": GET + b"X: " + b"a" * 100_000 + b"\r\n\r\n",
    "a line of 100,000": b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "a method of 5,000": b"G" * 5000 + b" / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", "no end": GET,
    "half a line": b"GE", "half a body": POST + b'Content-Length: 1000\r\n\r\n{"version',
    "half a chunk": CHUNKED + b"ff\r\n{", "no last chunk": CHUNKED + b"2\r\n{}\r\n",
    "a trailer of nonsense": CHUNKED + b"2\r\n{}\r\n0\r\nnonsense\r\n\r\n",
    "an expectation": POST + b"Expect: a-miracle\r\nContent-Length: 2\r\n\r\n{}",
    "a fragment": b"GET /v1/films#a HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "another's address": b"GET http://evil.example/v1/projects HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "an address of words": b"GET :::// HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "an upgrade": b"GET /v1/films HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    "a length too large": POST + b"Content-Length: 99999999999999999999\r\n\r\n{}",
    "seventeen MiB to come": POST + b"Content-Length: 17825792\r\n\r\n{}",
}  # fmt: skip


def wire() -> Iterator[Bad]:
    """Everything that is wrong before the application hears of it."""
    for name, data in {**SMUGGLED, **BROKEN}.items():
        yield Bad(f"wire, {name}", data)
