"""Filming one shot: the still, the words, the path, and every frame of it into an mp4."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from jynco.adapters.providers.camera import options, prompt
from jynco.adapters.providers.camera.path import Geometry, matrices, poses
from jynco.adapters.providers.camera.stills import open_still
from jynco.adapters.providers.camera.warp import Warp
from jynco.adapters.providers.record import recording
from jynco.model.motion import Shot
from jynco.ports import Watch

_PATIENCE: Final = 0.5  # seconds between two looks at the watch while others film


def film(shot: Shot, image: Path, target: Path, watch: Watch, slots: threading.Semaphore) -> None:
    """Exactly ``shot.frames`` frames into ``target``, which appears whole or not at all, once a slot is free."""
    with _slot(watch, slots):
        warp = _warp(shot, image)
        watch.check()
        with recording(shot, target, watch) as recorder:
            for index in range(shot.frames):
                recorder.write(warp.frame(index))
                watch.check()
                watch.progress((index + 1) / shot.frames)


def _warp(shot: Shot, image: Path) -> Warp:
    still = open_still(image)
    rows, columns = still.shape[:2]
    wishes = options.parse(shot.options)
    seed = int(shot.key[:16], 16) if shot.seed is None else shot.seed
    script = prompt.read(shot.prompt, shot.negative_prompt)
    path = poses(script, shot.frames, float(shot.rate.seconds(shot.frames)), wishes.amount, seed)
    geometry = Geometry(shot.width, shot.height, columns, rows, wishes.focus)
    return Warp(still, matrices(path, geometry), shot.width, shot.height)


@contextmanager
def _slot(watch: Watch, slots: threading.Semaphore) -> Iterator[None]:
    while not slots.acquire(timeout=_PATIENCE):
        watch.check()
    try:
        yield
    finally:
        slots.release()
