"""People's fields on one side, rows on the other: taking a published document apart, and joining it again.

``strip(join(document, rows), rows) == strip(document, rows)``, so a mirror that nobody edited never
looks like an edit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from jynco.document.clips import is_footage
from jynco.document.fields import Object, text
from jynco.model.ids import ClipId
from jynco.model.jobs import ClipRow
from jynco.model.states import ClipStatus
from jynco.model.storyboard import Document, Json


def strip(document: Document, rows: Mapping[ClipId, ClipRow]) -> Document:
    """People's fields only: all pending, and what Jynco writes is out, ``metadata.updatedAt`` too.

    Footage keeps its ``sourceFile``; a generated clip loses it, whoever wrote it, for only rows say what was
    made.
    """
    stripped = _each_clip(document, lambda clip: _wish(clip, rows.get(_id(clip))))
    metadata = document.get("metadata")
    if isinstance(metadata, dict):
        stripped["metadata"] = {name: value for name, value in metadata.items() if name != "updatedAt"}
        if not stripped["metadata"]:
            del stripped["metadata"]  # ``join`` makes one where there was none
    return stripped


def join(document: Document, rows: Mapping[ClipId, ClipRow], *, updated_at: datetime) -> Document:
    """The published document: people's fields, and the rows' made ones where they have any.

    A clip without a row is pending. ``updated_at`` must know its zone; it is written in UTC, to the
    millisecond.
    """
    wishes = strip(document, rows)
    joined = _each_clip(wishes, lambda clip: _published(clip, rows.get(_id(clip))))
    metadata = wishes.get("metadata")
    moment = updated_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    joined["metadata"] = {**(metadata if isinstance(metadata, dict) else {}), "updatedAt": moment}
    return joined


def _each_clip(document: Document, change: Callable[[Object], Object]) -> Document:
    timeline = document.get("timeline")
    clips: list[Json] = list(timeline) if isinstance(timeline, list) else []
    return {**document, "timeline": [change(clip) if isinstance(clip, dict) else clip for clip in clips]}


def _id(clip: Object) -> ClipId:
    return ClipId(text(clip, "clipId"))


def _wish(clip: Object, row: ClipRow | None) -> Object:
    made = {"jobId", "cacheKey", "errorMessage"}
    if not _given(clip, row):
        made.add("sourceFile")
    return {
        **{name: value for name, value in clip.items() if name not in made},
        "status": ClipStatus.PENDING.value,
    }


def _given(clip: Object, row: ClipRow | None) -> bool:
    """Whether people gave the ``sourceFile``: footage, or a null that no row has filled yet.

    What a row made stays made when its marks were edited away.
    """
    file = clip.get("sourceFile")
    if row is None or row.source_file is None:
        return file is None or is_footage(clip)
    return is_footage(clip) and not (row.cache_key is not None and row.source_file == file)


def _published(clip: Object, row: ClipRow | None) -> Object:
    """Footage gets no marks of making: they would turn it into a generated clip at the next reading."""
    if row is None:
        return clip
    told: dict[str, str | None] = {"status": row.status.value, "errorMessage": row.error_message}
    if not is_footage(clip):
        told |= {"jobId": row.job_id, "sourceFile": row.source_file, "cacheKey": row.cache_key}
    return {**clip, **{name: value for name, value in told.items() if value is not None}}
