"""Addresses that speak for themselves, for a while: bytes go between people and the bucket, not through the door."""

from __future__ import annotations

from typing import Final

from jynco.adapters.storage.s3.bucket import Bucket
from jynco.adapters.storage.s3.faults import border
from jynco.model.uploads import Presigned

LONGEST: Final = 900  # seconds


def getting(bucket: Bucket, key: str, seconds: float, media_type: str, name: str) -> str:
    """To read one file as ``media_type`` under ``name``, whatever S3 takes it for."""
    params = {"Bucket": bucket.name, "Key": bucket.full(key), "ResponseCacheControl": "private"}
    if media_type:
        params["ResponseContentType"] = media_type
    if name:
        params["ResponseContentDisposition"] = f'inline; filename="{_plain(name)}"'
    with border(key):
        return bucket.client.generate_presigned_url("get_object", Params=params, ExpiresIn=_bounded(seconds))


def posting(bucket: Bucket, key: str, size: int, seconds: float) -> Presigned:
    """To write one file of exactly ``size`` bytes."""
    with border(key):
        form = bucket.client.generate_presigned_post(
            bucket.name,
            bucket.full(key),
            Conditions=[["content-length-range", size, size]],
            ExpiresIn=_bounded(seconds),
        )
    return Presigned("POST", form["url"], fields=form["fields"])


def _bounded(seconds: float) -> int:
    return max(1, min(LONGEST, int(seconds)))


def _plain(name: str) -> str:
    return "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "_" for letter in name
    )
