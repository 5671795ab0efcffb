"""Large files whose sender died on the way: their parts are paid for until somebody takes them away."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime, timedelta
from typing import Final

from jynco.adapters.storage.s3.bucket import Bucket
from jynco.adapters.storage.s3.faults import border
from jynco.errors import JyncoError

PAUSE: Final = 3600.0  # seconds between two looks of a process
OLD: Final = timedelta(days=1)  # no file is on its way for as long
log: Final = logging.getLogger("jynco.storage")


class Leftovers:
    """Ends uploads that nobody goes on with."""

    def __init__(self, bucket: Bucket, old: timedelta = OLD) -> None:
        self._bucket = bucket
        self._old = old
        self._next = 0.0

    def swept(self) -> int:
        """How many were ended; 0 where somebody has looked within the hour."""
        if time.monotonic() < self._next:
            return 0
        self._next = time.monotonic() + PAUSE
        try:
            return self._ended(datetime.now(UTC) - self._old)
        except JyncoError as fault:  # it costs cents; nothing else that is swept has to wait for it
            log.warning("unfinished uploads stay: %s", fault.message)
            return 0

    def _ended(self, before: datetime) -> int:
        bucket = self._bucket
        with border("uploads"):
            pages = bucket.client.get_paginator("list_multipart_uploads").paginate(
                Bucket=bucket.name, Prefix=bucket.full("")
            )
            found = [each for page in pages for each in page.get("Uploads", []) if each["Initiated"] < before]
            for each in found:
                bucket.client.abort_multipart_upload(
                    Bucket=bucket.name, Key=each["Key"], UploadId=each["UploadId"]
                )
        return len(found)
