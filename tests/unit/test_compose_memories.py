"""Keys that were found out once are remembered, and forgotten all at once, while other threads are looking."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jynco.compose import segments, stretches
from jynco.compose.audio import Track
from jynco.compose.encoder import Container
from jynco.compose.sources import Source
from jynco.compose.timeline import lay_out
from jynco.model.media import MediaInfo
from jynco.model.storyboard import Quality
from tests.unit.test_compose_segments import CLIPS, RECIPE, keys
from tests.unit.test_compose_timeline import board

BOARD = board(*CLIPS)
TRACK = Track(Source(Path("a.wav"), MediaInfo("wav"), sha256="ab" * 32), 0, None)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadPoolExecutor]:
    """Threads that take turns after a few steps, and memories that are full at once."""
    for module in (segments, stretches):
        monkeypatch.setattr(module, "REMEMBERED", 0)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    with ThreadPoolExecutor(4) as pool:
        yield pool
    sys.setswitchinterval(before)


def sounds() -> list[str]:
    kind = stretches.Sound(Container.MP4, Quality.DRAFT)
    return [each.key for each in stretches.stretches([TRACK], lay_out(BOARD, {}), kind, RECIPE)]


def test_what_is_forgotten_meanwhile_is_known_all_the_same(hurried: ThreadPoolExecutor) -> None:
    due = keys(BOARD), sounds()
    found = hurried.map(lambda _: (keys(BOARD), sounds()), range(24))
    assert all(each == due for each in found)
