"""Fact 1: foreign films are decoded by a child that has no network, limited memory, and an end to its files."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from jynco.adapters.media.launch import FILE_BYTES, FRUGAL, SHARE
from jynco.adapters.media.process import launched
from jynco.compose.reach import Reach
from jynco.sandbox.confine import CREATE_RULESET, VERSION, below

CODE = (sys.prefix, sys.base_prefix)  # without which Python does not start
LANDLOCK = ctypes.CDLL(None).syscall(CREATE_RULESET, None, 0, VERSION) > 0
SEEN = """
import json, os, resource, socket, sys
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=5).close()
    reached = True
except OSError:
    reached = False
names = ("RLIMIT_CORE", "RLIMIT_FSIZE", "RLIMIT_DATA")
limits = {name: resource.getrlimit(getattr(resource, name))[0] for name in names}
print(json.dumps({"reached": reached, "names": sorted(os.environ), **limits}))
"""


def may_part() -> bool:
    """Whether this kernel lets us have a network of our own."""
    return (
        subprocess.run(["unshare", "--user", "--net", "true"], check=False, capture_output=True).returncode
        == 0
    )


ASKED = "import sys; open('/proc/devices').close()"
OPENED = """
import json, sys
def can(path, mode):
    try:
        open(path, mode).close()
        return True
    except OSError:
        return False
print(json.dumps([can(each, mode) for each, mode in zip(sys.argv[1::2], sys.argv[2::2])]))
"""


def seen(port: int) -> dict[str, Any]:
    """What a program sees that is started as FFmpeg is."""
    program = [sys.executable, "-c", SEEN, str(port)]
    command = launched(program[0], Reach((*CODE,), ()), program[1:])
    told = subprocess.run(command, check=True, capture_output=True, timeout=60)
    return dict(json.loads(told.stdout))


def test_the_child_has_limits() -> None:
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    child = seen(1)
    assert child["RLIMIT_CORE"] == 0
    assert 0 < child["RLIMIT_FSIZE"] <= FILE_BYTES
    assert 0 < child["RLIMIT_DATA"] <= memory * SHARE
    assert set(child["names"]) <= {"LC_ALL", *FRUGAL}, "and no variable of ours"
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != FILE_BYTES, "the limits are the child's alone"


@pytest.mark.skipif(not may_part(), reason="this kernel lets nobody have a network of their own")
def test_the_child_reaches_nobody() -> None:
    with socket.create_server(("127.0.0.1", 0)) as here:
        port = here.getsockname()[1]
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        assert not seen(port)["reached"]


@pytest.mark.skipif(not LANDLOCK, reason="this kernel has no Landlock")
def test_the_child_has_its_jobs_files_in_reach_and_no_others(tmp_path: Path) -> None:
    asked = (
        "own.mp4",
        "rb",
        "own.mp4",
        "wb",
        "other.mp4",
        "rb",
        "out/new",
        "wb",
        "new",
        "wb",
        "/etc/passwd",
        "rb",
    )
    words = [str(tmp_path / word) if "." in word or "/" in word else word for word in asked[::2]]
    for name in ("own.mp4", "other.mp4"):
        (tmp_path / name).write_bytes(b"film")
    (tmp_path / "out").mkdir()
    given = Reach((*CODE, str(tmp_path / "own.mp4")), (str(tmp_path / "out"),))
    pairs = [part for pair in zip(words, asked[1::2], strict=True) for part in pair]
    line = launched(sys.executable, given, ("-c", OPENED, *pairs))
    told = subprocess.run(line, check=True, capture_output=True, timeout=60, cwd=tmp_path)
    assert json.loads(told.stdout) == [True, False, False, True, False, False]


@pytest.mark.skipif(not LANDLOCK, reason="this kernel has no Landlock")
@pytest.mark.parametrize(("encoder", "status"), [("h264_nvenc", 0), ("hevc_vaapi", 0), ("libx264", 1)])
def test_which_cards_there_are_is_told_to_encoders_on_them_alone(encoder: str, status: int) -> None:
    program = [sys.executable, "-c", ASKED, "-c:v", encoder]
    command = launched(program[0], Reach((*CODE,), ()), program[1:])
    ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert ended.returncode == status, ended.stderr


def test_cards_are_found_by_how_their_names_begin(tmp_path: Path) -> None:
    for name in ("nvidia0", "nvidia1", "nvidiactl", "null"):
        (tmp_path / name).touch()
    found = below([(f"{tmp_path}", "nvidia"), (f"{tmp_path}/nowhere", "nvidia")])
    assert sorted(found) == [f"{tmp_path}/{name}" for name in ("nvidia0", "nvidia1", "nvidiactl")]
