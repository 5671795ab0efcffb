"""Whether a process lives: told by its own signs, and by nothing else."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from workers import health


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JYNCO_DATA", str(tmp_path))
    return tmp_path


def test_one_that_gives_signs_lives(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pulse = health.pulse_of(data, "motion")
    pulse.parent.mkdir()
    pulse.touch()
    assert (health.main(["motion"]), capsys.readouterr().err) == (0, "motion is alive\n")


def test_one_that_was_silent_for_long_does_not(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pulse = health.pulse_of(data, "beat")
    pulse.parent.mkdir()
    pulse.touch()
    long_ago = time.time() - 2 * health.SILENCE
    os.utime(pulse, (long_ago, long_ago))
    assert health.main(["beat"]) == 1
    assert "no sign of life for 120 s" in capsys.readouterr().err


def test_one_that_was_never_ready_does_not(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert health.main(["render"]) == 1
    assert str(data) in capsys.readouterr().err


def test_a_web_that_does_not_answer_does_not(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORT", "9")
    assert health.main(["web"]) == 1
    assert "does not answer at http://127.0.0.1:9/healthz" in capsys.readouterr().err


def test_it_wants_one_name() -> None:
    assert health.main([]) == 2
