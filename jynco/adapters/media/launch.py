"""Run between us and FFmpeg: asks the kernel to end it when its parent dies, and then becomes FFmpeg.

A wrapper, because a function run between fork and exec can lock up a process that has threads. It imports
nothing of ours and is run by path with ``-I -S``, so it costs some ten milliseconds.
"""

import os
import sys

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


if __name__ == "__main__":
    die_with(int(sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])
