"""Small costs that come often: finding a clip that was made before, and one change of a storyboard of many clips."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.asked import Asked
from bench.boards import document
from jynco.adapters.clock import SystemClock
from jynco.adapters.database.memory import MemoryDatabase
from jynco.adapters.lock.file import FileLocks
from jynco.adapters.media.ffmpeg import FFmpeg
from jynco.adapters.media.stills import Stills
from jynco.adapters.storage.local import LocalStorage
from jynco.agents.quartermaster import Quartermaster
from jynco.agents.storyboard import StoryboardKeeper
from jynco.model.ids import CacheKey, ClipId, ProjectId

SIZES = (10, 100, 1_000)
CLIP_BYTES = 10_000_000
TIMES = 7


@dataclass(frozen=True, slots=True)
class Price:
    """The median wall clock of something small, in milliseconds."""

    name: str
    milliseconds: float

    @property
    def text(self) -> str:
        """For people."""
        return f"{self.name:44}{self.milliseconds:8.2f} ms"


def measured(asked: Asked, folder: Path) -> list[Price]:
    """Every small cost, each a median."""
    asked.say("Small costs")
    folder.mkdir()
    updates = [_update(size, folder / f"{size}") for size in SIZES]
    return [*_hits(folder / "shelf"), *updates]


def _hits(folder: Path) -> list[Price]:
    """A clip of ten megabytes on the shelf: seen for the first time by a process, and again."""
    storage, key = LocalStorage(folder), CacheKey("ab" * 32)
    source = folder.parent / "clip"
    source.write_bytes(bytes(CLIP_BYTES))
    _quartermaster(storage).shelf.keep(key, source)
    known = _quartermaster(storage)
    first = _median(lambda: _quartermaster(storage).shelf.find(key))
    again = _median(lambda: known.shelf.find(key))
    return [Price("a cached clip of 10 MB, first look", first), Price("a cached clip of 10 MB, again", again)]


def _update(clips: int, folder: Path) -> Price:
    """A prompt is changed: the document is checked, kept, and published as storyboard.json."""
    storage, clock = LocalStorage(folder), SystemClock()
    keeper = StoryboardKeeper(MemoryDatabase(clock), storage, FileLocks(folder / "locks"), clock)
    project = ProjectId("proj_bench")
    keeper.create(document(project, clips))
    words = iter(range(TIMES))
    name = ClipId("clip_0")
    cost = _median(lambda: keeper.edit_clip(project, name, {"motionPrompt": f"other words {next(words)}"}))
    return Price(f"one change of a storyboard of {clips:,} clips", cost)


def _quartermaster(storage: LocalStorage) -> Quartermaster:
    return Quartermaster(storage, FFmpeg(), Stills())


def _median(work: Callable[[], object]) -> float:
    costs = []
    for _ in range(TIMES):
        start = time.perf_counter()
        work()
        costs.append(time.perf_counter() - start)
    return median(costs) * 1000
