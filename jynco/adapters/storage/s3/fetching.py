"""Files from S3. A download that breaks off is begun again; what has not changed is not sent again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from botocore.exceptions import ClientError, IncompleteReadError, ReadTimeoutError, ResponseStreamingError

from jynco.adapters.storage.s3.bucket import Bucket
from jynco.adapters.storage.s3.faults import border, code_of

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import GetObjectOutputTypeDef

T = TypeVar("T")
TRIES: Final = 3
PIECE: Final = 1024**2  # bytes that are read at once
_BROKEN: Final = (IncompleteReadError, ReadTimeoutError, ResponseStreamingError)


@dataclass(frozen=True, slots=True)
class Content:
    """All of a small file, the tag of this state of it, and when it was written."""

    data: bytes
    etag: str
    modified: datetime


def content(bucket: Bucket, key: str) -> Content:
    """A small file. NotFound, ServiceAway."""

    def once() -> Content:
        answer = bucket.client.get_object(**bucket.at(key))
        return Content(answer["Body"].read(), answer["ETag"], answer["LastModified"])

    return _patiently(key, once)


def fetched(bucket: Bucket, key: str, target: Path, known: str | None) -> str | None:
    """The file into ``target``, and its tag; None where it still has the tag ``known``. NotFound, OSError."""

    def once() -> str | None:
        answer = _unless(bucket, key, known)
        if answer is None:
            return None
        with target.open("wb") as file:
            for piece in answer["Body"].iter_chunks(PIECE):
                file.write(piece)
        return answer["ETag"]

    return _patiently(key, once)


def _unless(bucket: Bucket, key: str, known: str | None) -> GetObjectOutputTypeDef | None:
    where = bucket.at(key)
    try:
        if known is None:
            return bucket.client.get_object(**where)
        return bucket.client.get_object(**where, IfNoneMatch=known)
    except ClientError as fault:
        if code_of(fault) in {"304", "NotModified"}:
            return None
        raise


def _patiently(key: str, once: Callable[[], T]) -> T:
    """boto3 tries again until an answer has begun; what breaks off after that is ours to begin again."""
    with border(key):
        for _ in range(TRIES - 1):
            with suppress(*_BROKEN):
                return once()
        return once()
