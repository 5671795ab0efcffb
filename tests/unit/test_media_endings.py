"""Who ended FFmpeg: itself over a fault, or somebody from outside."""

from __future__ import annotations

import pytest

from jynco.adapters.media.process import Failed


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
