"""The files that a storyboard names, and the storyboard with other names for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from jynco.model.storyboard import Document, Json

Rename = Callable[[str], str]


def names(document: Document) -> list[str]:
    """Pictures, footage and sounds, each once."""
    found: dict[str, None] = {}

    def remember(name: str) -> str:
        found[name] = None
        return name

    renamed(document, remember)
    return [*found]


def renamed(document: Document, rename: Rename) -> Document:
    """The document with every file under its new name. What is no storyboard is left to the server to refuse."""
    timeline = [_clip(clip, rename) for clip in _objects(document.get("timeline"))]
    layers = document.get("layers")
    whole: Document = {**document, "timeline": [*timeline]}
    if isinstance(layers, dict) and "audio" in layers:
        audio = [_field(layer, "sourceFile", rename) for layer in _objects(layers["audio"])]
        whole["layers"] = {**layers, "audio": [*audio]}
    return whole


def _clip(clip: dict[str, Json], rename: Rename) -> dict[str, Json]:
    clip = _field(clip, "sourceImage", rename)
    # As the document's own rule: a file without a prompt is people's, unless Jynco's marks are on it.
    words = clip.get("motionPrompt")
    prompt = isinstance(words, str) and words.strip()
    footage = not prompt and not clip.get("cacheKey") and not clip.get("jobId")
    return (
        _field(clip, "sourceFile", rename) if footage else clip
    )  # else it was made, and is the server's to say


def _field(part: dict[str, Json], name: str, rename: Rename) -> dict[str, Json]:
    value = part.get(name)
    return {**part, name: rename(value)} if isinstance(value, str) and value else part


def _objects(value: Json) -> Iterator[dict[str, Json]]:
    for item in value if isinstance(value, list) else []:
        if isinstance(item, dict):
            yield item
