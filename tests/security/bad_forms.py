"""Uploads that are no pictures, and forms that are none."""

from __future__ import annotations

from collections.abc import Iterator

from tests.security.wire import OWN, Bad, bad

FIELD = b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n'
NAMED = b'--b\r\nContent-Disposition: form-data; name="file"; filename="../../a.png"\r\nContent-Type: image/png\r\n\r\n'
GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")


def forms() -> Iterator[Bad]:
    """Uploads that are no pictures, and forms that are none."""
    kind = "multipart/form-data; boundary=b"
    for name, content in _files().items():
        yield bad(f"upload of {name}", "POST", f"{OWN}/assets", _form(content), (("Content-Type", kind),))
    part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    forms: dict[str, tuple[bytes, str]] = {
        "no boundary": (_form(b"x"), "multipart/form-data"), "an empty boundary": (_form(b"x"),
            "multipart/form-data; boundary="),
        "another boundary": (_form(b"x"), "multipart/form-data; boundary=c"), "no end": (part + b"x", kind),
            "nothing": (b"", kind), "only an end": (b"--b--\r\n", kind),
        "no file": (FIELD + b'1\r\n--b--\r\n', kind),
            "a file as text": (b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--b--\r\n', kind),
        "two files": (part + b"x\r\n" + _form(b"y"), kind),
            "a hundred parts": ((FIELD + b'1\r\n') * 100 + b"--b--\r\n",
            kind),
        "endless headers": (b"--b\r\n" + b"X: y\r\n" * 50_000, kind),
            "a large field": (FIELD + b"a" * 600_000 + b"\r\n--b--\r\n",

            kind),
        "no disposition": (b"--b\r\n\r\nx\r\n--b--\r\n", kind), "a boundary of 5,000": (b"x",
            "multipart/form-data; boundary=" + "b" * 5000), "a broken name": (part.replace(b"file",
            b"\xff\xfe") + b"x\r\n--b--\r\n", kind),
    }  # fmt: skip
    for name, (body, said) in forms.items():
        yield bad(f"form with {name}", "POST", f"{OWN}/assets", body, (("Content-Type", said),))


def _files() -> dict[str, bytes]:
    png = b"\x89PNG\r\n\x1a\n"
    return {
        "nothing": b"", "text": b"hello", "HTML": b"<html><script>alert(1)</script>",
        "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
        "a playlist": b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
        "a list to join": b"ffconcat version 1.0\nfile /etc/passwd\n",
        "a manifest": b'<?xml version="1.0"?><MPD><BaseURL>file:///etc/passwd</BaseURL></MPD>',
        "a PNG's head": png, "half a PNG": png + b"\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10\x08\x02\0\0\0",
        "a giant PNG": png + b"\0\0\0\rIHDR\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\x02\0\0\0\0\0\0\0",
        "a JPEG's head": b"\xff\xd8\xff\xe0",
        "a GIF": GIF,

        "a WebP's head": b"RIFF\x04\0\0\0WEBP", "a PDF": b"%PDF-1.7\n", "PostScript": b"%!PS\n(/etc/passwd) run\n",
        "a ZIP": b"PK\x03\x04" + b"\0" * 30, "a program": b"\x7fELF" + b"\0" * 60,
        "an MP4's head": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom",
        "a Matroska's head": b"\x1aE\xdf\xa3" + b"\xff" * 30, "WAV of lies": b"RIFF\xff\xff\xff\xffWAVEfmt ",
        "MVG": b"push graphic-context\nviewbox 0 0 1 1\nimage over 0,0 0,0 'https://evil.example/'\n",
        "subtitles": b"1\n00:00:00,000 --> 00:00:01,000\nhi\n", "NULs": b"\0" * 5000, "a TIFF": b"II*\0\x08\0\0\0",
        "a BMP": b"BM" + b"\xff" * 60,
        "a FITS": b"SIMPLE  =                    T" + b" " * 50, "an AVI's lie": b"RIFF\x10\0\0\0AVI LIST",
        "a script": b"#!/bin/sh\nid\n",
    }  # fmt: skip


def _form(content: bytes) -> bytes:
    return (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="../../a.png"\r\nContent-Type: image/png\r\n\r\n'
        + content
        + b"\r\n--b--\r\n"
    )
