"""What others wrote and the pages load: kept here with version and hash, so that no page asks another server."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Final, TypedDict

FOLDER: Final = Path(__file__).parent / "static" / "vendor"


class Entry(TypedDict):
    """Where a file came from: an npm package, its version, and the path inside it."""

    package: str
    version: str
    path: str
    licence: str
    integrity: str


@cache
def manifest() -> dict[str, Entry]:
    """Every vendored file by its name here."""
    found: dict[str, Entry] = json.loads((FOLDER / "manifest.json").read_text("utf-8"))
    return found


def integrity(name: str) -> str:
    """The ``sha384-...`` a browser holds the file against before it runs it."""
    return manifest()[name]["integrity"]
