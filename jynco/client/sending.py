"""Files to a server: small ones in a form, large ones straight to where it keeps them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from jynco.client.problems import Told
from jynco.client.wire import Wire

LARGE: Final = (
    16 * 1024**2
)  # bytes; from here on a second request costs less than the way through the server's hands


def send(wire: Wire, project: str, path: Path) -> str:
    """The file's path in the project. AssetRefused, LimitExceeded; ServiceAway."""
    if path.stat().st_size < LARGE:
        with path.open("rb") as content:
            form: Any = {"file": (path.name, content)}
            return str(Told(wire.ask("POST", f"{project}/assets", files=form))["path"])
    return _announced(wire, project, path)


def _announced(wire: Wire, project: str, path: Path) -> str:
    with path.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    asked = {"filename": path.name[-255:], "size": path.stat().st_size, "sha256": sha256}
    told = Told(wire.ask("POST", f"{project}/uploads", json=asked))
    if told["asset"] is not None:
        return str(told["asset"]["path"])
    wire.give(partial(_given, told, path))
    return str(Told(wire.ask("POST", told["links"]["complete"]))["path"])


@contextmanager
def _given(told: dict[str, Any], path: Path) -> Iterator[dict[str, Any]]:
    """The request that the server has signed, with the file from its beginning."""
    common = {"method": told["method"], "url": told["url"]}
    with path.open("rb") as content:
        if told["method"] == "POST":
            form = {"data": told["fields"], "files": {"file": (path.name, content)}}
            yield {**common, "headers": told["headers"], **form}
        else:
            length = {"Content-Length": str(path.stat().st_size)}  # without it the file would go in chunks
            yield {**common, "headers": {**told["headers"], **length}, "content": content}
