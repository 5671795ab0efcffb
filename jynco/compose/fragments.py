"""A film in fragments, to be played while it is still being made: an index without packets, then part after part.

Each fragment is one part of the cut with its own times, so that it can be sent as soon as its part is whole. All of
them together, behind the opening, are a fragmented MP4; one by one they are what HLS calls segments.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from jynco.compose.boxes import FULL, box, children, column, full, inside
from jynco.compose.moov import Strand, moov, table
from jynco.compose.packets import Track, order

BRAND = box(b"ftyp", b"iso6", column([0]), b"iso6", b"mp41")
LEAD = 2  # frames decoded before the first is shown: more than that no encoder of ours holds back
KEY, OTHER = 0x02000000, 0x01010000  # what a packet's flags say: decoding can begin here, or not
PICTURE, SOUND = 1, 2  # the numbers of the tracks


@dataclass(frozen=True, slots=True)
class Bytes:
    """Bytes of a file: of a stretch of sound, by its number, or of the part itself (None)."""

    sound: int | None
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Fragment:
    """The bytes in front, then the ranges one after the other."""

    head: bytes
    ranges: tuple[Bytes, ...]


@dataclass(frozen=True, slots=True)
class Voice:
    """A stretch of the film's sound: its number, its packets, and the first one's number among the film's."""

    number: int
    track: Track
    first: int


@dataclass(frozen=True)
class Reel:
    """What all fragments share: the first part's headers, the first stretch of sound, and the film's frames."""

    picture: Track
    sound: Track | None
    frames: int

    @cached_property
    def opening(self) -> bytes:
        """The index without packets. ValueError where a header cannot be read."""
        beat = self.picture.lengths[0]
        lasts = [struct.pack(">5I", track, 1, 0, 0, 0) for track in self._tracks]
        total = column([self.frames * beat])
        more = box(b"mvex", full(b"mehd", total), *(full(b"trex", each) for each in lasts))
        strands = [_empty(self.picture, self.frames * beat, LEAD * beat)]
        if self.sound:
            strands.append(_empty(self.sound, self._moment(self.frames) - self.lead, self.lead))
        whole = moov(strands, [[] for _ in strands], {}, wide=False)
        return BRAND + box(b"moov", whole[8:], more)

    def heard(self, start: int, frames: int) -> tuple[int, int | None]:
        """The packets of sound that go with ``frames`` from ``start`` on; None as their end: all of the rest.

        The first frames have whatever is before them, the last ones whatever is behind.
        """
        first = self._packet(start) if start else 0
        return first, None if start + frames >= self.frames else self._packet(start + frames)

    def fragment(
        self, number: int, part: Track, start: int, frames: int, voices: Sequence[Voice] = ()
    ) -> Fragment:
        """The part whose first frame is the film's frame ``start``; the ``voices`` have what is ``heard`` there.

        ValueError where it does not fit the first.
        """
        if part.entry != self.picture.entry or part.scale != self.picture.scale:
            raise ValueError(f"part {number} was encoded in another way than the first")
        shown = _Run(PICTURE, start * part.lengths[0], _pictures(part, frames))
        wanted = self.heard(start, frames)
        sounds = [(each, _packets(each, *wanted)) for each in voices]
        packets = [packet for _, some in sounds for packet in some]
        runs = [shown, *([_Run(SOUND, self._since(wanted[0]), packets)] if packets else [])]
        ranges = [*_ranges(part, shown.packets, None)]
        ranges += [each for voice, some in sounds for each in _ranges(voice.track, some, voice.number)]
        return Fragment(_head(number, runs, sum(each.length for each in ranges)), tuple(ranges))

    @property
    def lead(self) -> int:
        """Samples that a decoder of the sound makes before the first that is meant to be heard."""
        return _lead(self.sound) if self.sound else 0

    @property
    def _tracks(self) -> tuple[int, ...]:
        return (PICTURE, SOUND) if self.sound else (PICTURE,)

    def _moment(self, frame: int) -> int:
        """When a frame is shown, by the sound's clock."""
        scale = self.sound.scale if self.sound else 1
        return frame * self.picture.lengths[0] * scale // self.picture.scale + self.lead

    def _packet(self, frame: int) -> int:
        """The first packet that begins when a frame is shown, or later."""
        return -(-self._moment(frame) // self._since(1)) if self.sound else 0

    def _since(self, packet: int) -> int:
        """When a packet begins: all but the last are as long as the first."""
        return packet * self.sound.lengths[0] if self.sound else 0


@dataclass(frozen=True, slots=True)
class _Packet:
    """A packet as a fragment's table tells it."""

    number: int  # in its own file
    size: int
    length: int
    shift: int
    flags: int


@dataclass(frozen=True, slots=True)
class _Run:
    """One track's packets in a fragment, and when the first is decoded."""

    track: int
    start: int
    packets: Sequence[_Packet]


def _pictures(part: Track, frames: int) -> list[_Packet]:
    beat, lengths = part.lengths[0], part.lengths
    shifts = [(place - number + LEAD) * beat for number, place in enumerate(order(part, frames))]
    if min(shifts) < 0:
        raise ValueError("a part holds back more frames than a stream allows for")
    flags = [KEY if number in part.keys else OTHER for number in range(len(lengths))]
    rows = zip(range(len(lengths)), part.sizes, lengths, shifts, flags, strict=True)
    return [_Packet(*row) for row in rows]


def _packets(voice: Voice, first: int, end: int | None) -> list[_Packet]:
    """Those of the film's packets that the stretch has."""
    track, begin = voice.track, max(0, first - voice.first)
    until = len(track.sizes) if end is None else max(begin, min(end - voice.first, len(track.sizes)))
    return [
        _Packet(number, track.sizes[number], track.lengths[number], 0, KEY) for number in range(begin, until)
    ]


def _ranges(track: Track, packets: Sequence[_Packet], sound: int | None) -> Iterator[Bytes]:
    """Packets that lie behind each other are one range."""
    offset, length = 0, 0
    for packet in packets:
        if track.offsets[packet.number] != offset + length:
            if length:
                yield Bytes(sound, offset, length)
            offset, length = track.offsets[packet.number], 0
        length += packet.size
    if length:
        yield Bytes(sound, offset, length)


def _head(number: int, runs: Sequence[_Run], size: int) -> bytes:
    """Everything before the packets. Their places count from its own beginning, so its length is asked first."""
    length = len(_moof(number, runs, 0))
    return _moof(number, runs, length + 8) + struct.pack(">I4s", size + 8, b"mdat")


def _moof(number: int, runs: Sequence[_Run], place: int) -> bytes:
    sizes = [sum(packet.size for packet in run.packets) for run in runs]
    places = accumulate(sizes[:-1], initial=place)
    tracks = [_traf(run, at) for run, at in zip(runs, places, strict=True)]
    return box(b"moof", full(b"mfhd", column([number + 1])), *tracks)


def _traf(run: _Run, place: int) -> bytes:
    rows = b"".join(
        column([packet.length, packet.size, packet.flags, packet.shift]) for packet in run.packets
    )
    return box(
        b"traf",
        box(b"tfhd", column([0x020000, run.track])),  # places count from the beginning of the moof
        full(b"tfdt", struct.pack(">Q", run.start), version=1),
        box(b"trun", column([0x000F01, len(run.packets), place]), rows),
    )


def _empty(track: Track, shown: int, lead: int) -> Strand:
    """No packets yet, but how long all of them will be shown: what players show before they have them."""
    return Strand(track, [], table(b"stts", []), shown, shown, lead)


def _lead(sound: Track) -> int:
    boxes = dict(children(sound.box))
    (lead,) = struct.unpack_from(">I", inside(boxes[b"edts"], b"elst"), FULL + 8)
    return int(lead)
