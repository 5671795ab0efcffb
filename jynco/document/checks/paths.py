"""Paths that people set: relative, inside the project, and never an address or a device."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from jynco.document.checks.limits import Limits
from jynco.document.checks.looks import files
from jynco.document.clips import is_footage
from jynco.document.fields import clips, layers, text
from jynco.document.wording import shown
from jynco.errors import Fault
from jynco.model.storyboard import Document

_MEND: Final = "upload the file as an asset, or copy it into the project, and name it by its path there"
_NAME_BYTES: Final = 255  # the longest name that file systems keep
_SCHEME: Final = re.compile(r"[^/]*:")  # FFmpeg takes options in it too: "subfile,,start,0,,:a"
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


def path_faults(document: Document, limits: Limits) -> Iterator[Fault]:
    """Paths outside the project. A made clip's ``sourceFile`` is not looked at: it is never opened."""
    for pointer, clip in clips(document):
        if text(clip, "sourceImage").strip():
            yield from _path(f"{pointer}/sourceImage", text(clip, "sourceImage"), limits)
        if is_footage(clip):
            yield from _path(f"{pointer}/sourceFile", text(clip, "sourceFile"), limits)
    for pointer, layer in layers(document, "audio"):
        if isinstance(layer.get("sourceFile"), str):
            yield from _path(f"{pointer}/sourceFile", text(layer, "sourceFile"), limits)
    for pointer, path in files(document):
        yield from _path(pointer, path, limits)


def _path(pointer: str, path: str, limits: Limits) -> Iterator[Fault]:
    reason = _reason(path, limits)
    if reason is not None:
        yield Fault(pointer, "path", f"{shown(path)} {reason}; {_MEND}")


def _reason(path: str, limits: Limits) -> str | None:
    parts = path.split("/")
    reasons = {
        "is blank": not path.strip(),
        "holds a NUL or another control character": _CONTROL.search(path) is not None,
        "holds a backslash; folders are parted by /": "\\" in path,
        "is an address or names a drive": _SCHEME.match(path) is not None,
        "is absolute": path.startswith("/"),
        "names a home folder": path.startswith("~"),
        "leaves the project by ..": ".." in parts,
        "names a folder, not a file": parts[-1] in {"", "."},
        "is too long": len(path) > limits.path or any(_size(part) > _NAME_BYTES for part in parts),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _size(name: str) -> int:
    return len(name.encode("utf-8", "backslashreplace"))
