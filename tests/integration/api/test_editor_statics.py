"""The pages' own files: asked for once, zipped, and never kept under an address that may mean something else."""

from __future__ import annotations

import gzip
import re

from api.editor.statics import files
from tests.integration.api.conftest import Caller


def addresses(ask: Caller) -> list[str]:
    """What a page asks for first."""
    page = ask.app.test_client().get("/", headers={"Accept": "text/html"}).text
    return re.findall(r'(?:href|src)="(/editor/[^"#]+)"', page)


def test_what_a_page_names_may_be_kept_for_ever(ask: Caller) -> None:
    named = addresses(ask)
    assert len({address.split("/")[2] for address in named}) == 1
    assert {"jynco.css", "gallery.js", "session.js", "htmx.min.js"} <= {
        each.rsplit("/", 1)[1] for each in named
    }
    for address in named:
        answer = ask.app.test_client().get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_who_takes_gzip_gets_the_same_bytes_zipped(ask: Caller) -> None:
    (sheet,) = (each for each in addresses(ask) if each.endswith(".css"))
    plain = ask.app.test_client().get(sheet)
    zipped = ask.app.test_client().get(sheet, headers={"Accept-Encoding": "br, gzip"})
    assert (plain.headers.get("Content-Encoding"), zipped.headers["Content-Encoding"]) == (None, "gzip")
    assert len(zipped.data) < len(plain.data) / 2
    assert gzip.decompress(zipped.data) == plain.data
    assert plain.headers["Vary"] == zipped.headers["Vary"] == "Accept-Encoding"


def test_another_version_is_not_kept_and_other_files_are_not_there(ask: Caller) -> None:
    client = ask.app.test_client()
    assert client.get("/editor/older/js/gallery.js").headers["Cache-Control"] == "no-cache"
    for path in (
        "/editor/older/js/nothing.js",
        "/editor/older/../board.py",
        "/editor/older/css/base.css",
        "/editor/x",
    ):
        assert client.get(path).status_code == 404


def test_a_page_names_every_script_that_it_will_import(ask: Caller) -> None:
    named = {address.split("/", 3)[3] for address in addresses(ask)}
    imported = {
        f"js/{name.decode()}"
        for script in named
        if script.startswith("js/")
        for name in re.findall(rb'from "\./([^"]+)"', files()[script].plain)
    }
    assert imported
    assert imported <= named
