"""Run between us and FFmpeg: takes from it what it needs not, lets it die with its parent, and then becomes FFmpeg.

FFmpeg decodes what strangers sent, and its decoders have holes: where the kernel allows it is given no network, and no
files but those of its job; no more memory than the machine can spare, and an end to what it may write.

A wrapper, because a function run between fork and exec can lock up a process that has threads. It imports
one file of ours, which needs none other, and is run by path with ``-I -S``, so it costs some ten milliseconds.

``launch.py PARENT COUNT READS... COUNT WRITES... PROGRAM ARGUMENTS...``: its parent's number, how many files it may
read and which, how many folders it may write in and which.
"""

from __future__ import annotations

import os
import sys
from itertools import pairwise

TYPE_CHECKING = False  # as typing has it, whose import would take longer than all the rest
if TYPE_CHECKING:
    from jynco.sandbox import confine
else:
    sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../sandbox"))  # noqa: PTH118, PTH120 - no pathlib
    import confine

FILE_BYTES = 256 * 1024**3  # of one file
SHARE = 0.75  # of the machine's memory
FRUGAL = {  # glibc keeps freed pictures for later, a sixth of some processes: so it gives them back, in the same time
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": "131072",
    "MALLOC_TRIM_THRESHOLD_": "131072",
}
CARDS = ("_nvenc", "_vaapi", "_qsv")  # how encoders in hardware are called, on Linux
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


def within_limits() -> None:
    """No core dumps, no endless files, and data that leaves room for others. What is limited already stays so."""
    memory = int(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") * SHARE)
    confine.limit(CORE=0, FSIZE=FILE_BYTES, DATA=memory)


def as_courteous_as_our_parent() -> None:
    """Linux may share cores out among sessions: ours, which is new, has to step back as far as its parent's did."""
    if (behind := os.nice(0)) > 0:
        try:
            with open("/proc/self/autogroup", "w") as group:  # noqa: PTH123 - no pathlib
                group.write(str(behind))
        except OSError:  # another kernel, or one that was told something a moment ago
            return


def taken(words: list[str]) -> list[str]:
    """As many of the words as the first of them says, out of the list."""
    end = int(words[0]) + 1
    found, words[:end] = words[1:end], []
    return found


def on_a_card(words: list[str]) -> bool:
    """Whether pictures are encoded in hardware: to all others no card is there."""
    return any(name == "-c:v" and kind.endswith(CARDS) for name, kind in pairwise(words))


def become(words: list[str]) -> None:
    """FFmpeg, with an environment in which no secrets are."""
    reads, writes = taken(words), taken(words)
    confine.unconnected()
    if on_a_card(words):
        reads += confine.below(confine.DRIVERS)
        writes += confine.below(confine.CARDS)
    confine.only([*confine.SYSTEM, words[0], *reads], [*confine.DEVICES, *writes])
    die_with(int(sys.argv[1]))  # behind the others: they make the kernel forget whose death matters
    os.execve(words[0], words, {**FRUGAL, "LC_ALL": "C.UTF-8"})


if __name__ == "__main__":
    within_limits()
    as_courteous_as_our_parent()
    become(sys.argv[2:])
