"""What is missing of a film, encoded: segments, the sound, and proxies on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from jynco.agents.crew import Place, Task, anywhere, side_by_side
from jynco.agents.cutting.promises import Promises
from jynco.agents.cutting.reel import Found, Reel, Sheet
from jynco.agents.cutting.sheets import Sheets
from jynco.agents.cutting.voicing import Voicing, nothing
from jynco.agents.quartermaster import Quartermaster
from jynco.agents.quartermaster.fingerprints import Memory
from jynco.agents.splicing import indexed
from jynco.compose.packets import begins, order
from jynco.compose.picture import Room
from jynco.compose.segments import Segment, writing, written
from jynco.compose.sharing import Group, groups, in_turn, lots, open_anywhere
from jynco.compose.sources import Material, Source
from jynco.model.time import Rate
from jynco.ports import Media, Slots, Watch


class Making:
    """Has FFmpeg encode what a film lacks, several processes side by side, and keeps each part when it is whole."""

    def __init__(
        self, quartermaster: Quartermaster, sheets: Sheets, media: Media, processes: int, slots: Slots | None
    ) -> None:
        self._quartermaster = quartermaster
        self._shelf = quartermaster.segments
        self._sheets = sheets
        self._media = media
        self._processes = processes
        self._slots = slots
        self._voicing = Voicing(self._shelf, media)
        self._begins: Memory[tuple[str, Rate], tuple[int, ...]] = Memory()

    def made(
        self,
        sheet: Sheet,
        found: Found,
        work: Path,
        watch: Watch,
        *,
        bare: Sequence[Segment] = (),
        processes: int | None = None,
    ) -> Found:
        """Where all parts lie, once those that are not ``found`` are made: the ``bare`` ones are copied.

        Unproxied, and as ``Media.run``.
        """
        processes = processes or self._processes
        missing = sheet.missing({*found, *(each.key for each in bare)})
        tasks = self._voiced(sheet, found, work, self._pictures(sheet, missing, work, processes), processes)
        if bare:  # at once, while the first process starts: what is copied is seen first
            tasks.insert(0, Task(partial(self._sheets.copy, sheet, bare), 0, nothing))
        if not tasks:
            return found
        side_by_side(self._media, tasks, processes, watch, self._place(sheet.reel))
        return self._sheets.found(sheet, found)

    def _voiced(
        self, sheet: Sheet, found: Found, work: Path, pictures: list[Task], processes: int
    ) -> list[Task]:
        """The sound's processes beside the first one of the pictures: nothing plays without it.

        Where somebody waits its beginning is enough for now, and the rest comes behind the film's first pictures.
        """
        silent = sheet.silent(found)
        early, rest = (silent[:1], silent[1:]) if sheet.reel.soon else (silent, [])
        several = 1 if pictures else processes
        begin, more = (self._voicing.tasks(sheet, some, work, several) for some in (early, rest))
        return in_turn(begin, pictures, more, 2 * processes)

    def grouped(self, sheet: Sheet, missing: Sequence[Segment], processes: int) -> list[Group]:
        """The segments that are encoded by one process each time."""
        return groups(missing, self._sought(sheet.room, missing).materials, processes, sheet.reel.soon)

    def _pictures(self, sheet: Sheet, missing: Sequence[Segment], work: Path, processes: int) -> list[Task]:
        promises = Promises(self._quartermaster, sheet, missing, work)
        room, encode = self._sought(promises.room, promises.encoded), promises.encoded
        soon, rate = sheet.reel.soon, room.timeline.rate
        quick = soon and not promises.open and open_anywhere(encode, room.materials)
        parted = lots(encode, processes, rate) if quick else groups(encode, room.materials, processes, soon)
        tasks = [self._task(sheet, group, room, work, promises) for group in parted]
        starts = [min(segment.span.start for segment in group) for group in parted]
        return promises.before(tasks, starts, processes)

    def _place(self, reel: Reel) -> Place:
        return anywhere if self._slots is None else partial(self._slots.one, soon=reel.soon)

    def _sought(self, room: Room, missing: Sequence[Segment]) -> Room:
        """The room whose sources say where reading them can begin: to be known only of those that will be read."""
        names = {piece.clip_id for segment in missing for piece in segment.span.pieces}
        sought = {name: self._begun(room.materials[name], room.timeline.rate) for name in names}
        return replace(room, materials={**room.materials, **sought})

    def _begun(self, material: Material, rate: Rate) -> Material:
        if not isinstance(material, Source) or material.keys or material.info.format != "mov":
            return material
        keys = self._begins.recall((material.sha256, rate), lambda: _begins(material.path, rate))
        return replace(material, keys=keys)

    def _task(self, sheet: Sheet, group: Group, room: Room, work: Path, promises: Promises) -> Task:
        command = writing(group, room, sheet.recipe, work)
        frames = sum(segment.span.frames for segment in group)
        return Task(command, frames, partial(self._keep, group, work), promises.needed(group))

    def _keep(self, group: Group, work: Path) -> None:
        """Only whole segments are kept: every frame there, once, at its time."""
        for segment in group:
            path = written(segment, work)
            order(indexed(path), segment.span.frames)
            self._shelf.keep(segment.key, path)


def _begins(path: Path, rate: Rate) -> tuple[int, ...]:
    """Where reading can begin; only at the first frame in a file that we cannot look into."""
    try:
        return begins(indexed(path), rate)
    except (ValueError, KeyError, OSError):
        return ()
