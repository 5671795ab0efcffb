"""A folder as a storage: what cannot be looked at is not taken for absent."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ASKED = """
import os, sys
from pathlib import Path
from jynco.adapters.storage.local import LocalStorage
from jynco.errors import ServiceAway
if os.geteuid() == 0:
    os.setuid(65534)  # whom a closed folder keeps out
storage = LocalStorage(Path(sys.argv[1]))
try:
    print(getattr(storage, sys.argv[2])("closed/clip.mp4"))
except ServiceAway as error:
    print(error.message)
"""


@pytest.mark.parametrize("question", ["path", "exists", "size", "read"])
def test_a_disk_that_cannot_say_does_not_say_no(question: str) -> None:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders are closed to others
        Path(folder).chmod(0o755)
        closed = Path(folder) / "closed"
        closed.mkdir()
        (closed / "clip.mp4").write_bytes(b"paid")
        closed.chmod(0)
        command = [sys.executable, "-c", ASKED, folder, question]
        child = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        closed.chmod(0o700)
        assert child.stdout == "Cannot read 'closed/clip.mp4': Permission denied.\n"
        assert (closed / "clip.mp4").read_bytes() == b"paid"
