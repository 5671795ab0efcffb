"""A film's sound: decoded once and remembered, then mixed and encoded stretch by stretch without starting anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from mmap import ACCESS_READ, mmap
from pathlib import Path
from threading import Event, Lock

from jynco.agents.crew import Task
from jynco.agents.cutting.reel import Sheet
from jynco.agents.quartermaster.shelf import Shelf
from jynco.compose.encoder import Container
from jynco.compose.sharing import shared
from jynco.compose.stems import Stem, decoded, decoding, mix, stems
from jynco.compose.stretches import PACKET, Stretch, sounded, sounding
from jynco.ports import Media, Watch

PACKETS = 80  # of sound take as long as a frame of picture
REMEMBERED = 64 * 2**20  # bytes of decoded sound: almost three minutes, in each process that renders


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

    def keep(self, stem: Stem, file: Path) -> memoryview:
        """Its samples from the file they were decoded into; what is too long to be remembered is read bit by bit."""
        size = file.stat().st_size
        if size > self._most:
            with file.open("rb") as long:
                return memoryview(mmap(long.fileno(), 0, access=ACCESS_READ))
        pcm = memoryview(file.read_bytes())
        with self._lock:
            self._known.pop(stem.name, None)
            while self._known and size + sum(len(each.pcm) for each in self._known.values()) > self._most:
                self._known.pop(next(iter(self._known)))
            self._known[stem.name] = _Known(stem.samples, pcm)
        return pcm


class Voicing:
    """Makes stretches of sound, and keeps them."""

    def __init__(self, shelf: Shelf, media: Media) -> None:
        self._shelf, self._media = shelf, media
        self._memory = Memory()

    def tasks(self, sheet: Sheet, silent: Sequence[Stretch], work: Path, several: int) -> list[Task]:
        """What makes these stretches, ``several`` beside one another, behind what decodes what they are mixed of."""
        if not silent:
            return []
        if sheet.kind.container is Container.WEBM:
            return [self._in_one_piece(sheet, stretch, work) for stretch in silent]
        desk = _Desk(stems(sheet.heard, silent), self._memory)
        before = desk.decoding(work / silent[0].key)
        mixing = _Mixing(self, sheet, desk, work, tuple(task.done for task in before))
        return [*before, *map(mixing.task, shared(silent, several))]

    def mixed(self, sheet: Sheet, stretch: Stretch, desk: _Desk, target: Path) -> None:
        """Makes and keeps one stretch. MediaFailed, StorageFull."""
        self._media.mix(mix(stretch, sheet.heard, desk.samples, sheet.kind), target)
        self._shelf.keep(stretch.key, target)

    def _in_one_piece(self, sheet: Sheet, stretch: Stretch, work: Path) -> Task:
        command = sounding(sheet.heard, stretch, sheet.kind, work)
        return Task(
            command, _effort([stretch]), partial(self._shelf.keep, stretch.key, sounded(stretch, work))
        )


class _Desk:
    """What is mixed now: held for as long as it is, whatever is forgotten meanwhile."""

    def __init__(self, wanted: Mapping[str, Stem], memory: Memory) -> None:
        self._memory = memory
        found = {name: memory.recall(stem) for name, stem in wanted.items()}
        self._missing = [wanted[name] for name, samples in found.items() if samples is None]
        self.samples = {name: samples for name, samples in found.items() if samples is not None}

    def decoding(self, place: Path) -> list[Task]:
        """One process in the folder ``place``, or none where all is known."""
        if not self._missing:
            return []
        return [Task(decoding(self._missing, place), 1, partial(self._take, place))]

    def _take(self, place: Path) -> None:
        self.samples |= {each.name: self._memory.keep(each, decoded(each, place)) for each in self._missing}


@dataclass(frozen=True, slots=True)
class _Mixing:
    """How the stretches of one film are mixed, and after what."""

    voicing: Voicing
    sheet: Sheet
    desk: _Desk
    work: Path
    after: tuple[Event, ...]

    def task(self, group: Sequence[Stretch]) -> Task:
        """These, one after the other."""
        return Task(partial(self._work, group), _effort(group), nothing, self.after)

    def _work(self, group: Sequence[Stretch], watch: Watch) -> None:
        for each in group:
            watch.check()
            self.voicing.mixed(self.sheet, each, self.desk, sounded(each, self.work))


def nothing() -> None:
    """All is kept already."""


def _effort(group: Sequence[Stretch]) -> int:
    """As many frames of picture as take as long."""
    return max(1, sum(each.end - each.start for each in group) // PACKET // PACKETS)
