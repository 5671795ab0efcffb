"""Makes films from segments, and falls back where something of that does not work."""

from __future__ import annotations

import logging
import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from jynco.agents.cutting.assembly import Assembly, parts_of
from jynco.agents.cutting.making import Making
from jynco.agents.cutting.promises import Unproxied, without
from jynco.agents.cutting.reel import Found, Note, Reel, Sheet, Survey
from jynco.agents.cutting.sheets import Sheets
from jynco.agents.parting import Kept, Portion, Share, Shared, Workers, effort, shares
from jynco.agents.quartermaster import Quartermaster
from jynco.compose.cutlist import Cutlist
from jynco.compose.hardware import Device, Devices, software
from jynco.compose.joining import Part, odd
from jynco.compose.segments import Segment
from jynco.errors import MediaFailed, MediaTimeout
from jynco.model.ids import CacheKey, ClipId
from jynco.model.plan import CutPlan
from jynco.ports import Media, Slots, Watch

MOST_PROCESSES = 8  # side by side: each takes some 250 MB at 1080p

log = logging.getLogger("jynco.cutting")


@dataclass(frozen=True, slots=True)
class _Order:
    """Where a film is to go, who watches, who is told what it is joined of, and who could share the work."""

    work: Path
    target: Path
    watch: Watch
    note: Note | None
    workers: Workers | None


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
        self._processes = min(MOST_PROCESSES, processes or os.cpu_count() or 1)
        self._shelf = quartermaster.segments
        self._media = media
        self._sheets = Sheets(quartermaster, media, device)
        self._making = Making(quartermaster, self._sheets, media, self._processes, slots)

    def survey(self, reel: Reel) -> Survey:
        """What would be encoded now. Encodes nothing."""
        sheet = self._sheets.of(reel)
        kept = self._sheets.kept(sheet, {})
        return sheet.survey({*kept, *(each.key for each in self._sheets.bare(sheet, kept))})

    def outlook(self, reel: Reel, waiting: Collection[ClipId], before: Cutlist | None) -> CutPlan:
        """What would be encoded and why, while clips are ``waiting`` to be made. Encodes nothing."""
        return self._sheets.outlook(reel, waiting, before)

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
        return self._film(reel, _Order(work, target, watch, note, workers))

    def make(self, reel: Reel, share: Share, *, work: Path, watch: Watch) -> None:
        """Encodes a share of a film's segments, one process at a time, and keeps each as soon as it is whole.

        Raises as ``film``. The watch is told how far the whole film is.
        """
        sheet = self._sheets.of(reel)
        chosen = tuple(each for each in sheet.segments if each.key in set(share))
        heard = tuple(each for each in sheet.sounds if each.key in set(share))
        wanted = replace(sheet, sounds=heard, segments=chosen)
        found = self._sheets.found(wanted, {})
        self._making.made(wanted, found, work, self._portion(sheet, share, found, watch), processes=1)

    def _film(self, reel: Reel, order: _Order) -> Survey:
        """Once more where a proxy or a device has failed: without it."""
        sheet = self._sheets.of(reel)
        try:
            return self._cut(sheet, order)
        except Unproxied as lost:
            log.warning("%s", lost.message)
            return self._film(replace(reel, proxies=without(reel.proxies, lost)), order)
        except (MediaFailed, MediaTimeout) as fault:
            if sheet.recipe.device is Device.SOFTWARE:
                raise
            log.warning(
                "the film is encoded in software: %s failed on it (%s)", sheet.recipe.device, fault.message
            )
            return self._film(replace(reel, software=True), order)

    def _cut(self, sheet: Sheet, order: _Order) -> Survey:
        """Encode what is missing, and join; in one piece where parts do not fit."""
        kept = self._sheets.kept(sheet, {})
        bare = self._sheets.bare(sheet, kept)
        there = {*kept, *(each.key for each in bare)}
        survey = sheet.survey(there)
        log.info("%d of %d segments to encode", len(survey.encode), survey.segments)
        if order.note is not None:
            order.note(self._sheets.listed(sheet))
        parts = self._shares(sheet, there, order.workers)
        if parts:
            self._sheets.copy(sheet, bare, order.watch)
            raise Shared(parts)
        assembly = Assembly(self._media, order.work, order.target, order.watch)
        try:
            assembly.join(sheet, *self._parts(sheet, kept, bare, order))
        except ValueError as odd_part:
            log.warning("the film is made in one piece, because %s", odd_part)
            assembly.in_one_piece(sheet.reel, self._processes)
        return survey

    def _parts(
        self, sheet: Sheet, found: Found, bare: Sequence[Segment], order: _Order
    ) -> tuple[list[Part], Found]:
        """All parts. What does not fit, or could only have been copied, is made a second time, not a third."""
        made = self._made(sheet, found, order, bare)
        if sheet.missing(made):
            made = self._made(sheet, made, order)
        parts = parts_of(sheet, made)
        unfit = {sheet.segments[number].key for number in odd(parts)}
        for key in unfit:
            log.warning("a segment does not fit the others and is made again", extra={"cache_key": key})
            self._shelf.forget(key)
        if unfit:
            made = self._made(sheet, {key: path for key, path in made.items() if key not in unfit}, order)
            parts = parts_of(sheet, made)
        return parts, made

    def _made(self, sheet: Sheet, found: Found, order: _Order, bare: Sequence[Segment] = ()) -> Found:
        film, lacking = sheet.reel.timeline.frames, sheet.missing({*found, *(each.key for each in bare)})
        there = film - sum(segment.span.frames for segment in lacking)
        portion = Portion(order.watch, film - there, film, lambda: there)
        return self._making.made(sheet, found, order.work, portion, bare=bare)

    def _portion(self, sheet: Sheet, share: Share, found: Found, watch: Watch) -> Portion:
        """The share's frames that are to be encoded, beside those that others make."""
        frames: dict[CacheKey, list[int]] = {}
        for each in sheet.segments:
            frames.setdefault(each.key, []).append(each.span.frames)
        own = {key: frames.pop(key) for key in share if key in frames and key not in found}
        others = Kept(frames, self._shelf.has)
        return Portion(watch, sum(map(sum, own.values())), sheet.reel.timeline.frames, others)

    def _shares(
        self, sheet: Sheet, there: Collection[CacheKey], workers: Workers | None
    ) -> tuple[Share, ...]:
        """What each of several workers is to make beside what is ``there``; nothing where that is too little."""
        missing = sheet.missing(there)
        if workers is None or not missing:
            return ()
        frames = sum(segment.span.frames for segment in missing)
        several = workers(effort(frames, sheet.reel.storyboard.output))
        parts = shares(self._making.grouped(sheet, missing, several), several) if several > 1 else ()
        if len(parts) < 2:
            return ()
        silent = tuple(each.key for each in sheet.silent(there))
        return (silent, *parts) if silent else parts  # nothing plays without the sound
