"""A film's missing segments in shares for several workers, and what each is told of the whole."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from jynco.compose.sharing import Group
from jynco.model.ids import CacheKey
from jynco.model.storyboard import OutputSettings, Quality
from jynco.ports import Watch

Share = tuple[CacheKey, ...]
Workers = Callable[[float], int]  # how many could share work of so many seconds; 1: only the one who asks

FULL_HD: Final = 1920 * 1080
PER_WORKER: Final = 2  # shares: whoever is done first takes another
QUICK: Final = 4  # times faster is a draft encoded
PAUSE: Final = 1.0  # seconds between two looks at what the others have made


class Shared(Exception):
    """The film's segments are to be made by several workers; whoever is told joins them afterwards."""

    def __init__(self, shares: tuple[Share, ...]) -> None:
        super().__init__(f"{len(shares)} shares")
        self.shares = shares


def effort(frames: int, output: OutputSettings) -> float:
    """How much there is to encode, as seconds of a film in full HD at 30 frames a second."""
    size = output.width * output.height / FULL_HD
    return frames * size / 30 / (QUICK if output.quality is Quality.DRAFT else 1)


def shares(groups: Iterable[Group], workers: int) -> tuple[Share, ...]:
    """The groups in the film's order, cut into about equal shares. A group stays whole: its clip is read once."""
    ordered = sorted(groups, key=lambda group: min(segment.span.start for segment in group))
    total = sum(segment.span.frames for group in ordered for segment in group)
    least, found, open_, frames = total / (workers * PER_WORKER), list[Share](), list[CacheKey](), 0
    for group in ordered:
        open_ += (segment.key for segment in group)
        frames += sum(segment.span.frames for segment in group)
        if frames >= least:
            found.append(tuple(open_))
            open_, frames = [], 0
    return (*found, *([tuple(open_)] if open_ else []))


class Portion:
    """The watch of some of a film's segments: tells how far the whole film is."""

    def __init__(self, watch: Watch, own: int, film: int, others: Callable[[], int]) -> None:
        self._watch = watch
        self._own = own
        self._film = film
        self._others = others
        self._elsewhere = others()
        self._looked = time.monotonic()

    def check(self) -> None:
        """As the watch says."""
        self._watch.check()

    def progress(self, fraction: float) -> None:
        """Frames that are there, of all frames of the film."""
        if time.monotonic() - self._looked > PAUSE:
            self._elsewhere, self._looked = self._others(), time.monotonic()
        self._watch.progress(min(1.0, (self._elsewhere + fraction * self._own) / self._film))


class Kept:
    """Counts the frames of segments that are kept by now; each is looked for until it is there."""

    def __init__(self, frames: Mapping[CacheKey, Sequence[int]], there: Callable[[CacheKey], bool]) -> None:
        self._waiting = {key: sum(each) for key, each in frames.items()}
        self._there = there
        self._sum = 0

    def __call__(self) -> int:
        come = [key for key in self._waiting if self._there(key)]
        self._sum += sum(self._waiting.pop(key) for key in come)
        return self._sum
