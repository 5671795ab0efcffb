"""A file replaced whole: written under a temporary name, flushed, renamed, and its folder flushed."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from jynco.errors import NotFound, StorageFull

_NAME_ROOM: Final = 200  # of the 255 bytes a name may have, the rest is for the temporary's own parts


def put(target: Path, data: bytes) -> None:
    """Replace ``target``, which is no link, by ``data``. NotFound, StorageFull as ``files.replace`` says."""
    try:
        _put(target, data)
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(f"There is no folder {target.parent}; make it first.") from None
    except OSError as error:
        raise StorageFull(f"{target} cannot be written: {error.strerror}; it is as it was before.") from error


def _put(target: Path, data: bytes) -> None:
    temporary = target.with_name(f".{_short(target.name)}.{os.urandom(6).hex()}.tmp")
    try:
        _write(temporary, data, like=target)
        temporary.replace(target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    _flush_folder(target.parent)


def _write(path: Path, data: bytes, *, like: Path) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    with os.fdopen(descriptor, "wb") as stream:
        _resemble(descriptor, like)
        stream.write(data)
        stream.flush()
        os.fsync(descriptor)


def _resemble(descriptor: int, like: Path) -> None:
    """Take over owner and mode. Only the superuser can give a file away; others own what they may replace."""
    try:
        old, new = like.stat(), os.fstat(descriptor)
    except FileNotFoundError:
        return
    if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid):
        with suppress(PermissionError):
            os.fchown(descriptor, old.st_uid, old.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(old.st_mode))


def _flush_folder(folder: Path) -> None:
    """So that the new name survives a power cut; some file systems cannot, and need not be told twice."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _short(name: str) -> str:
    return name.encode("utf-8", "surrogateescape")[:_NAME_ROOM].decode("utf-8", "ignore")
