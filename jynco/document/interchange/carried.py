"""The storyboard that travels inside a film."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from jynco.compose.command import METADATA_KEY
from jynco.document import checks
from jynco.errors import AssetRefused, DocumentInvalid, NotJson
from jynco.model.ids import ProjectId
from jynco.model.storyboard import Document

MADE: Final = ("jobId", "cacheKey", "errorMessage")


def carried(tags: Mapping[str, str], film: str, name: ProjectId | None = None) -> Document:
    """The storyboard out of a film's ``tags``, as people would write it; ``name``: as another project.

    AssetRefused where there is none; NotJson, LimitExceeded, DocumentInvalid with every place for one that cannot be
    used: a film may come from anybody.
    """
    text = tags.get(METADATA_KEY)
    if text is None:
        raise AssetRefused(
            f"{film} carries no storyboard: it is no film of Jynco's, or was copied without its metadata."
        )
    try:
        document, faults = checks.examine(text.encode("utf-8", "surrogatepass"))
    except NotJson as error:
        raise NotJson(f"The storyboard in {film} is broken: {error.message}") from None
    if faults:
        raise DocumentInvalid(faults)
    return _peoples({**document, "projectId": name} if name else document)


def _peoples(document: Document) -> Document:
    """Without what was made for the film: this Jynco may have none of it."""
    timeline = document["timeline"]
    clips = [
        {key: value for key, value in _wish(clip).items() if key not in MADE} | {"status": "pending"}
        for clip in (timeline if isinstance(timeline, list) else [])
        if isinstance(clip, dict)
    ]
    return {**document, "timeline": [*clips]}


def _wish(clip: Document) -> Document:
    """A film that was made is no footage."""
    made = any(clip.get(name) for name in ("jobId", "cacheKey"))
    return {key: value for key, value in clip.items() if not (made and key == "sourceFile")}
