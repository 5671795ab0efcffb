"""The camera's answers before it films: what it offers, what it refuses, and how it names its options."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from jynco.adapters.providers.camera import Camera
from jynco.adapters.providers.camera.options import Options, parse
from jynco.errors import Cancelled, RequestRejected
from jynco.model.motion import Shot
from jynco.model.storyboard import Json
from jynco.model.time import Rate

SHOT = Shot("camera", "camera", "1", "pan left", "", "0" * 64, 24, Rate(24), 320, 180)
STILL = Path("still.png")  # never opened before collect


def test_it_is_free_and_has_one_model() -> None:
    offered = Camera().capabilities(None)
    assert offered == Camera().capabilities("camera")
    assert (offered.billable, offered.usd_per_second, offered.text_to_video) == (False, Decimal(0), False)
    with pytest.raises(RequestRejected, match="no model 'hd'"):
        Camera().capabilities("hd")


def test_a_ticket_is_the_same_for_the_same_shot() -> None:
    camera = Camera()
    assert camera.submit(SHOT, STILL) == camera.submit(SHOT, STILL)
    assert camera.submit(replace(SHOT, prompt="pan right"), STILL) != camera.submit(SHOT, STILL)
    assert camera.find(SHOT, datetime.now(UTC)) is None


def test_without_a_picture_the_mend_is_named() -> None:
    with pytest.raises(RequestRejected, match="sourceImage"):
        Camera().submit(SHOT, None)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"width": 321}, "even sizes only, not 321x180"),
        ({"height": 181}, "even sizes only"),
        ({"width": 0}, "2 to 16384"),
        ({"width": 20_000}, "2 to 16384"),
        ({"frames": 0}, "no frames"),
        ({"rate": Rate(0)}, "frames a second"),
        ({"options": {"fisheye": True}}, "not 'fisheye'"),
    ],
)
def test_what_cannot_be_filmed_is_refused_at_once(change: dict[str, object], words: str) -> None:
    with pytest.raises(RequestRejected, match=words):
        Camera().submit(replace(SHOT, **change), STILL)  # type: ignore[arg-type]


def test_options_are_read() -> None:
    assert parse({}) == Options(1.0, None)
    assert parse({"amount": 2, "focus": [0, 0.25]}) == Options(2.0, (0.0, 0.25))


BAD: list[dict[str, Json]] = [
    {"amount": -1},
    {"amount": 4},
    {"amount": True},
    {"amount": "much"},
    {"amount": float("nan")},
    {"focus": 0.5},
    {"focus": [0.5]},
    {"focus": [0.5, 2]},
    {"focus": ["left", "top"]},
]


@pytest.mark.parametrize("options", BAD)
def test_bad_options_are_refused_by_name(options: dict[str, Json]) -> None:
    with pytest.raises(RequestRejected, match=f"option {next(iter(options))} is"):
        parse(options)


class CancelledSoon:
    """A watch that says no at its first look."""

    def check(self) -> None:
        raise Cancelled("The job was cancelled.")

    def progress(self, fraction: float) -> None: ...


def test_waiting_for_a_free_core_can_be_cancelled(tmp_path: Path) -> None:
    """Every core is taken, as by other clips; the picture is not even opened."""
    camera = Camera(1)
    with camera.slots, pytest.raises(Cancelled):
        camera.collect(SHOT, STILL, camera.submit(SHOT, STILL), tmp_path / "a.mp4", CancelledSoon())


def test_the_door_is_light() -> None:
    """A web process that only asks what the camera offers never loads OpenCV or NumPy."""
    code = (
        "import sys; from jynco.adapters.providers.camera import Camera; Camera().capabilities(None);"
        "sys.exit(bool({'cv2', 'numpy', 'PIL'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
