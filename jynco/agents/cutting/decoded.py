"""Decoded sounds: some are remembered, the rest is read from its file, bit by bit, while a film is mixed of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from mmap import ACCESS_READ, mmap
from pathlib import Path
from threading import Lock

from jynco.agents.crew import Task
from jynco.compose.stems import Stem, decoded, decoding, lots
from jynco.compose.stretches import PACKET

PACKETS = 80  # of sound take as long as a frame of picture
REMEMBERED = 64 * 2**20  # bytes of decoded sound: almost three minutes, in each process that renders


def effort(samples: int) -> int:
    """As many frames of picture as take as long."""
    return max(1, samples // PACKET // PACKETS)


@dataclass(frozen=True, slots=True)
class _Known:
    """A sound by itself; ``samples`` is how many were asked for: it has fewer where it ends before."""

    samples: int
    pcm: memoryview


class Memory:
    """Sounds that were decoded lately, so that a volume that is turned decodes nothing. Threads may share it."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._known: dict[str, _Known] = {}
        self._lock = Lock()

    def recall(self, stem: Stem) -> memoryview | None:
        """Its samples, at least as many as are wanted; None where it must be decoded."""
        with self._lock:
            known = self._known.pop(stem.name, None)
            if known is None:
                return None
            self._known[stem.name] = known  # the latest is the last to go
        return known.pcm if known.samples >= stem.samples else None

    def keep(self, stem: Stem, file: Path) -> None:
        """Remembers what was decoded into the file, unless that is too long."""
        size = file.stat().st_size
        if size > self._most:
            return
        pcm = memoryview(file.read_bytes())
        with self._lock:
            self._known.pop(stem.name, None)
            while self._known and size + sum(len(each.pcm) for each in self._known.values()) > self._most:
                self._known.pop(next(iter(self._known)))
            self._known[stem.name] = _Known(stem.samples, pcm)


class Desk:
    """What one film is mixed of: what was remembered when it was begun, and files for all the rest."""

    def __init__(self, wanted: Mapping[str, Stem], memory: Memory) -> None:
        self._memory = memory
        found = {name: memory.recall(stem) for name, stem in wanted.items()}
        self._missing = [wanted[name] for name, samples in found.items() if samples is None]
        self._found = {name: samples for name, samples in found.items() if samples is not None}
        self._files: dict[str, Path] = {}

    def decoding(self, place: Path) -> list[Task]:
        """A process for some fifty sounds each, in the folder ``place``; none where all is known."""
        return [_task(lot, place, partial(self._take, lot, place)) for lot in lots(self._missing)]

    def samples(self, names: Iterable[str]) -> dict[str, memoryview]:
        """These sounds, once they are decoded. Whoever lets go of them holds neither memory nor open files."""
        return {
            name: self._found[name] if name in self._found else _mapped(self._files[name]) for name in names
        }

    def _take(self, lot: list[Stem], place: Path) -> None:
        for each in lot:
            self._files[each.name] = decoded(each, place)
            self._memory.keep(each, self._files[each.name])


def _task(lot: list[Stem], place: Path, keep: partial[None]) -> Task:
    """With time for all that is decoded, what lies before a sound's in-point too."""
    return Task(decoding(lot, place), effort(sum(each.track.first + each.samples for each in lot)), keep)


def _mapped(file: Path) -> memoryview:
    """A file's bytes, which the system reads as they are wanted."""
    if not file.stat().st_size:
        return memoryview(b"")
    with file.open("rb") as long:
        return memoryview(mmap(long.fileno(), 0, access=ACCESS_READ))
