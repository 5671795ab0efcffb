"""Files by key in a local folder. A key appears whole or not at all: scratch file, fsync, rename."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from jynco.adapters.storage.faults import NO_FILE, explained, unreadable
from jynco.adapters.storage.names import plain
from jynco.adapters.storage.scratch import Scratch
from jynco.errors import NotFound
from jynco.model.files import Entry, Told, Traffic

TRIES: Final = 20  # a folder that is deleted so often while one file goes in is not a race any more


class LocalStorage:
    """The data folder as a storage. Scratch space is inside it, so that a rename is all it takes to finish."""

    near = True

    def __init__(self, root: Path) -> None:
        self._root = root
        self._scratch = Scratch(root / "scratch")

    def put(self, key: str, source: Path) -> None:
        """Copy ``source`` in. NotFound when it is not there."""
        with self._staged(key) as staged:
            shutil.copyfile(source, staged)

    def put_bytes(self, key: str, data: bytes, *, lasting: bool = True) -> None:
        """Write ``data`` as the whole content of ``key``; nobody waits for the disk where it is not ``lasting``."""
        target = self._path(key)
        with explained(key), self._scratch.file(data) as staged:
            if lasting:
                _flush(staged)
            self._finish(staged, target, lasting)

    def swap(self, key: str, data: bytes, seen: bytes | None) -> bool:
        """As ``put_bytes``, but only while the content is still ``seen`` (None: not there); whether it was."""
        with explained(key), self._scratch.file(data) as staged:
            _flush(staged)
            # People's editors take no lock, so a moment remains between look and rename; it is as short as can be.
            if self._content(key) != seen:
                return False
            self._finish(staged, self._path(key))
        return True

    def adopt(self, key: str, source: Path, *, lasting: bool = True) -> None:
        """Move a finished scratch file in; ``lasting`` as for ``put_bytes``. NotFound when it is not there."""
        with self._staged(key, lasting) as staged:
            shutil.move(source, staged)

    def link(self, source_key: str, key: str) -> None:
        """Give the content of ``source_key`` a second name that outlives the first. NotFound."""
        source = self.path(source_key)
        with self._staged(key) as staged:
            try:
                os.link(source, staged)
            except OSError:  # another device, or no hard links there
                shutil.copyfile(source, staged)

    def path(self, key: str) -> Path:
        """The file of ``key``, to read only. NotFound, ServiceAway where the disk cannot say."""
        path = self._path(key)
        if not self._is_file(key):
            raise NotFound(f"There is no file '{key}' in the storage.")
        return path

    def read(self, key: str) -> bytes:
        """The content of ``key``. NotFound, ServiceAway when it is there and cannot be read."""
        with unreadable(key):
            return self.path(key).read_bytes()

    def told(self, label: str, key: str) -> Told:
        """What the label of a file says, and the file's size. NotFound."""
        return Told(self.read(label), self.size(key))

    def exists(self, key: str) -> bool:
        """Whether ``key`` is there. ServiceAway where the disk cannot say."""
        return self._is_file(key)

    def delete(self, key: str) -> None:
        """Remove ``key``; a missing one is fine."""
        with explained(key), suppress(FileNotFoundError, NotADirectoryError):
            self._path(key).unlink()

    def delete_all(self, prefix: str) -> None:
        """Remove every key below the folder ``prefix``, all at once for whoever looks."""
        with explained(prefix), self._scratch.folder() as folder, suppress(FileNotFoundError):
            self._path(prefix).rename(folder / "gone")

    def keys(self, prefix: str) -> Iterator[str]:
        """Every key below the folder ``prefix``, sorted. Those that come or go meanwhile may be among them."""
        found = (Path(folder, name) for folder, _, names in os.walk(self._path(prefix)) for name in names)
        yield from sorted(path.relative_to(self._root).as_posix() for path in found)

    def entries(self, prefix: str) -> Iterator[Entry]:
        """The same, with what each takes and when it was last wanted."""
        for key in self.keys(prefix):
            with suppress(FileNotFoundError):
                found = self._path(key).stat()
                yield Entry(key, found.st_size, _modified(found))

    def size(self, key: str) -> int:
        """In bytes. NotFound."""
        with unreadable(key):
            return self.path(key).stat().st_size

    def touch(self, key: str) -> bool:
        """Note that ``key`` is wanted; whether it is there still."""
        try:
            os.utime(self._path(key))
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:  # a disk that only lets us read keeps what it has
            return True
        return True

    def expire(self, key: str, seen: datetime) -> bool:
        """Remove ``key`` unless it was wanted after ``seen``; whether it is gone.

        It is taken aside first: whoever touches it before that is seen, and whoever does afterwards is told.
        """
        path = self._path(key)
        with explained(key), self._scratch.folder() as folder:
            aside = folder / "gone"
            try:
                path.rename(aside)
            except (FileNotFoundError, NotADirectoryError):
                return True
            if _modified(aside.stat()) <= seen:
                return True
            with suppress(FileExistsError, FileNotFoundError):  # made anew meanwhile, or its folder deleted
                os.link(aside, path)
            return False

    def doubt(self, key: str) -> None:
        """What is handed out is the file itself, so there is nothing to doubt but that."""

    def traffic(self) -> Traffic:
        """Nothing has to be fetched."""
        return Traffic()

    def reported(self) -> Traffic:
        """As ``traffic``."""
        return Traffic()

    def scratch(self) -> AbstractContextManager[Path]:
        """A folder on the same file system as the keys; gone afterwards."""
        return self._scratch.folder()

    def sweep(self) -> int:
        """Remove the scratch folders of processes that were killed; returns how many."""
        return self._scratch.sweep()

    def presign_get(self, key: str, seconds: float, *, media_type: str = "", name: str = "") -> None:
        """A folder has no addresses: the HTTP door gives its files out itself."""

    def presign_put(self, key: str, size: int, seconds: float) -> None:
        """As ``presign_get``: the HTTP door signs addresses of its own."""

    @contextmanager
    def _staged(self, key: str, lasting: bool = True) -> Iterator[Path]:
        """A scratch name to fill; becomes ``key`` when the block ends well, and vanishes otherwise."""
        target = self._path(key)
        with explained(key), self._scratch.folder() as folder:
            staged = folder / "file"
            yield staged
            if lasting:
                _flush(staged)
            self._finish(staged, target, lasting)

    def _finish(self, staged: Path, target: Path, lasting: bool = True) -> None:
        for left in reversed(range(TRIES)):
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                staged.replace(target)
                break
            except FileNotFoundError:  # a folder was deleted between our two steps
                if not left:
                    raise
        with suppress(FileNotFoundError):  # or a moment later, and our file with it
            if lasting:
                _flush(target.parent)

    def _is_file(self, key: str) -> bool:
        """pathlib's own raises for names that are too long, and takes a disk that fails for an absence."""
        with unreadable(key):
            try:
                return stat.S_ISREG(self._path(key).stat().st_mode)
            except ValueError:  # no name that this file system could hold
                return False
            except OSError as fault:
                if fault.errno in NO_FILE:
                    return False
                raise

    def _content(self, key: str) -> bytes | None:
        """What is no file is kept, under another name."""
        path = self._path(key)
        try:
            return path.read_bytes()
        except IsADirectoryError:
            path.rename(path.with_name(f"{path.name}.folder-{secrets.token_hex(4)}"))
            return None
        except (FileNotFoundError, NotADirectoryError):
            return None

    def _path(self, key: str) -> Path:
        return self._root / plain(key)


def _modified(found: os.stat_result) -> datetime:
    return datetime.fromtimestamp(found.st_mtime, UTC)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
