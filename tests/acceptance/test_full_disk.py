"""A full disk: one sentence and exit code 1, no half file under a final name, and all is well once there is room."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.acceptance.kit import Desk, Done, below, board, clip, environment, held, look, wait

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


@pytest.mark.long
@pytest.mark.parametrize("spare", [1_500_000, 0])
def test_a_full_disk_is_told_and_does_no_harm(small: Desk, spare: int) -> None:
    """It fills up between two films: the second needs a clip that is larger than what is left."""
    assert small.render(board("full", clip("a"))).code == 0
    document = board("full", clip("a"), noisy(small))
    document["outputSettings"]["resolution"] = {"width": 1280, "height": 720}
    path = small.write(document)
    before = path.read_bytes()
    fill(small.data.parent, spare)
    told(small.jynco("render", path, "--json", "--out", "second.mp4"))
    assert path.read_bytes() == before
    assert not (small.folder / "second.mp4").exists()
    (small.data.parent / "filler").unlink()
    good = small.jynco("render", path, "--json", "--out", "second.mp4")
    assert look(good.film()).frames == 20
    assert good.json["receipt"]["complete"] is True


def noisy(desk: Desk) -> dict[str, Any]:
    """A clip of some megabytes, for noise cannot be compressed."""
    colours = np.random.default_rng(1).integers(0, 255, (1080, 1920, 3)).astype(np.uint8)
    Image.fromarray(colours).save(desk.folder / "noise.jpg", quality=30)
    return clip("noise", provider="camera", motionPrompt="pan left", sourceImage="noise.jpg", duration=1.5)


def test_no_room_at_all(small: Desk) -> None:
    path = small.write(board("none", clip("a")))
    fill(small.data.parent, 2_000_000)
    told(small.jynco("render", path, "--json"))
    assert not (small.folder / "proj_none.mp4").exists()


@pytest.mark.long
def test_no_room_for_the_film_itself(small: Desk) -> None:
    """The data folder has room, the place where the film is to go has not."""
    roomy = Desk(small.folder, small.folder / "data", small.environment)
    path = roomy.write(board("out", clip("a")))
    fill(small.data.parent, 0)
    out = small.data.parent / "film.mp4"
    with held(roomy.data):
        told(roomy.jynco("render", path, "--json", "--out", out))
        assert [file.name for file in small.data.parent.iterdir()] == ["filler"]
        assert look(roomy.jynco("render", path, "--json").film()).frames == 5


def fill(disk: Path, spare: int) -> None:
    """Fill it up, but for ``spare`` bytes."""
    free = shutil.disk_usage(disk).free - spare
    with (disk / "filler").open("wb") as filler:
        os.posix_fallocate(filler.fileno(), 0, max(free, 1))


def told(done: Done) -> None:
    """A sentence about the space (of the clip that met it, or of the command), exit code 1."""
    assert done.code == 1, done
    assert done.said[-1].startswith("jynco: ")
    assert any(word in " ".join(done.said).lower() for word in ("space", "full")), done.said
