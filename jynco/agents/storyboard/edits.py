"""A change of one clip, as an editor sends it: the fields that change, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jynco.document.merge import merge
from jynco.errors import NotFound
from jynco.model.ids import ClipId
from jynco.model.storyboard import Document, Json


def edited(document: Document, clip_id: ClipId, fields: Mapping[str, Json]) -> Document:
    """The document with some fields of one clip changed; None takes one out. NotFound."""
    timeline = _clips(document)
    if not any(clip.get("clipId") == clip_id for clip in timeline):
        raise NotFound(f"There is no clip '{clip_id}' in '{document['projectId']}'.")
    changed = [merge(clip, dict(fields)) if clip.get("clipId") == clip_id else clip for clip in timeline]
    return {**document, "timeline": [*changed]}


def _clips(document: Document) -> Sequence[dict[str, Json]]:
    timeline = document["timeline"]
    return [clip for clip in timeline if isinstance(clip, dict)] if isinstance(timeline, list) else []
