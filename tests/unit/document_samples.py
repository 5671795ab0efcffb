"""A storyboard to spoil: whole and valid, with a value put in or taken out at any place."""

from __future__ import annotations

import json

from jynco.errors import Fault
from jynco.model.storyboard import Document, Json

_WHOLE = """{
  "version": "1.2",
  "projectId": "proj_valley",
  "metadata": {"title": "Valley", "description": "", "createdAt": "2026-01-31T12:00:00Z"},
  "outputSettings": {
    "resolution": {"width": 1280, "height": 720}, "fps": 30, "codec": "h264", "bitrate": "8M"
  },
  "timeline": [
    {"clipId": "clip_a", "status": "pending", "motionPrompt": "camera pans left", "sourceImage": "images/a.jpg",
     "sourceFile": null, "duration": 5, "startTime": 0,
     "effects": {"transitions": {"in": "fade", "out": "dissolve"}, "filters": [{"type": "blur", "intensity": 0.2}]}},
    {"clipId": "clip_b", "status": "pending", "motionPrompt": "gentle zoom in", "sourceImage": "images/b.jpg",
     "duration": 4.5, "effects": {"transitions": {"in": "dissolve", "out": "none"}}},
    {"clipId": "clip_c", "status": "pending", "sourceFile": "footage/c.mp4", "duration": 4}
  ],
  "layers": {
    "audio": [{"layerId": "music", "sourceFile": "audio/bed.wav", "startTime": 0, "duration": 12, "volume": 0.8}],
    "text": [{"layerId": "title", "content": "Valley", "startTime": 0.5, "duration": 2,
              "position": {"x": 0.5, "y": 0.8},
              "style": {"fontSize": 48, "fontFamily": "Inter", "color": "#FFFFFF"}}]
  }
}"""


def whole() -> Document:
    """The storyboard, new each time."""
    document: Document = json.loads(_WHOLE)
    return document


def put(pointer: str, value: Json, document: Document | None = None) -> Document:
    """The storyboard with another value at ``pointer``; ``-`` appends to a list."""
    changed = whole() if document is None else document
    parent, name = _parent(changed, pointer)
    if isinstance(parent, dict):
        parent[name] = value
    elif name == "-":
        parent.append(value)
    else:
        parent[int(name)] = value
    return changed


def drop(pointer: str) -> Document:
    """The storyboard without the member at ``pointer``."""
    changed = whole()
    parent, name = _parent(changed, pointer)
    assert isinstance(parent, dict)
    del parent[name]
    return changed


def at(document: Json, pointer: str) -> Json:
    """The value at ``pointer``."""
    for name in pointer.split("/")[1:]:
        document = document[int(name)] if isinstance(document, list) else _member(document, name)
    return document


def places(faults: list[Fault]) -> list[tuple[str, str]]:
    """Where, and what sort of fault."""
    return [(fault.pointer, fault.code) for fault in faults]


def _parent(document: Document, pointer: str) -> tuple[dict[str, Json] | list[Json], str]:
    path, _, name = pointer.rpartition("/")
    parent = at(document, path)
    assert isinstance(parent, (dict, list))
    return parent, name


def _member(parent: Json, name: str) -> Json:
    assert isinstance(parent, dict)
    return parent[name]
