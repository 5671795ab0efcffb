"""How much memory this machine, dyno or container lets a process and its children have."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

MIB: Final = 1024**2
ROOT: Final = Path("/sys/fs/cgroup")
GROUPS: Final = Path("/proc/self/cgroup")
OWN: Final = 150 * MIB  # a render worker and its child, while it composes
ENCODER: Final = 300 * MIB  # FFmpeg at 1920x1080, with room to spare (docs/deploy.md)

WEB: Final = 512 * MIB  # memory of the machine for each web process, which itself takes a quarter of that


def available(root: Path = ROOT, groups: Path = GROUPS) -> int:
    """Bytes: the machine's, or less where a control group above us has a limit (both kinds are read)."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min([machine, *_limits(root, groups)])


def encoders(memory: int, cores: int) -> int:
    """How many FFmpegs a render worker may run side by side: one for each core, as long as there is room for them."""
    return max(1, min(cores, (memory - OWN) // ENCODER))


def webs(memory: int, cores: int) -> int:
    """How many web processes answer unless it is said: two where there is room, for one may be at a long storyboard."""
    return max(1, min(2, cores, memory // WEB))


def _limits(root: Path, groups: Path) -> Iterator[int]:
    for folder, name in _places(root, groups):
        with suppress(OSError, ValueError):  # "max", or a group that is not shown here
            yield int((folder / name).read_text())


def _places(root: Path, groups: Path) -> Iterator[tuple[Path, str]]:
    """Our group and all that it lies in. Inside a container the file may name a place that only the host has."""
    with suppress(OSError):
        for line in groups.read_text().splitlines():
            _, kinds, path = line.split(":", 2)
            for group in (Path(path), *Path(path).parents):
                inside = str(group).lstrip("/")
                if not kinds:
                    yield root / inside, "memory.max"
                elif "memory" in kinds.split(","):
                    yield root / "memory" / inside, "memory.limit_in_bytes"
