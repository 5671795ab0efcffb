"""A project once more under another name, with files of its own."""

from __future__ import annotations

from collections.abc import Callable

from jynco.bootstrap import House
from jynco.document.clips import is_footage
from jynco.errors import JyncoError
from jynco.model.ids import ProjectId
from jynco.model.jobs import Project
from jynco.model.storyboard import Document, Json


def duplicate(here: House, project_id: ProjectId) -> Project:
    """A copy of a project: its storyboard, and every file that is there. NotFound."""
    original = here.storyboard.current(project_id)
    new_id = ProjectId(f"{project_id[:200]}-{here.clock.token()[:6]}")
    created = here.storyboard.create(_renamed(original.document, new_id))
    copied = _paths(created.document, lambda path: _copy(here, project_id, new_id, path))
    return here.storyboard.replace(new_id, copied, created.revision)


def _renamed(document: Document, new_id: ProjectId) -> Document:
    metadata = document.get("metadata")
    about = metadata if isinstance(metadata, dict) else {}
    title = about.get("title") or str(document["projectId"]).removeprefix("proj_")
    return {**document, "projectId": new_id, "metadata": {**about, "title": f"{title} (copy)"}}


def _copy(here: House, old: ProjectId, new: ProjectId, path: str) -> str:
    try:
        return here.quartermaster.receive(new, path, here.quartermaster.file(old, path))
    except JyncoError:
        return path  # it was missing before; the copy's plan says so too


def _paths(document: Document, change: Callable[[str], str]) -> Document:
    """The document with every path of people's files put through ``change``."""
    timeline, layers = document["timeline"], document.get("layers")
    clips: list[Json] = [_clip(clip, change) for clip in timeline] if isinstance(timeline, list) else []
    moved: Document = {**document, "timeline": clips}
    if isinstance(layers, dict) and isinstance(layers.get("audio"), list):
        moved["layers"] = {
            **layers,
            "audio": [_moved(sound, "sourceFile", change) for sound in _list(layers)],
        }
    return moved


def _list(layers: dict[str, Json]) -> list[Json]:
    audio = layers.get("audio")
    return audio if isinstance(audio, list) else []


def _clip(clip: Json, change: Callable[[str], str]) -> Json:
    moved = _moved(clip, "sourceImage", change)
    footage = isinstance(moved, dict) and is_footage(moved)
    return _moved(moved, "sourceFile", change) if footage else moved


def _moved(part: Json, name: str, change: Callable[[str], str]) -> Json:
    path = part.get(name) if isinstance(part, dict) else None
    return {**part, name: change(path)} if isinstance(part, dict) and isinstance(path, str) and path else part
