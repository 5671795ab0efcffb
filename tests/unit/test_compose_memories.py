"""Keys that were found out once are remembered, and another thread may forget them all at any moment."""

from __future__ import annotations

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


class Forgetful(dict[str, str]):
    """A memory that another thread empties whenever something was put into it or sought in it."""

    def __setitem__(self, name: str, value: str) -> None:
        self.clear()

    def __contains__(self, name: object) -> bool:
        there = super().__contains__(name)
        self.clear()
        return there


def sounds() -> list[str]:
    kind = stretches.Sound(Container.MP4, Quality.DRAFT)
    return [each.key for each in stretches.stretches([TRACK], lay_out(BOARD, {}), kind, RECIPE)]


def test_what_is_forgotten_meanwhile_is_known_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    due = keys(BOARD), sounds()
    for module in (segments, stretches):
        monkeypatch.setattr(module, "_known", Forgetful(module._known))
    assert (keys(BOARD), sounds()) == due
    for module in (segments, stretches):
        module._known.clear()
    assert (keys(BOARD), sounds()) == due
