"""One bucket, and this process's client to it."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypedDict
from urllib.parse import unquote

import boto3
from botocore.config import Config

from jynco.adapters.storage.s3.faults import border
from jynco.errors import NotFound
from jynco.model.files import Entry

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

CONNECTIONS: Final = 32  # kept open: a new client for each request took 81 to 143 ms, a kept one 20 to 45
_ESCAPED: Final = re.compile(r"[\x00-\x1f\x7f%]")
BATCH: Final = 1000  # keys that one request may delete


@dataclass(frozen=True, slots=True)
class Address:
    """A place in a bucket; ``endpoint`` where it is not Amazon's. ``hasty``: somebody waits for every answer."""

    bucket: str
    prefix: str = ""  # without slashes around it
    endpoint: str | None = None
    hasty: bool = False


class Where(TypedDict):
    """What every request about a key begins with."""

    Bucket: str
    Key: str


class Bucket:
    """The requests that are about one key and answered at once. Keys are ours, without the prefix."""

    def __init__(self, address: Address) -> None:
        self.name = address.bucket
        self._address = address
        self._before = f"{address.prefix}/" if address.prefix else ""
        self._lock = threading.Lock()
        self._client: tuple[int, S3Client] | None = None

    @property
    def client(self) -> S3Client:
        """Made when it is first needed, shared by the threads, and never by a fork: sockets do not survive one."""
        with self._lock:
            if self._client is None or self._client[0] != os.getpid():
                self._client = (os.getpid(), _client(self._address))
            return self._client[1]

    def full(self, key: str) -> str:
        """The key as S3 has it. Control letters, at which servers and XML stumble, are escaped."""
        return self._before + _ESCAPED.sub(lambda found: f"%{ord(found[0]):02X}", key)

    def at(self, key: str) -> Where:
        """The key as requests name it."""
        return {"Bucket": self.name, "Key": self.full(key)}

    def modified(self, key: str) -> datetime | None:
        """When it was written; None where it is not there."""
        try:
            with border(key):
                return self.client.head_object(**self.at(key))["LastModified"]
        except NotFound:
            return None

    def size(self, key: str) -> int:
        """In bytes. NotFound."""
        with border(key):
            return self.client.head_object(**self.at(key))["ContentLength"]

    def copy(self, source: str, key: str) -> str:
        """A copy by S3 itself; returns its tag. Onto itself, only its time changes. NotFound."""
        with border(source):
            answer = self.client.copy_object(
                **self.at(key),
                CopySource={"Bucket": self.name, "Key": self.full(source)},
                MetadataDirective="REPLACE",
            )
            return answer["CopyObjectResult"]["ETag"]

    def delete(self, key: str) -> None:
        """A missing key is fine."""
        with border(key):
            self.client.delete_object(**self.at(key))

    def delete_many(self, keys: list[str]) -> None:
        """The same, up to a thousand at once."""
        for start in range(0, len(keys), BATCH):
            batch = keys[start : start + BATCH]
            with border(batch[0]):
                named = [{"Key": self.full(key)} for key in batch]
                self.client.delete_objects(
                    Bucket=self.name,
                    Delete={"Objects": named, "Quiet": True},  # type: ignore[typeddict-item]
                )

    def below(self, folder: str) -> Iterator[Entry]:
        """All that lies below a folder, by name."""
        with border(folder):
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.name, Prefix=f"{self.full(folder)}/"
            )
            for page in pages:
                for each in page.get("Contents", []):
                    key = unquote(each["Key"].removeprefix(self._before))
                    yield Entry(key, each["Size"], each["LastModified"])

    def is_folder(self, key: str) -> bool:
        """Whether anything lies below it."""
        with border(key):
            answer = self.client.list_objects_v2(Bucket=self.name, Prefix=f"{self.full(key)}/", MaxKeys=1)
            return bool(answer.get("KeyCount"))


def _client(address: Address) -> S3Client:
    patience, tries = (1, 2) if address.hasty else (3, 5)
    return boto3.session.Session().client(  # a session of its own: the shared one is not safe among threads
        "s3",
        endpoint_url=address.endpoint,
        config=Config(
            connect_timeout=patience,
            read_timeout=5 if address.hasty else 30,
            retries={"mode": "standard", "total_max_attempts": tries},  # with back-off, by chance
            max_pool_connections=CONNECTIONS,
            signature_version="s3v4",  # what presigned addresses need wherever the bucket is
            s3={"addressing_style": "path" if address.endpoint else "auto"},
        ),
    )
