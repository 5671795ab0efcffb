"""From a reel to its segments' keys, and from keys to what is on the shelf."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path

from jynco.agents.copying import Copying
from jynco.agents.cutting.reel import Found, Reel, Sheet
from jynco.agents.quartermaster import Quartermaster
from jynco.compose import audio
from jynco.compose.command import Papers
from jynco.compose.cutlist import Cutlist, Entry, listed
from jynco.compose.encoder import Container
from jynco.compose.hardware import Device, Devices
from jynco.compose.picture import Room
from jynco.compose.proxies import fitting
from jynco.compose.reasons import reason
from jynco.compose.segments import Recipe, Segment, segments
from jynco.compose.stretches import Sound, stretches
from jynco.model.ids import ClipId
from jynco.model.plan import CutPlan, SegmentPlan
from jynco.ports import Media, Watch


class Sheets:
    """Names what a film is joined of, and finds what of it need not be made."""

    def __init__(self, quartermaster: Quartermaster, media: Media, device: Devices) -> None:
        self._shelf, self._proxies = quartermaster.segments, quartermaster.proxies
        self._copying = Copying(quartermaster)
        self._media = media
        self._device = device

    def of(self, reel: Reel) -> Sheet:
        """The reel's segments and sound. ValueError for a source without its content hash."""
        recipe = self._recipe(reel)
        seen = {**reel.materials, **fitting(reel.proxies, recipe)}
        room = Room(reel.storyboard, reel.timeline, seen, Papers(Path()).keep, reel.files)
        heard = audio.tracks(reel.storyboard, reel.timeline, reel.materials, reel.sounds)
        kind = self._kind(reel)
        sounds = stretches(heard, reel.timeline, kind, recipe)
        return Sheet(reel, room, recipe, segments(room, recipe), heard, kind, sounds)

    def kept(self, sheet: Sheet, known: Found) -> Found:
        """Where every segment and the sound lie that are on the shelf; ``known`` are not looked at again."""
        looked = {**known, **self._shelf.several(key for key in sheet.keys if key not in known)}
        return {key: path for key, path in looked.items() if path is not None}

    def bare(self, sheet: Sheet, found: Found) -> list[Segment]:
        """The segments whose packets only have to be copied, of those that are not ``found``."""
        return [each for each in sheet.missing(found) if self._copied(each, sheet)]

    def copy(self, sheet: Sheet, some: Iterable[Segment], watch: Watch) -> None:
        """Copies them. What cannot be is left to be encoded."""
        for each in some:
            watch.check()
            self._copying.copy(each, sheet.room)

    def found(self, sheet: Sheet, known: Found) -> Found:
        """As ``kept``, once all that only has to be copied is."""
        kept = self.kept(sheet, known)
        copied = {each.key: self._copying.copy(each, sheet.room) for each in sheet.missing(kept)}
        return {**kept, **{key: path for key, path in copied.items() if path is not None}}

    def listed(self, sheet: Sheet) -> Cutlist:
        """What the film is joined of. A proxy that comes or goes is no change of its clip."""
        room = replace(sheet.room, materials=sheet.reel.materials)
        return listed(room, sheet.segments, sheet.sounds, str(sheet.reel.container), sheet.recipe)

    def outlook(self, reel: Reel, waiting: Collection[ClipId], before: Cutlist | None) -> CutPlan:
        """What would be encoded and why, while clips are ``waiting`` to be made. Encodes nothing."""
        sheet = self.of(reel)
        now, bare = (
            self.listed(sheet),
            [each for each in sheet.segments if not self._shelf.promises(each.key)],
        )
        encode = {each.key for each in bare if not self._copied(each, sheet)}
        missing = [
            _planned(entry, waiting, reason(entry, now, before))
            for entry in now.entries
            if entry.key in encode or not set(waiting).isdisjoint(entry.clips)
        ]
        silent = any(not self._shelf.promises(each.key) for each in sheet.sounds)
        return CutPlan(len(now.entries), tuple(missing), silent)

    def _copied(self, segment: Segment, sheet: Sheet) -> bool:
        """Whether its packets are there, in a proxy."""
        proxies = (sheet.reel.proxies.get(piece.clip_id) for piece in segment.span.pieces)
        there = all(proxy is None or self._proxies.has(proxy) for proxy in proxies)
        return there and self._copying.could(segment, sheet.room)

    def _kind(self, reel: Reel) -> Sound:
        """A webm's sound is made by FFmpeg alone."""
        mixer = self._media.mixer() if reel.container is Container.MP4 else ""
        return Sound(reel.container, reel.storyboard.output.quality, mixer)

    def _recipe(self, reel: Reel) -> Recipe:
        device = Device.SOFTWARE if reel.software else self._device(reel.storyboard.output.codec)
        return Recipe(self._media.build(), device=device)


def _planned(entry: Entry, waiting: Collection[ClipId], why: str) -> SegmentPlan:
    waits = tuple(clip for clip in dict.fromkeys(entry.clips) if clip in waiting)
    return SegmentPlan(entry.name, entry.frames, f"waits for {' and '.join(waits)}" if waits else why, waits)
