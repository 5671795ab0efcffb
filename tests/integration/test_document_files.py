"""storyboard.json among processes: nothing lost, nothing half, whatever is full or killed."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from jynco.document import codec, files
from jynco.document.checks import faults
from tests.unit.document_samples import whole

ROOT = Path(__file__).parents[2]  # where the children find Jynco
WRITERS, UPDATES = 8, 25

COUNT = """
import sys
from pathlib import Path
from jynco.document import files

for _ in range(int(sys.argv[2])):
    files.update(Path(sys.argv[1]), lambda document: {**document, "count": document["count"] + 1}, timeout=90)
"""

SWELL = """
import sys
from pathlib import Path
from jynco.document import files

number = 0
while True:
    number += 1
    files.update(Path(sys.argv[1]), lambda document: {**document, "count": number, "bulk": "x" * 3_000_000})
    print(number, flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    target = tmp_path / "storyboard.json"
    target.write_bytes(codec.dumps({**whole(), "count": 0}))
    return target


def test_processes_lose_no_update_and_readers_see_whole_documents(path: Path) -> None:
    command = [sys.executable, "-c", COUNT, str(path), str(UPDATES)]
    writers = [subprocess.Popen(command, cwd=ROOT) for _ in range(WRITERS)]
    counts: list[int] = []
    while any(writer.poll() is None for writer in writers):
        document = files.read(path)
        assert faults(document) == []
        counts.append(int(str(document["count"])))
        time.sleep(0.005)
    assert [writer.returncode for writer in writers] == [0] * WRITERS
    assert files.read(path)["count"] == WRITERS * UPDATES
    assert counts == sorted(counts)
    assert sorted(entry.name for entry in path.parent.iterdir()) == [
        ".storyboard.json.lock",
        "storyboard.json",
    ]


@pytest.mark.parametrize("wait", [0.01, 0.03, 0.07])
def test_a_killed_writer_leaves_a_whole_document_and_a_free_lock(path: Path, wait: float) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SWELL, str(path)], stdout=subprocess.PIPE, cwd=ROOT
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"1\n"
        time.sleep(wait)
        writer.send_signal(signal.SIGKILL)
    assert faults(files.read(path)) == []
    files.update(path, lambda document: {**document, "after": True}, timeout=5)
    assert files.read(path)["after"] is True


def test_a_full_disk_leaves_the_document(path: Path) -> None:
    """A file size limit in a child fails its writes as a full disk does, with no mount and no superuser."""
    before = path.read_bytes()
    script = """
import sys
from pathlib import Path
from jynco.document import files
from jynco.errors import StorageFull
try:
    files.update(Path(sys.argv[1]), lambda document: {**document, "bulk": "x" * 1_000_000})
except StorageFull as error:
    sys.exit(f"full: {error.message}")
"""
    child = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == 1
    assert child.stderr == f"full: {path} cannot be written: File too large; it is as it was before.\n"
    assert path.read_bytes() == before
    assert not list(path.parent.glob(".*.tmp"))


def test_a_folder_without_permission_is_told() -> None:
    """In a child that is no superuser, for those may write everywhere."""
    script = """
import os, sys
from pathlib import Path
from jynco.document import files
from jynco.errors import StorageFull
if os.geteuid() == 0:
    os.setuid(65534)
for attempt in (lambda path: files.write(path, {}), lambda path: files.replace(path, b"{}")):
    try:
        attempt(Path(sys.argv[1]))
    except StorageFull as error:
        print(error.message)
"""
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders are closed to others
        Path(folder).chmod(0o555)
        path = Path(folder) / "storyboard.json"
        command = [sys.executable, "-c", script, str(path)]
        child = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        assert child.stdout.splitlines() == [
            f"{path} cannot be locked: Permission denied.",
            f"{path} cannot be written: Permission denied; it is as it was before.",
        ]
        assert not path.exists()
        Path(folder).chmod(0o755)
