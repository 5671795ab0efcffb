"""What a process gives up before it touches foreign bytes: memory, files, the network, and more rights by any way.

Each call says whether the kernel took part; where it knows less, the rest still holds. Only the standard library is
used, for FFmpeg's launcher runs this by path, without ours.
"""

from __future__ import annotations

import ctypes
import os
import resource
import stat
import struct
import sys

TYPE_CHECKING = False  # as typing has it, whose import FFmpeg's launcher has no time for
if TYPE_CHECKING:
    from collections.abc import Iterable

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
PR_SET_NO_NEW_PRIVS = 38
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # Landlock, under the same numbers on every processor
VERSION, PATH_BENEATH = 1, 1
READS = 0b1101  # execute, read a file, list a folder
OF_FILES = 0b100_0000_0000_0111  # what means anything for a single file: execute, write, read, cut short
KNOWN = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1}  # rights over files, by the kernel's version
TCP, SIGNALS = 0b11, 0b11  # to listen and to connect; to signal others, and to speak to abstract sockets
SYSTEM = ("/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/dev/urandom", "/sys/devices/system/cpu")
DEVICES = ("/dev/null", "/dev/zero")
CARDS = (("/dev", "dri"), ("/dev", "kfd"), ("/dev", "nvidia"))  # folders, and how names in them begin
DRIVERS = (  # where a driver looks which cards there are
    ("/sys/dev", "char"),
    ("/sys/class", "drm"),
    ("/sys/devices", "pci"),
    ("/proc", "devices"),
    ("/proc/driver", "nvidia"),
)


def limit(**most: int) -> None:
    """Bounds such as ``DATA=2**30`` by the names of RLIMIT_...; what is bound more tightly already stays so."""
    for name, wanted in most.items():
        kind = getattr(resource, f"RLIMIT_{name}")
        _, hard = resource.getrlimit(kind)
        bound = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (bound, bound))


def unconnected() -> bool:
    """Into a network of its own, in which nothing is; whether the kernel allowed it."""
    return _linux() and _libc().unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0


def only(reads: Iterable[str], writes: Iterable[str] = ()) -> bool:
    """From now on nothing but these files, and what lies in these folders; whether the kernel knows how (Landlock)."""
    libc = _libc() if _linux() else None
    version = libc.syscall(CREATE_RULESET, None, 0, VERSION) if libc else 0
    if libc is None or version < 1:
        return False
    rights = KNOWN[min(version, 3)]
    words = (rights, TCP if version >= 4 else 0, SIGNALS if version >= 6 else 0)
    asked = struct.pack("QQQ", *words)[: 8 if version < 4 else 16 if version < 6 else 24]
    rules = libc.syscall(CREATE_RULESET, asked, len(asked), 0)
    if rules < 0:
        return False
    for path in reads:
        _allow(libc, rules, path, rights & READS)
    for path in writes:
        _allow(libc, rules, path, rights)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    confined = bool(libc.syscall(RESTRICT_SELF, rules, 0) == 0)
    os.close(rules)
    return confined


def below(places: Iterable[tuple[str, str]]) -> list[str]:
    """What lies in folders under names that begin so: cards are numbered. Nothing where a folder is not there."""
    found = []
    for folder, begin in places:
        names = os.listdir(folder) if os.path.isdir(folder) else []  # noqa: PTH112, PTH208 - no pathlib
        found += [f"{folder}/{name}" for name in names if name.startswith(begin)]
    return found


def _allow(libc: ctypes.CDLL, rules: int, path: str, rights: int) -> None:
    """What is not there needs no leave."""
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    granted = rights if stat.S_ISDIR(os.fstat(place).st_mode) else rights & OF_FILES
    libc.syscall(ADD_RULE, rules, PATH_BENEATH, struct.pack("=Qi", granted, place), 0)
    os.close(place)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _linux() -> bool:
    return sys.platform.startswith("linux")
