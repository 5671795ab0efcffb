"""Files by key in a local folder. A key appears whole or not at all: scratch file, fsync, rename."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from jynco.errors import NotFound, PathRefused, ServiceAway, StorageFull

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG}


class LocalStorage:
    """The data folder as a storage. Scratch space is inside it, so that a rename is all it takes to finish."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, key: str, source: Path) -> None:
        """Copy ``source`` in."""
        with self._staged(key) as staged:
            shutil.copyfile(source, staged)

    def put_bytes(self, key: str, data: bytes) -> None:
        """Write ``data`` as the whole content of ``key``."""
        with self._staged(key) as staged:
            staged.write_bytes(data)

    def adopt(self, key: str, source: Path) -> None:
        """Move a finished scratch file in."""
        with self._staged(key) as staged:
            source.replace(staged)

    def link(self, source_key: str, key: str) -> None:
        """Give the content of ``source_key`` a second name that outlives the first. NotFound."""
        source = self.path(source_key)
        with self._staged(key) as staged:
            try:
                os.link(source, staged)
            except OSError:  # another device, or no hard links there
                shutil.copyfile(source, staged)

    def path(self, key: str) -> Path:
        """The file of ``key``, to read only. NotFound."""
        path = self._path(key)
        if not path.is_file():
            raise NotFound(f"There is no file '{key}' in the storage.")
        return path

    def read(self, key: str) -> bytes:
        """The content of ``key``. NotFound."""
        try:
            return self.path(key).read_bytes()
        except FileNotFoundError:
            raise NotFound(f"There is no file '{key}' in the storage.") from None

    def exists(self, key: str) -> bool:
        """Whether ``key`` is there."""
        return self._path(key).is_file()

    def delete(self, key: str) -> None:
        """Remove ``key``; a missing one is fine."""
        self._path(key).unlink(missing_ok=True)

    def delete_all(self, prefix: str) -> None:
        """Remove every key below the folder ``prefix``."""
        shutil.rmtree(self._path(prefix), ignore_errors=True)

    def keys(self, prefix: str) -> Iterator[str]:
        """Every key below the folder ``prefix``, sorted."""
        folder = self._path(prefix)
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if path.is_file():
                yield path.relative_to(self._root).as_posix()

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder on the same file system as the keys; gone afterwards."""
        with _explained("scratch space"):
            base = self._root / "scratch"
            base.mkdir(parents=True, exist_ok=True)
            folder = Path(tempfile.mkdtemp(dir=base))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def _staged(self, key: str) -> Iterator[Path]:
        """A scratch name to fill; becomes ``key`` when the block ends well, and vanishes otherwise."""
        target = self._path(key)
        with _explained(key), self.scratch() as folder:
            staged = folder / "file"
            yield staged
            _flush(staged)
            target.parent.mkdir(parents=True, exist_ok=True)
            staged.replace(target)
            _flush(target.parent)

    def _path(self, key: str) -> Path:
        pure = PurePosixPath(key)
        if pure.is_absolute() or ".." in pure.parts or "\0" in key or not pure.parts:
            raise PathRefused(f"'{key}' is not a storage key: keys are relative and never contain '..'.")
        return self._root / pure


@contextmanager
def _explained(key: str) -> Iterator[None]:
    """Say what a full or closed disk means, instead of the system's number."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as fault:
        if fault.errno in _FULL:
            raise StorageFull(
                f"Cannot write '{key}': {fault.strerror}. Free some space, then try again."
            ) from fault
        raise ServiceAway(f"Cannot write '{key}': {fault.strerror}.") from fault


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
