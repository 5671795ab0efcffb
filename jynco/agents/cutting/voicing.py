"""A film's sound: decoded once and remembered, then mixed and encoded stretch by stretch without starting anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event

from jynco.agents.crew import Task
from jynco.agents.cutting.decoded import Desk, Memory, effort
from jynco.agents.cutting.reel import Sheet
from jynco.agents.quartermaster.shelf import Shelf
from jynco.compose.encoder import Container
from jynco.compose.sharing import shared
from jynco.compose.stems import mix, stems
from jynco.compose.stretches import Stretch, sounded, sounding
from jynco.ports import Media, Watch


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
        desk = Desk(stems(sheet.heard, silent), self._memory)
        before = desk.decoding(work / silent[0].key)
        mixing = _Mixing(self, sheet, desk, work, tuple(task.done for task in before))
        return [*before, *map(mixing.task, shared(silent, several))]

    def mixed(self, sheet: Sheet, stretch: Stretch, desk: Desk, target: Path) -> None:
        """Makes and keeps one stretch. MediaFailed, StorageFull."""
        samples = desk.samples(stems(sheet.heard, [stretch]))
        self._media.mix(mix(stretch, sheet.heard, samples, sheet.kind), target)
        self._shelf.keep(stretch.key, target)

    def _in_one_piece(self, sheet: Sheet, stretch: Stretch, work: Path) -> Task:
        command = sounding(sheet.heard, stretch, sheet.kind, work)
        return Task(
            command, _effort([stretch]), partial(self._shelf.keep, stretch.key, sounded(stretch, work))
        )


@dataclass(frozen=True, slots=True)
class _Mixing:
    """How the stretches of one film are mixed, and after what."""

    voicing: Voicing
    sheet: Sheet
    desk: Desk
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
    return effort(sum(each.end - each.start for each in group))
