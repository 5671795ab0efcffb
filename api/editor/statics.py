"""The pages' own files, all in memory: under an address that changes with what is in them, so that a browser asks for
each of them once, and zipped for who takes that."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from flask import Blueprint, Flask, Response, abort, request, url_for
from flask.typing import ResponseReturnValue

ROOT: Final = Path(__file__).parent / "static"
SHEETS: Final = ("base", "controls", "gallery", "board", "drawer", "versions")  # in this order, as one
SHEET: Final = "css/jynco.css"
FOREVER: Final = "public, max-age=31536000, immutable"
SMALL: Final = 500  # bytes; below that, zipping saves nothing
IMPORTED: Final = re.compile(rb"""^import [^"']*["']\./([\w-]+\.js)["']""", re.MULTILINE)
mimetypes.add_type("text/javascript", ".js")


@dataclass(frozen=True, slots=True)
class Static:
    """One file: its bytes, and the same ones zipped."""

    media_type: str
    plain: bytes
    zipped: bytes


def add(pages: Blueprint) -> None:
    """Serve them below ``/editor/<version>/``, which ``url_for`` fills in."""
    pages.add_url_rule("/editor/<version>/<path:filename>", endpoint="static", view_func=static)


def register(app: Flask) -> None:
    """Let ``url_for`` know the version, and templates what a script will want next."""

    def versioned(endpoint: str, values: dict[str, object]) -> None:
        if endpoint == "editor.static":
            values.setdefault("version", current())

    app.url_defaults(versioned)
    app.jinja_env.globals["modules"] = modules


def static(version: str, filename: str) -> ResponseReturnValue:
    """A file. One of another version is answered with today's, which nobody may keep."""
    found = files().get(filename)
    if found is None:
        abort(404)
    zips = len(found.zipped) < len(found.plain) and request.accept_encodings.quality("gzip") > 0
    answer = Response(found.zipped if zips else found.plain, content_type=found.media_type)
    answer.headers["Cache-Control"] = FOREVER if version == current() else "no-cache"
    answer.headers["Vary"] = "Accept-Encoding"
    if zips:
        answer.headers["Content-Encoding"] = "gzip"
    return answer


def modules(name: str) -> list[str]:
    """The addresses of a script and of all that it imports, so that a browser need not find them one by one."""
    found: list[str] = []
    new = [f"js/{name}.js"]
    while new:
        path = new.pop()
        found.append(path)
        for script in IMPORTED.findall(files()[path].plain):
            if (other := f"js/{script.decode()}") not in [*found, *new]:
                new.append(other)
    return [url_for("editor.static", filename=path) for path in found]


@cache
def files() -> dict[str, Static]:
    """Every file by its path, and the style sheets as one."""
    plain = {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for path in sorted(ROOT.rglob("*"))
        if path.is_file()
    }
    plain[SHEET] = b"\n".join(plain.pop(f"css/{name}.css") for name in SHEETS)
    return {name: _static(name, content) for name, content in plain.items()}


def _static(name: str, content: bytes) -> Static:
    media_type = mimetypes.guess_type(name)[0] or "text/plain"
    text = media_type.startswith("text/")
    zipped = gzip.compress(content, mtime=0) if len(content) > SMALL else content
    return Static(f"{media_type}; charset=utf-8" if text else media_type, content, zipped)


@cache
def current() -> str:
    """The version: another one whenever any of the files is."""
    whole = hashlib.sha256()
    for name, file in files().items():
        whole.update(f"{name}\0{len(file.plain)}\0".encode() + file.plain)
    return whole.hexdigest()[:12]
