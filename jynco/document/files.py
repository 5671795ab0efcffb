"""One file, many writers: whoever reads sees a whole document, the old one or the new one.

Writers take a lock beside the file (``.NAME.lock``, which stays) and write under a temporary name in the same
folder (``.NAME.*.tmp``); a writer that is killed leaves that one behind for the sweeper, and the document
untouched.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import filelock

from jynco.document import codec
from jynco.document.atomic import put
from jynco.document.checks import Limits, validate
from jynco.errors import LimitExceeded, NotFound, NotJson, PathRefused, ServiceAway, StorageFull
from jynco.model.storyboard import Document

LOCK_SECONDS: Final = 10.0


def read_bytes(path: Path) -> bytes:
    """The file as it is. NotFound, LimitExceeded over 16 MiB, PathRefused when it cannot be read."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise PathRefused(f"{path} is not a file; name the storyboard's JSON file.")
        with path.open("rb") as stream:
            data = stream.read(codec.MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(f"There is no file {path}; check its name.") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it holds a NUL character"
        raise PathRefused(f"{str(path)!r} cannot be read: {reason}.") from error
    if len(data) > codec.MAX_BYTES:
        raise LimitExceeded(f"{path} is over {codec.MAX_BYTES // 2**20} MiB; keep media in files.")
    return data


def read(path: Path) -> Document:
    """The document in a file, not checked. Raises as ``read_bytes`` and ``codec.loads`` do."""
    data = read_bytes(path)
    try:
        return codec.loads(data)
    except NotJson as error:
        raise NotJson(f"{path}: {error.message}") from None


def replace(path: Path, data: bytes) -> None:
    """Put ``data`` in the file's place, whole or not at all; mode and owner are kept, a link stays a link.

    NotFound when the folder is missing; StorageFull without space or permission, and nothing is left behind.
    """
    put(path.resolve(), data)


@contextmanager
def locked(path: Path, timeout: float = LOCK_SECONDS) -> Iterator[None]:
    """Hold the document's lock against other threads and processes. It cannot be taken twice by one holder.

    ServiceAway when somebody keeps it for ``timeout`` seconds; NotFound, StorageFull as ``replace``.
    """
    target = path.resolve()
    if not target.parent.is_dir():
        raise NotFound(f"There is no folder {target.parent}; make it first.")
    lock = filelock.FileLock(target.with_name(f".{target.name}.lock"), timeout=timeout, poll_interval=0.01)
    try:
        lock.acquire()
    except filelock.Timeout:
        raise ServiceAway(f"{path} is being written by somebody else; try again.", retry_after=1) from None
    except OSError as error:
        raise StorageFull(f"{path} cannot be locked: {error.strerror}.") from error
    try:
        yield
    finally:
        lock.release()


def write(path: Path, document: Document, *, timeout: float = LOCK_SECONDS) -> None:
    """Put the document, unchecked, in the file's place. Raises as ``locked`` and ``replace``."""
    data = codec.dumps(document)
    with locked(path, timeout):
        replace(path, data)


def update(
    path: Path,
    change: Callable[[Document], Document],
    *,
    timeout: float = LOCK_SECONDS,
    limits: Limits | None = None,
) -> Document:
    """Read, change, check and replace under one lock; returns what was written.

    DocumentInvalid when the changed document has faults; the file is untouched then. Raises as its parts do.
    """
    with locked(path, timeout):
        document = change(read(path))
        validate(document, limits or Limits())
        replace(path, codec.dumps(document))
    return document
