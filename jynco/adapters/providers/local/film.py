"""Frames that a model has made, as a film."""

from __future__ import annotations

from pathlib import Path

from jynco.adapters.providers.record import recording
from jynco.adapters.providers.yuv import Bytes, planes
from jynco.model.motion import Shot
from jynco.ports import Watch


def film(shot: Shot, frames: Bytes, target: Path, watch: Watch) -> None:
    """The first ``shot.frames`` of (frames, rows, columns, 3) into ``target``, which appears whole or not at all."""
    with recording(shot, target, watch) as recorder:
        for frame in frames[: shot.frames]:
            split = planes(frame)
            recorder.write(memoryview(split.y.tobytes() + split.u.tobytes() + split.v.tobytes()))
            watch.check()
    watch.progress(1.0)
