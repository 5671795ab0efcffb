"""The cut: a film from its segments. Only what is not on the shelf is encoded; the rest is copied."""

from __future__ import annotations

import logging
import os
import struct
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from jynco.agents.copying import Copying
from jynco.agents.crew import Place, Task, anywhere, deadline, side_by_side
from jynco.agents.parting import Kept, Portion, Share, Shared, Workers, effort, shares
from jynco.agents.quartermaster import Quartermaster
from jynco.agents.quartermaster.fingerprints import Memory
from jynco.agents.splicing import indexed, spliced
from jynco.compose import audio
from jynco.compose.command import Papers, about, film
from jynco.compose.cutlist import Cutlist, Entry, listed
from jynco.compose.encoder import Container
from jynco.compose.hardware import Devices, software
from jynco.compose.joining import Part, joined, odd
from jynco.compose.packets import begins, order
from jynco.compose.picture import Room
from jynco.compose.proxies import fitting
from jynco.compose.reasons import reason
from jynco.compose.segments import Recipe, Segment, segments, writing, written
from jynco.compose.sharing import groups
from jynco.compose.soundtrack import repacked, soundtrack, soundtrack_key
from jynco.compose.sources import Material, Source
from jynco.compose.timeline import Timeline
from jynco.errors import StorageFull
from jynco.model.ids import CacheKey, ClipId
from jynco.model.plan import CutPlan, SegmentPlan
from jynco.model.storyboard import Storyboard
from jynco.model.time import Rate
from jynco.ports import Media, Slots, Watch

MOST_PROCESSES = 8  # side by side: each takes some 250 MB at 1080p
SOUND_FRAMES = 50  # of sound take as long as one of picture

log = logging.getLogger("jynco.cutting")


@dataclass(frozen=True, slots=True)
class Reel:
    """A film that is laid out and has all of its sources; they must know their content hashes."""

    storyboard: Storyboard
    timeline: Timeline
    materials: Mapping[ClipId, Material]
    sounds: Mapping[str, Source]
    container: Container
    document: str | None = None
    soon: bool = False  # its first second is wanted first: somebody waits to look at it
    files: Mapping[str, Source] = field(default_factory=dict)  # of looks and layers, by their paths
    proxies: Mapping[ClipId, Source] = field(default_factory=dict)  # seen in the place of materials


Note = Callable[[Cutlist], None]


@dataclass(frozen=True, slots=True)
class Survey:
    """What a cut costs: how many segments there are, and the names of those that must be encoded."""

    segments: int
    encode: tuple[str, ...]
    frames: int  # to be encoded, of the film's
    sound: bool  # whether the sound must be mixed


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A reel's segments and its sound, by key."""

    reel: Reel
    room: Room
    segments: tuple[Segment, ...]
    heard: Sequence[audio.Track]
    sound: CacheKey | None

    @property
    def keys(self) -> tuple[CacheKey, ...]:
        """All that the film is joined of."""
        return (*(segment.key for segment in self.segments), *([self.sound] if self.sound else []))


Found = Mapping[CacheKey, Path]


class Cutting:
    """Makes films from segments; keeps every segment that it makes."""

    def __init__(
        self,
        quartermaster: Quartermaster,
        media: Media,
        processes: int | None = None,
        device: Devices = software,
        slots: Slots | None = None,
    ) -> None:
        self._device = device
        self._slots = slots
        self._quartermaster = quartermaster
        self._shelf = quartermaster.segments
        self._copying = Copying(quartermaster)
        self._media = media
        self._begins: Memory[tuple[str, Rate], tuple[int, ...]] = Memory()
        self._processes = processes or min(MOST_PROCESSES, os.cpu_count() or 1)

    def survey(self, reel: Reel) -> Survey:
        """What would be encoded now. Encodes nothing."""
        sheet = self._sheet(reel)
        return _surveyed(sheet, self._found(sheet, {}))

    def outlook(self, reel: Reel, waiting: Collection[ClipId], before: Cutlist | None) -> CutPlan:
        """What would be encoded and why, while clips are ``waiting`` to be made. Encodes nothing."""
        sheet = self._sheet(reel)
        now, bare = self._listed(sheet), [each for each in sheet.segments if not self._shelf.find(each.key)]
        encode = {each.key for each in bare if not self._copying.could(each, sheet.room)}
        missing = [
            _planned(entry, waiting, reason(entry, now, before))
            for entry in now.entries
            if entry.key in encode or not set(waiting).isdisjoint(entry.clips)
        ]
        sound = sheet.sound is not None and self._shelf.find(sheet.sound) is None
        return CutPlan(len(now.entries), tuple(missing), sound)

    def film(
        self,
        reel: Reel,
        *,
        work: Path,
        target: Path,
        watch: Watch,
        note: Note | None = None,
        workers: Workers | None = None,
    ) -> Survey:
        """Writes the film to ``target``; ``work`` is a scratch folder. Says what had to be encoded.

        ``note`` is told what the film will be joined of, before anything is encoded. Where ``workers`` says that
        several could share that, Shared is raised, with what each is to ``make``.
        MediaFailed, MediaTimeout, StorageFull; whatever the watch raises ends every process and is raised on.
        """
        sheet = self._sheet(reel)
        found = self._found(sheet, {})
        survey = _surveyed(sheet, found)
        log.info("%d of %d segments to encode", len(survey.encode), survey.segments)
        if note is not None:
            note(self._listed(sheet))
        if workers is not None:
            self._share(sheet, found, workers)
        try:
            self._cut(sheet, found, work, target, watch)
        except ValueError as odd_part:
            log.warning("the film is made in one piece, because %s", odd_part)
            self._in_one_piece(reel, work, target, watch)
        return survey

    def make(self, reel: Reel, share: Share, *, work: Path, watch: Watch) -> None:
        """Encodes a share of a film's segments, one process at a time, and keeps each as soon as it is whole.

        Raises as ``film``. The watch is told how far the whole film is.
        """
        sheet = self._sheet(reel)
        chosen = tuple(each for each in sheet.segments if each.key in set(share))
        wanted = replace(sheet, sound=sheet.sound if sheet.sound in share else None, segments=chosen)
        frames: dict[CacheKey, list[int]] = {}
        for each in sheet.segments:
            frames.setdefault(each.key, []).append(each.span.frames)
        found = self._found(wanted, {})
        own = {key: frames.pop(key) for key in share if key in frames and key not in found}
        portion = Portion(
            watch, sum(map(sum, own.values())), reel.timeline.frames, Kept(frames, self._shelf.has)
        )
        self._encoded(wanted, found, work, portion, processes=1)

    def _share(self, sheet: _Sheet, found: Found, workers: Workers) -> None:
        """Shared, where there is enough to encode for several."""
        missing = [segment for segment in sheet.segments if segment.key not in found]
        frames = sum(segment.span.frames for segment in missing)
        several = workers(effort(frames, sheet.reel.storyboard.output))
        if several > 1 and missing:
            room = self._sought(sheet.room, missing)
            parts = shares(groups(missing, room.materials, several), several)
            sound = [(sheet.sound,)] if sheet.sound and sheet.sound not in found else []
            if len(parts) > 1:
                raise Shared((*sound, *parts))  # nothing plays without the sound

    # --- what there is -------------------------------------------------------------------------------

    def _sheet(self, reel: Reel) -> _Sheet:
        recipe = self._recipe(reel.storyboard)
        seen = {**reel.materials, **fitting(reel.proxies, recipe)}
        room = Room(reel.storyboard, reel.timeline, seen, Papers(Path()).keep, reel.files)
        heard = audio.tracks(reel.storyboard, reel.timeline, reel.materials, reel.sounds)
        sound = soundtrack_key(heard, reel.timeline, reel.container, recipe) if heard else None
        return _Sheet(reel, room, segments(room, recipe), heard, sound)

    def _listed(self, sheet: _Sheet) -> Cutlist:
        reel = sheet.reel
        room = replace(
            sheet.room, materials=reel.materials
        )  # a proxy that comes or goes is no change of the clip
        return listed(room, sheet.segments, sheet.sound, str(reel.container), self._recipe(reel.storyboard))

    def _recipe(self, board: Storyboard) -> Recipe:
        return Recipe(self._media.build(), device=self._device(board.output.codec))

    def _found(self, sheet: _Sheet, known: Found) -> Found:
        """Where every segment and the sound lie that need not be made; ``known`` are not looked at again."""
        looked = {key: known.get(key) or self._shelf.find(key) for key in sheet.keys}
        bare = (each for each in sheet.segments if looked[each.key] is None)
        looked |= {each.key: self._copying.copy(each, sheet.room) for each in bare}
        return {key: path for key, path in looked.items() if path is not None}

    # --- what is made --------------------------------------------------------------------------------

    def _cut(self, sheet: _Sheet, found: Found, work: Path, target: Path, watch: Watch) -> None:
        """Encode what is missing and join. Parts that do not fit are made a second time, not a third."""
        there = sum(segment.span.frames for segment in sheet.segments if segment.key in found)
        film = sheet.reel.timeline.frames
        made = self._encoded(sheet, found, work, Portion(watch, film - there, film, lambda: there))
        parts = _parts(sheet, made)
        unfit = {sheet.segments[number].key for number in odd(parts)}
        for key in unfit:
            log.warning("a segment does not fit the others and is made again", extra={"cache_key": key})
            self._shelf.forget(key)
        if unfit:
            fit = {key: path for key, path in made.items() if key not in unfit}
            made = self._encoded(sheet, fit, work, watch)
            parts = _parts(sheet, made)
        self._join(sheet, parts, made, work, target, watch)

    def _encoded(
        self, sheet: _Sheet, found: Found, work: Path, watch: Watch, processes: int | None = None
    ) -> Found:
        processes = processes or self._processes
        missing = [segment for segment in sheet.segments if segment.key not in found]
        room = self._sought(sheet.room, missing)
        shared = groups(missing, room.materials, processes)
        if sheet.reel.soon:
            shared.sort(key=lambda group: min(segment.span.start for segment in group))
        tasks = [self._task(group, room, work) for group in shared]
        if sheet.sound is not None and sheet.sound not in found:
            tasks.insert(0, self._sound_task(sheet, sheet.sound, work))  # nothing plays without it
        if not tasks:
            return found
        side_by_side(self._media, tasks, processes, watch, self._place(sheet.reel))
        return self._found(sheet, found)

    def _place(self, reel: Reel) -> Place:
        return anywhere if self._slots is None else partial(self._slots.one, soon=reel.soon)

    def _sought(self, room: Room, missing: Sequence[Segment]) -> Room:
        """The room whose sources say where reading them can begin: to be known only of those that will be read."""
        names = {piece.clip_id for segment in missing for piece in segment.span.pieces}
        sought = {name: self._begun(room.materials[name], room.timeline.rate) for name in names}
        return replace(room, materials={**room.materials, **sought})

    def _begun(self, material: Material, rate: Rate) -> Material:
        if not isinstance(material, Source) or material.info.format != "mov":
            return material
        source = material
        keys = self._begins.recall((source.sha256, rate), lambda: _begins(source.path, rate))
        return replace(source, keys=keys)

    def _task(self, group: Sequence[Segment], room: Room, work: Path) -> Task:
        command = writing(group, room, self._recipe(room.storyboard), work)
        frames = sum(segment.span.frames for segment in group)
        return Task(command, frames, partial(self._keep, group, work))

    def _keep(self, group: Sequence[Segment], work: Path) -> None:
        """Only whole segments are kept: every frame there, once, at its time."""
        for segment in group:
            path = written(segment, work)
            order(indexed(path), segment.span.frames)
            self._shelf.keep(segment.key, path)

    def _sound_task(self, sheet: _Sheet, key: CacheKey, work: Path) -> Task:
        target, reel = work / f"{key}.sound", sheet.reel
        command = soundtrack(sheet.heard, reel.timeline, reel.container, work=work, target=target)
        keep = partial(self._shelf.keep, key, target)
        return Task(command, max(1, reel.timeline.frames // SOUND_FRAMES), keep)

    def _join(
        self, sheet: _Sheet, parts: Sequence[Part], made: Found, work: Path, target: Path, watch: Watch
    ) -> None:
        watch.check()
        reel, files = sheet.reel, [made[key] for key in sheet.keys]
        words = about(reel.storyboard, reel.document)
        if reel.container is Container.MP4:
            _splice(parts, files, words, target)
            return
        pictures, sound = work / "pictures.mp4", files[len(parts)] if sheet.sound else None
        _splice(parts, files[: len(parts)], {}, pictures)
        packed = repacked(pictures, sound, reel.storyboard, reel.document, work=work, target=target)
        self._media.run(packed, watch, timeout=deadline(reel.timeline.frames))

    def _in_one_piece(self, reel: Reel, work: Path, target: Path, watch: Watch) -> None:
        """As one FFmpeg command makes it, which needs no segments and keeps none."""
        command = film(
            reel.storyboard,
            reel.timeline,
            reel.materials,
            reel.sounds,
            work=work,
            target=target,
            container=reel.container,
            threads=self._processes,
            document=reel.document,
            files=reel.files,
        )
        self._media.run(command, watch, timeout=deadline(command.frames))


def _surveyed(sheet: _Sheet, found: Found) -> Survey:
    missing = [segment for segment in sheet.segments if segment.key not in found]
    frames = sum(segment.span.frames for segment in missing)
    names = tuple(segment.name for segment in missing)
    return Survey(len(sheet.segments), names, frames, sheet.sound is not None and sheet.sound not in found)


def _planned(entry: Entry, waiting: Collection[ClipId], why: str) -> SegmentPlan:
    waits = tuple(clip for clip in dict.fromkeys(entry.clips) if clip in waiting)
    return SegmentPlan(entry.name, entry.frames, f"waits for {' and '.join(waits)}" if waits else why, waits)


def _begins(path: Path, rate: Rate) -> tuple[int, ...]:
    """Where reading can begin; only at the first frame in a file that we cannot look into."""
    try:
        return begins(indexed(path), rate)
    except (ValueError, KeyError, OSError):
        return ()


def _parts(sheet: _Sheet, made: Found) -> list[Part]:
    """ValueError where a segment was taken away meanwhile, or cannot be read."""
    if not made.keys() >= set(sheet.keys):
        raise ValueError("a segment was taken off the shelf meanwhile")
    return [Part(indexed(made[segment.key]), segment.span.frames) for segment in sheet.segments]


def _splice(parts: Sequence[Part], files: Sequence[Path], words: Mapping[str, str], target: Path) -> None:
    """Joins ``files``: the parts, and a sound behind them where there is one."""
    sound = indexed(files[-1]) if len(files) > len(parts) else None
    try:
        spliced(joined(parts, sound, words), files, target)
    except struct.error as large:
        raise ValueError(f"the film is too long for one index ({large})") from large
    except OSError as full:
        raise StorageFull(f"The film could not be written ({full.strerror}); make room there.") from full
