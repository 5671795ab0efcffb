"""A full disk: one sentence and exit code 1, no half file under a final name, and all is well once there is room."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.kit import Desk, Done, below, board, clip, environment, look, wait
from tests.integration.film_kit import ffmpeg

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Desk]:
    """A desk whose data folder is on a small disk of its own."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=160m,mode=755", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("only root can make a small disk, where it may mount")
    try:
        with Desk(tmp_path, disk / "data", environment()).tidy() as made:
            yield made
    finally:
        wait(lambda: below(disk) == {}, "nothing uses the disk")
        subprocess.run(["umount", "-l", disk], check=True)


def test_a_full_disk_is_told_and_does_no_harm(small: Desk) -> None:
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=2", small.folder / "in.mp4")
    document = board("full", clip("a"), clip("b"))
    path = small.write(document)
    before = path.read_bytes()
    assert small.jynco("render", path, "--json").code == 0
    for spare in (3_000_000, 300_000, 0):
        fill(small.data.parent, spare)
        bad = small.jynco("render", path, "--json", "--out", f"{spare}.mp4")
        told(bad)
        assert path.read_bytes() == before
        assert not [file for file in small.folder.glob("*.mp4") if file.name.startswith(str(spare))]
        (small.data.parent / "filler").unlink()
    good = small.jynco("render", path, "--json")
    assert look(good.film()).frames == 10
    assert set(good.made().values()) == {"cached"}


def test_no_room_at_all(small: Desk) -> None:
    path = small.write(board("none", clip("a")))
    fill(small.data.parent, 2_000_000)
    told(small.jynco("render", path, "--json"))
    assert not (small.folder / "proj_none.mp4").exists()


def test_no_room_for_the_film_itself(small: Desk) -> None:
    """The data folder has room, the place where the film is to go has not."""
    roomy = Desk(small.folder, small.folder / "data", small.environment)
    path = roomy.write(board("out", clip("a")))
    fill(small.data.parent, 0)
    out = small.data.parent / "film.mp4"
    told(roomy.jynco("render", path, "--json", "--out", out))
    assert [file.name for file in small.data.parent.iterdir()] == ["filler"]
    assert look(roomy.jynco("render", path, "--json").film()).frames == 5


def fill(disk: Path, spare: int) -> None:
    """Fill it up, but for ``spare`` bytes."""
    free = shutil.disk_usage(disk).free - spare
    with (disk / "filler").open("wb") as filler:
        os.posix_fallocate(filler.fileno(), 0, max(free, 1))


def told(done: Done) -> None:
    """One sentence about the space, exit code 1."""
    assert done.code == 1, done
    (sentence,) = done.said
    assert sentence.startswith("jynco: ")
    assert any(word in sentence.lower() for word in ("space", "full")), sentence
