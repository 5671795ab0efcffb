"""What S3's refusals mean for a person who has to mend them. The one border between boto3's errors and ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

from jynco.errors import JyncoError, NotFound, PathRefused, ServiceAway, StorageFull

RETRY_AFTER: Final = 2.0  # seconds
_ABSENT: Final = frozenset({"NoSuchKey", "404", "NotFound"})
_CHANGED: Final = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412", "409"})
_CLOSED: Final = frozenset(
    {"AccessDenied", "403", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken"}
)
_FULL: Final = frozenset(
    {"QuotaExceeded", "XMinioStorageFull", "InsufficientStorage", "507", "TotalMaxSizeExceeded"}
)
_NAME: Final = frozenset({"KeyTooLongError", "XMinioInvalidObjectName", "InvalidObjectName"})


class Changed(Exception):
    """A condition of a request did not hold: somebody else was faster."""


@contextmanager
def border(key: str) -> Iterator[None]:
    """Around a request about ``key``: NotFound, StorageFull, PathRefused, ServiceAway; Changed stays within here."""
    try:
        yield
    except ClientError as fault:
        raise _refused(key, fault) from fault
    except (HTTPClientError, NoConnection) as fault:
        raise ServiceAway(
            f"The storage does not answer about '{key}': {_short(fault)}.", retry_after=RETRY_AFTER
        ) from fault
    except BotoCoreError as fault:
        raise ServiceAway(
            f"The storage cannot be asked about '{key}': {_short(fault)}. Mend JYNCO_STORAGE and AWS_*."
        ) from fault


def code_of(fault: ClientError) -> str:
    """S3's own word for what is wrong."""
    return str(fault.response.get("Error", {}).get("Code", ""))


def _refused(key: str, fault: ClientError) -> Exception:
    code = code_of(fault)
    status = fault.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _CHANGED:
        return Changed(code)
    return _told(key, code) or ServiceAway(
        f"The storage refuses '{key}' ({code or status}): try again.", retry_after=RETRY_AFTER
    )


def _told(key: str, code: str) -> JyncoError | None:
    if code in _ABSENT:
        return NotFound(f"There is no file '{key}' in the storage.")
    if code == "NoSuchBucket":
        return ServiceAway("The bucket is not there: make it, or mend JYNCO_STORAGE.")
    if code in _CLOSED:
        return StorageFull(
            f"The storage does not let us at '{key}' ({code}): mend the keys (AWS_*) or their rights."
        )
    if code in _FULL:
        return StorageFull(
            f"Cannot write '{key}': the storage is full ({code}). Free some space, then try again."
        )
    if code in _NAME:
        return PathRefused(f"'{key}' cannot be a file here ({code}): choose another name.")
    return None


def _short(fault: Exception) -> str:
    """Its first sentence. Addresses in it carry no signatures: requests are signed in their headers."""
    return str(fault).splitlines()[0].rstrip(".")[:200]
