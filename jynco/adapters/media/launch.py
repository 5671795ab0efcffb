"""Run between us and FFmpeg: takes from it what it needs not, lets it die with its parent, and then becomes FFmpeg.

FFmpeg decodes what strangers sent, and its decoders have holes: it is given no network where the kernel allows that, no
more memory than the machine can spare, and an end to what it may write.

A wrapper, because a function run between fork and exec can lock up a process that has threads. It imports
nothing of ours and is run by path with ``-I -S``, so it costs some ten milliseconds.
"""

import os
import resource
import sys

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
FILE_BYTES = 256 * 1024**3  # of one file
SHARE = 0.75  # of the machine's memory
FRUGAL = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": "131072",
    "MALLOC_TRIM_THRESHOLD_": "131072",
}
PR_SET_PDEATHSIG = 1
SIGKILL = 9


def die_with(parent: int) -> None:
    """Linux only; elsewhere a killed parent's FFmpeg ends at its own deadline."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, SIGKILL)
    if os.getppid() != parent:  # it died before the kernel was asked
        os._exit(SIGKILL)


def alone() -> bool:
    """Into a network of its own, in which nothing is; whether the kernel allowed it."""
    if not sys.platform.startswith("linux"):
        return False
    import ctypes

    return bool(ctypes.CDLL(None).unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0)


def within_limits() -> None:
    """No core dumps, no endless files, and data that leaves room for others. What is limited already stays so."""
    memory = int(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") * SHARE)
    limits = {resource.RLIMIT_CORE: 0, resource.RLIMIT_FSIZE: FILE_BYTES, resource.RLIMIT_DATA: memory}
    for kind, most in limits.items():
        _, hard = resource.getrlimit(kind)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))


def frugal() -> None:
    """glibc keeps freed pictures for later, a sixth of some processes: this has it give them back, in the same time."""
    for name, value in FRUGAL.items():
        os.putenv(name, value)


if __name__ == "__main__":
    within_limits()
    frugal()
    alone()  # before the next: entering it makes the kernel forget whose death matters
    die_with(int(sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])
