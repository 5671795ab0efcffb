"""Who ended FFmpeg: itself over a fault, or somebody from outside."""

from __future__ import annotations

from pathlib import Path

import pytest

from jynco.adapters.media.ffmpeg import FFmpeg
from jynco.adapters.media.process import Failed
from jynco.errors import MediaFailed, StorageFull
from jynco.model.media import Command
from tests.integration.film_kit import Quiet
from tests.security.test_media_child import LANDLOCK

DRAWN = ("-f", "lavfi", "-i", "color=s=16x16:d=0.1:r=10")


@pytest.mark.parametrize(
    ("status", "said", "outside"),
    [
        (255, "", True),  # a signal that FFmpeg obeyed
        (255, "[out#0] [error] Error writing trailer: Immediate exit requested", True),
        (
            255,
            "[AVHWDeviceContext @ 0x1] [error] No VA display found",
            False,
        ),  # what it may not do ends the same way
        (-9, "[error] half a sentence", True),
        (1, "", False),
        (234, "[fatal] Invalid argument", False),
    ],
)
def test_an_end_from_outside_is_told_from_a_fault(status: int, said: str, outside: bool) -> None:
    assert Failed(status, said).from_outside is outside


@pytest.mark.skipif(not LANDLOCK, reason="this kernel has no Landlock")
def test_a_file_out_of_reach_is_named_and_no_full_disk(tmp_path: Path) -> None:
    """FFmpeg says of it that the output could not be opened; a filter's own name hides what it opens from us."""
    table = tmp_path / "hidden.cube"
    table.write_text("LUT_3D_SIZE 2\n")
    with pytest.raises(MediaFailed, match=r"may not read hidden\.cube, "):
        FFmpeg().run(Command((*DRAWN, "-vf", f"lut3d@mine={table}", "-f", "null", "-")), Quiet(), timeout=60)


@pytest.mark.skipif(not LANDLOCK, reason="this kernel has no Landlock")
def test_a_folder_that_is_closed_to_us_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # which nobody gives FFmpeg
    with pytest.raises(StorageFull):
        FFmpeg().run(Command((*DRAWN, "-f", "nut", "film.nut")), Quiet(), timeout=60)
