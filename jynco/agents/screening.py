"""Films that are played while they are being made: each part as soon as it is kept and all before it are."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import accumulate
from math import ceil
from pathlib import Path

from jynco.agents.quartermaster import Quartermaster
from jynco.agents.splicing import indexed
from jynco.compose.cutlist import Cutlist, read
from jynco.compose.encoder import SAMPLE_RATE, Container
from jynco.compose.fragments import Bytes, Reel, Voice
from jynco.compose.stretches import PACKET
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
        """How many parts can be played: they and all before them are kept, and so is their sound."""
        return next((number for number in range(self.parts) if not self.has(number)), self.parts)

    def has(self, number: int) -> bool:
        """Whether part ``number`` can be played."""
        needed = [
            self.cut.entries[0].key,
            *(each.key for each in self.cut.sounds[:1]),
        ]  # what all others refer to
        if not all(map(self._is_there, [*needed, self.cut.entries[number].key])):
            return False
        return all(self._is_there(self.cut.sounds[each].key) for each in self._heard(number))

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
            voices = [self._voice(each) for each in self._heard(number)]
            made = self._reel.fragment(number, indexed(path), start, entry.frames, voices)
            return made.head + b"".join(_bytes(self._lies(each, path), each) for each in made.ranges)
        except (ValueError, KeyError, OSError) as fault:
            raise self._unplayable(fault) from fault

    @cached_property
    def _reel(self) -> Reel:
        first = indexed(self._path(self.cut.entries[0].key))
        sound = self._voice(0).track if self.cut.sounds else None
        return Reel(first, sound, self.cut.frames)

    def _heard(self, number: int) -> list[int]:
        """The stretches of sound that go with a part, or begin within two packets of its end."""
        start, end = self._starts[number], self._starts[number + 1]
        a_frame = Fraction(*self.cut.seconds_per_frame) * SAMPLE_RATE / PACKET
        last = None if number + 1 == self.parts else ceil(end * a_frame) + 2
        heard = enumerate(self.cut.sounds)
        return [each for each, sound in heard if sound.hears(int(start * a_frame), last)]

    def _voice(self, number: int) -> Voice:
        stretch = self.cut.sounds[number]
        return Voice(number, stretch.of(indexed(self._path(stretch.key))), stretch.first)

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

    def _lies(self, wanted: Bytes, part: Path) -> Path:
        """The file that the bytes are in."""
        return part if wanted.sound is None else self._path(self.cut.sounds[wanted.sound].key)

    def _unplayable(self, fault: Exception) -> MediaFailed:
        return MediaFailed(f"{self.job_id} cannot be played before it is whole ({fault}): wait for it.")


def _bytes(path: Path, wanted: Bytes) -> bytes:
    with path.open("rb") as file:
        file.seek(wanted.offset)
        data = file.read(wanted.length)
    if len(data) != wanted.length:
        raise ValueError(f"{path.name} ends too early")
    return data
