"""Bodies that are JSON. One reader for all, with caps on size and depth, and a place for everything wrong."""

from __future__ import annotations

from typing import Final

from flask import request

from api.errors import MediaTypeWrong
from jynco.document import checks, codec
from jynco.errors import DocumentInvalid, LimitExceeded
from jynco.model.storyboard import Document

JSON: Final = ("application/json",)
MERGE_PATCH: Final = ("application/merge-patch+json", "application/json")
DOCUMENT_BYTES: Final = codec.MAX_BYTES
REQUEST_BYTES: Final = 1024 * 1024  # of a body that is no storyboard


def storyboard() -> Document:
    """The storyboard in the body. NotJson, MediaTypeWrong; DocumentInvalid with every fault there is."""
    document, faults = checks.examine(_bytes(JSON, DOCUMENT_BYTES))
    if faults:
        raise DocumentInvalid(faults)
    return document


def edit() -> bytes:
    """The OpenTimelineIO file in the body, unread. MediaTypeWrong, LimitExceeded."""
    return _bytes(JSON, DOCUMENT_BYTES)


def merge_patch(limit: int = DOCUMENT_BYTES) -> Document:
    """The merge patch in the body. NotJson, MediaTypeWrong, DocumentInvalid."""
    return codec.loads(_bytes(MERGE_PATCH, limit))


def small() -> Document:
    """The object in the body, or an empty one where there is no body. NotJson, MediaTypeWrong, DocumentInvalid."""
    if not request.content_length and "Transfer-Encoding" not in request.headers:
        return {}
    return codec.loads(_bytes(JSON, REQUEST_BYTES))


def _bytes(accepted: tuple[str, ...], limit: int) -> bytes:
    encoding = request.headers.get("Content-Encoding", "identity")
    if encoding.lower() != "identity":
        raise MediaTypeWrong(
            f"Bodies are read as they are: send this one without Content-Encoding {encoding!r}."
        )
    if request.mimetype not in accepted:
        raise MediaTypeWrong(
            f"The body must be {' or '.join(accepted)}; it says {request.mimetype or 'nothing'!r}."
        )
    request.max_content_length = limit
    if (request.content_length or 0) > limit:
        raise LimitExceeded(f"The body has {request.content_length} bytes; at most {limit} are taken here.")
    data = request.get_data(cache=False)
    if len(data) > limit:  # read before, by who did not know this limit
        raise LimitExceeded(f"The body has {len(data)} bytes; at most {limit} are taken here.")
    return data
