"""Beat's sign of life, beside Celery's own business."""

from __future__ import annotations

from pathlib import Path

import pytest

from workers.app import app
from workers.health import pulse_of
from workers.pulse import LivingScheduler


def test_beat_gives_a_sign_at_every_round(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LivingScheduler, "place", tmp_path)
    scheduler = LivingScheduler(app, lazy=True)
    scheduler.schedule.clear()  # nothing is due, so that nobody is rung for
    assert scheduler.tick() > 0
    assert pulse_of(tmp_path, "beat").is_file()
