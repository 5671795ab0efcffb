"""Fact 1: foreign films are decoded by a child that has no network, limited memory, and an end to its files."""

from __future__ import annotations

import json
import os
import resource
import socket
import subprocess
import sys

import pytest

from jynco.adapters.media.launch import FILE_BYTES, SHARE
from jynco.adapters.media.process import LAUNCHER

SEEN = """
import json, os, resource, socket, sys
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=5).close()
    reached = True
except OSError:
    reached = False
names = ("RLIMIT_CORE", "RLIMIT_FSIZE", "RLIMIT_DATA")
limits = {name: resource.getrlimit(getattr(resource, name))[0] for name in names}
print(json.dumps({"reached": reached, "arenas": int(os.environ.get("MALLOC_ARENA_MAX", 0)), **limits}))
"""


def may_part() -> bool:
    """Whether this kernel lets us have a network of our own."""
    return (
        subprocess.run(["unshare", "--user", "--net", "true"], check=False, capture_output=True).returncode
        == 0
    )


def seen(port: int) -> dict[str, int]:
    """What a program sees that is started as FFmpeg is."""
    program = [sys.executable, "-c", SEEN, str(port)]
    command = [sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), *program]
    told = subprocess.run(command, check=True, capture_output=True, timeout=60)
    return dict(json.loads(told.stdout))


def test_the_child_has_limits() -> None:
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    child = seen(1)
    assert child["RLIMIT_CORE"] == 0
    assert 0 < child["RLIMIT_FSIZE"] <= FILE_BYTES
    assert 0 < child["RLIMIT_DATA"] <= memory * SHARE
    assert child["arenas"] == 2  # what it frees it gives back
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != FILE_BYTES, "the limits are the child's alone"


@pytest.mark.skipif(not may_part(), reason="this kernel lets nobody have a network of their own")
def test_the_child_reaches_nobody() -> None:
    with socket.create_server(("127.0.0.1", 0)) as here:
        port = here.getsockname()[1]
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        assert not seen(port)["reached"]
