"""What the system's refusals mean for a person who has to mend them."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from jynco.errors import JyncoError, NotFound, PathRefused, ServiceAway, StorageFull

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_CLOSED: Final = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
_NO_NAME: Final = frozenset({errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENOTEMPTY})
# What a question after a file answers where no file can be of that name.
NO_FILE: Final = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP})


@contextmanager
def explained(key: str) -> Iterator[None]:
    """Around a write of ``key``: StorageFull, PathRefused, NotFound (what was to be written), ServiceAway."""
    try:
        yield
    except OSError as fault:
        raise _written(key, fault) from fault


@contextmanager
def unreadable(key: str) -> Iterator[None]:
    """Around a read of ``key``: NotFound where it went meanwhile, ServiceAway where the disk fails."""
    try:
        yield
    except FileNotFoundError:
        raise NotFound(f"There is no file '{key}' in the storage.") from None
    except OSError as fault:
        raise ServiceAway(f"Cannot read '{key}': {fault.strerror}.") from fault


def _written(key: str, fault: OSError) -> JyncoError:
    if isinstance(fault, FileNotFoundError):
        return NotFound(f"'{key}' was not written, because its source is gone: try again.")
    if fault.errno in _FULL:
        return StorageFull(f"Cannot write '{key}': {fault.strerror}. Free some space, then try again.")
    if fault.errno in _CLOSED:
        return StorageFull(f"Cannot write '{key}': {fault.strerror}. Let Jynco write there, then try again.")
    if fault.errno in _NO_NAME:
        return PathRefused(f"'{key}' cannot be a file here ({fault.strerror}): choose another name.")
    return ServiceAway(f"Cannot write '{key}': {fault.strerror}.")
