"""Files to S3: small ones in one request, large ones in parts that are tried again one by one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jynco.adapters.storage.s3.bucket import Bucket
from jynco.adapters.storage.s3.faults import Changed, border
from jynco.errors import JyncoError, NotFound

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import CompletedPartTypeDef

LARGE: Final = 16 * 1024**2  # bytes, from which a file goes in parts
PART: Final = 8 * 1024**2  # bytes; S3 takes none below 5 MiB
MOST_PARTS: Final = 9_000  # S3 takes 10,000
AT_ONCE: Final = 4  # parts on their way, each in memory


def sent(bucket: Bucket, key: str, source: Path, large: int = LARGE) -> str:
    """The file's content as the content of ``key``; returns its tag. OSError where it cannot be read."""
    size = source.stat().st_size
    if size > large:
        return _Parts(bucket, key, source, size).sent()
    with source.open("rb") as body, border(key):
        return bucket.client.put_object(**bucket.at(key), Body=body)["ETag"]


def written(bucket: Bucket, key: str, data: bytes) -> None:
    """``data`` as the content of ``key``."""
    with border(key):
        bucket.client.put_object(**bucket.at(key), Body=data)


def replaced(bucket: Bucket, key: str, data: bytes, etag: str | None) -> bool:
    """The same, but only while the content still has the tag ``etag`` (None: not there); whether it had."""
    try:
        with border(key):
            if etag is None:
                bucket.client.put_object(**bucket.at(key), Body=data, IfNoneMatch="*")
            else:
                bucket.client.put_object(**bucket.at(key), Body=data, IfMatch=etag)
    except (Changed, NotFound):
        return False
    return True


class _Parts:
    """One large file on its way. The key appears when all parts are there, and not before."""

    def __init__(self, bucket: Bucket, key: str, source: Path, size: int) -> None:
        self._bucket, self._key, self._source, self._size = bucket, key, source, size
        self._part = max(PART, -(-size // MOST_PARTS))
        self._upload = ""

    def sent(self) -> str:
        where = self._bucket.at(self._key)
        with border(self._key):
            self._upload = self._bucket.client.create_multipart_upload(**where)["UploadId"]
        try:
            numbers = range(1, -(-self._size // self._part) + 1)
            with ThreadPoolExecutor(AT_ONCE) as pool:
                parts = list(pool.map(self._one, numbers))
            with border(self._key):
                return self._bucket.client.complete_multipart_upload(
                    **where, UploadId=self._upload, MultipartUpload={"Parts": parts}
                )["ETag"]
        except BaseException:
            with suppress(JyncoError), border(self._key):  # else it is aborted when somebody sweeps
                self._bucket.client.abort_multipart_upload(**where, UploadId=self._upload)
            raise

    def _one(self, number: int) -> CompletedPartTypeDef:
        with self._source.open("rb") as file:
            file.seek((number - 1) * self._part)
            body = file.read(self._part)
        with border(self._key):
            answer = self._bucket.client.upload_part(
                **self._bucket.at(self._key),
                UploadId=self._upload,
                PartNumber=number,
                Body=body,
            )
        return {"PartNumber": number, "ETag": answer["ETag"]}
