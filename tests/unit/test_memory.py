"""A small machine runs fewer encoders: its memory is said by a variable, by a control group, or by itself."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from config import memory
from config.memory import MIB
from config.settings import read
from workers.queues import ROLES


@pytest.mark.parametrize(
    ("mib", "cores", "most"),
    [(512, 8, 1), (256, 2, 1), (1024, 8, 2), (2560, 8, 8), (14 * 1024, 2, 2), (65_536, 64, 64)],
)
def test_there_are_as_many_encoders_as_there_is_room_for(mib: int, cores: int, most: int) -> None:
    assert memory.encoders(mib * MIB, cores) == most


@pytest.mark.parametrize(("mib", "cores", "most"), [(512, 8, 1), (1024, 1, 1), (1024, 2, 2), (64_000, 16, 2)])
def test_two_web_processes_answer_where_there_is_room(mib: int, cores: int, most: int) -> None:
    assert memory.webs(mib * MIB, cores) == most


def test_the_variable_says_how_much_there_is() -> None:
    small = read({"JYNCO_MEMORY_MB": "512"})
    assert small.encoders == 1
    assert [role.hands(small.encoders) for role in ROLES.values() if role.pool == "prefork"] == [1]
    assert ROLES["motion"].hands(small.encoders) == ROLES["motion"].concurrency
    assert 1 <= read({}).encoders <= (os.cpu_count() or 1)


def group(folder: Path, line: str, **limits: str) -> tuple[Path, Path]:
    """A tree of control groups with these limits, by path, and the file that says in which one we are."""
    for place, text in limits.items():
        file = (
            folder / "cgroup" / place.replace("__", "/").replace("_max", ".max").replace("_limit", ".limit")
        )
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    own = folder / "own"
    own.write_text(line)
    return folder / "cgroup", own


def test_the_smallest_limit_above_us_holds(tmp_path: Path) -> None:
    limits = {"memory_max": "max\n", "dyno__memory_max": f"{512 * MIB}\n", "dyno__web__memory_max": "max\n"}
    assert memory.available(*group(tmp_path, "0::/dyno/web\n", **limits)) == 512 * MIB


def test_the_older_kind_of_groups_is_read_too(tmp_path: Path) -> None:
    limits = {
        "memory__memory_limit_in_bytes": f"{300 * MIB}\n",
        "memory__host__memory_limit_in_bytes": "9" * 19,
    }
    groups = "5:cpu:/\n4:memory:/host/unseen\n0::/\n"  # inside a container the path may be the host's
    assert memory.available(*group(tmp_path, groups, **limits)) == 300 * MIB


def test_without_a_limit_it_is_the_machine_s(tmp_path: Path) -> None:
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert memory.available(*group(tmp_path, "0::/\n", memory_max="max\n")) == machine
    assert memory.available(tmp_path / "none", tmp_path / "none") == machine
