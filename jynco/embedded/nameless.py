"""Users who are only a number.

Containers often run as a user that /etc/passwd does not know. Postgres does not mind, but initdb refuses to make a
cluster for a user whose name it cannot look up. On Linux it can be started in a user namespace of its own, in
which that user goes by the number of somebody who has a name; what it writes belongs to the real user as ever.
"""

from __future__ import annotations

import ctypes
import pwd
import sys
from collections.abc import Callable
from pathlib import Path

CLONE_NEWUSER = 0x10000000
PR_SET_DUMPABLE = 4
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None  # loaded before any fork


def lend_name(uid: int, gid: int) -> Callable[[], None] | None:
    """What a child of that user does before it becomes initdb; None when it need do nothing, or can do nothing.

    Where namespaces are forbidden it changes nothing, and initdb says what it misses.
    """
    if _known(uid) or _libc is None:
        return None
    named = next((entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid != 0), None)
    if named is None:
        return None

    def enter() -> None:
        _libc.prctl(
            PR_SET_DUMPABLE, 1, 0, 0, 0
        )  # else, after a change of user, /proc/self is not ours to write
        if _libc.unshare(CLONE_NEWUSER) == 0:
            here = Path("/proc/self")
            (here / "uid_map").write_text(f"{named} {uid} 1")
            (here / "setgroups").write_text("deny")  # the kernel's condition for the next line
            (here / "gid_map").write_text(f"{gid} {gid} 1")

    return enter


def _known(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True
