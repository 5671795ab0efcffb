"""Films that are played while they are being made: each part as soon as it is kept and all before it are."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import accumulate
from pathlib import Path

from jynco.agents.quartermaster import Quartermaster
from jynco.agents.splicing import indexed
from jynco.compose.cutlist import Cutlist, read
from jynco.compose.encoder import Container
from jynco.compose.fragments import Bytes, Fragment, Reel
from jynco.errors import MediaFailed, NotFound
from jynco.model.ids import CacheKey, JobId
from jynco.model.jobs import Job


class Screening:
    """Opens films that are being made, wherever they are being made: it looks only at what is kept."""

    def __init__(self, quartermaster: Quartermaster) -> None:
        self._quartermaster = quartermaster

    def open(self, job: Job) -> Screen:
        """The film of a job. NotFound before its cut has begun, and for a film that cannot be played in parts."""
        try:
            cut = read(self._quartermaster.noted_cut(job.project_id, job.job_id))
        except (NotFound, ValueError):
            raise NotFound(f"{job.job_id} cannot be played yet: follow the job.") from None
        if cut.container != Container.MP4 or not cut.entries:
            raise NotFound(f"{job.job_id} becomes a {cut.container}, which plays only when it is whole.")
        return Screen(self._quartermaster, job.job_id, cut)


@dataclass
class Screen:
    """One film that is being made. Parts are counted from 0; what was there once is not looked for again."""

    quartermaster: Quartermaster
    job_id: JobId
    cut: Cutlist
    _found: dict[CacheKey, Path] = field(default_factory=dict)

    @property
    def parts(self) -> int:
        """How many parts the film has."""
        return len(self.cut.entries)

    @property
    def ready(self) -> int:
        """How many parts can be played: they and all before them are kept, and so is the sound."""
        if self.cut.sound is not None and not self._is_there(self.cut.sound):
            return 0
        there = (number for number, entry in enumerate(self.cut.entries) if not self._is_there(entry.key))
        return next(there, self.parts)

    def has(self, number: int) -> bool:
        """Whether part ``number`` can be played."""
        sound = self.cut.sound is None or self._is_there(self.cut.sound)
        return sound and self._is_there(self.cut.entries[number].key)

    def seconds(self, number: int) -> Fraction:
        """How long part ``number`` is."""
        return self.cut.entries[number].frames * Fraction(*self.cut.seconds_per_frame)

    def opening(self) -> bytes:
        """What a player reads before any part; only when the first part is ready. MediaFailed, NotFound."""
        try:
            return self._reel.opening
        except (ValueError, KeyError, OSError) as fault:
            raise self._unplayable(fault) from fault

    def part(self, number: int) -> bytes:
        """A part that is ready, with its sound. MediaFailed where it cannot be played behind the first; NotFound."""
        entry, start = self.cut.entries[number], self._starts[number]
        try:
            path = self._path(entry.key)
            made = self._reel.fragment(number, indexed(path), start, entry.frames)
            return self._whole(made, path)
        except (ValueError, KeyError, OSError) as fault:
            raise self._unplayable(fault) from fault

    @cached_property
    def _reel(self) -> Reel:
        first = indexed(self._path(self.cut.entries[0].key))
        sound = indexed(self._path(self.cut.sound)) if self.cut.sound else None
        return Reel(first, sound, self.cut.frames)

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        return tuple(accumulate((entry.frames for entry in self.cut.entries), initial=0))

    def _is_there(self, key: CacheKey) -> bool:
        if key not in self._found:
            path = self.quartermaster.segments.find(key)
            if path is None:
                return False
            self._found[key] = path
        return True

    def _path(self, key: CacheKey) -> Path:
        if not self._is_there(key):
            raise NotFound(f"This part of {self.job_id} is not there.")
        return self._found[key]

    def _whole(self, made: Fragment, path: Path) -> bytes:
        sound = self._path(self.cut.sound) if self.cut.sound else path
        return made.head + b"".join(_bytes(sound if each.sound else path, each) for each in made.ranges)

    def _unplayable(self, fault: Exception) -> MediaFailed:
        return MediaFailed(f"{self.job_id} cannot be played before it is whole ({fault}): wait for it.")


def _bytes(path: Path, wanted: Bytes) -> bytes:
    with path.open("rb") as file:
        file.seek(wanted.offset)
        data = file.read(wanted.length)
    if len(data) != wanted.length:
        raise ValueError(f"{path.name} ends too early")
    return data
