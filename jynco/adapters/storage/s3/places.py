"""Keys and folders apart, as on a disk: what is a file has nothing below it. S3 itself would take both."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

from jynco.adapters.storage.names import plain, too_long
from jynco.adapters.storage.s3.bucket import Bucket
from jynco.errors import PathRefused

REMEMBERED: Final = 50_000  # names that this process need not ask for again


class Places:
    """Says where a file may go. What was found out once is remembered, so it seldom costs a request."""

    def __init__(self, bucket: Bucket, before: str) -> None:
        self._bucket = bucket
        self._before = before
        self._files: set[str] = set()
        self._folders: set[str] = set()

    def free(self, key: str) -> str:
        """The key, where a file may be written under it. PathRefused."""
        pure = plain(key)
        if too_long(pure, self._before):
            raise PathRefused(f"'{key}' is too long for a file here: choose another name.")
        name = str(pure)
        if name not in self._files:
            folders = [str(each) for each in pure.parents if each != PurePosixPath()]
            self._check(name, folders)
            self._remember(name, folders)
        return name

    def _check(self, name: str, folders: list[str]) -> None:
        for folder in folders:
            if folder not in self._folders and self._bucket.modified(folder) is not None:
                raise PathRefused(
                    f"'{name}' cannot be a file here, for '{folder}' is one: choose another name."
                )
        if name in self._folders or self._bucket.is_folder(name):
            raise PathRefused(f"'{name}' cannot be a file here, for it is a folder: choose another name.")

    def _remember(self, name: str, folders: list[str]) -> None:
        if len(self._files) + len(self._folders) > REMEMBERED:
            self._files, self._folders = set(), set()
        self._files.add(name)
        self._folders.update(folders)
