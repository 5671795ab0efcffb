"""Parts that were encoded one by one, as one MP4: a new index in front, and their packets copied behind it.

FFmpeg's own way (its concat demuxer) opens every part with a decoder and takes longer than all the rest of a
small edit. Here a part costs a few kilobytes of index.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from jynco.compose.boxes import FULL, box, children, column, full, inside, runs
from jynco.compose.moov import Strand, moov, table
from jynco.compose.packets import Track, order

CHUNKS_A_SECOND = 2  # of one stream before the other's: players read both at once
SMALL = 2**32 - 2**28  # packets of so many bytes have places that 32 bits can name
BRAND = box(b"ftyp", b"isom", column([0x200]), b"isom", b"iso2", b"mp41")


@dataclass(frozen=True, slots=True)
class Part:
    """One part's packets, and how many frames it must show."""

    track: Track
    frames: int


@dataclass(frozen=True, slots=True)
class Range:
    """Bytes of one of the files; ``file`` counts the parts, and the sounds come after the last."""

    file: int
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Joined:
    """A whole film: the bytes in front, then the ranges, one after the other."""

    head: bytes
    ranges: tuple[Range, ...]


@dataclass(frozen=True, slots=True)
class _Run:
    """Packets that lie behind each other in one file and go into the same half second."""

    half: int
    lies: Range
    packets: int


def odd(parts: Sequence[Part]) -> list[int]:
    """The parts whose decoder needs something else than most parts' do: they cannot be joined with the others."""
    entries = [(part.track.entry, part.track.scale, part.track.lengths[0]) for part in parts]
    usual = max(entries, key=entries.count)
    return [number for number, entry in enumerate(entries) if entry != usual]


def joined(parts: Sequence[Part], sounds: Sequence[Track], about: Mapping[str, str]) -> Joined:
    """The film of ``parts``, with the sound whose packets ``sounds`` have end to end. ``about`` are its metadata.

    ValueError for a part that has not exactly its frames, or does not fit the others.
    """
    strange = odd(parts)
    if strange:
        raise ValueError(f"part {strange[0]} was encoded in another way than most")
    strands = [_pictures(parts), *([_sounds(sounds)] if sounds else [])]
    chunks = _woven([_runs([part.track for part in parts], 0), _runs(sounds, len(parts))])
    ranges = tuple(_merged(run.lies for _, chunk in chunks for run in chunk))
    try:
        return Joined(_head(strands, chunks, about, sum(each.length for each in ranges)), ranges)
    except struct.error as large:
        raise ValueError(f"the film is too long for one index ({large})") from large


def _pictures(parts: Sequence[Part]) -> Strand:
    """The parts end to end. Each shows all of its frames before the next's first, so only counts matter."""
    beat, shown, keys, start = parts[0].track.lengths[0], list[int](), list[int](), 0
    for part in parts:
        shown += (start + place for place in order(part.track, part.frames))
        keys += (start + key + 1 for key in sorted(part.track.keys))
        start += part.frames
    lead = max(number - place for number, place in enumerate(shown))
    shifts = runs([(place - number + lead) * beat for number, place in enumerate(shown)])
    times = [table(b"stts", [(len(shown), beat)]), full(b"stss", column([len(keys)]), column(keys))]
    if len(shifts) > 1:
        times.append(table(b"ctts", shifts))
    sizes = [size for part in parts for size in part.track.sizes]
    length = len(shown) * beat
    return Strand(parts[0].track, sizes, b"".join(times), length, length, lead * beat)


def _sounds(sounds: Sequence[Track]) -> Strand:
    """The packets end to end. They were made on one clock, and the first has the lead of all."""
    boxes = dict(children(inside(sounds[0].box, b"mdia", b"minf", b"stbl")))
    lengths = [length for each in sounds for length in each.lengths]
    kept = [table(b"stts", runs(lengths))]
    if b"sgpd" in boxes:  # how many packets are decoded before one sounds right: alike for all
        group = boxes[b"sbgp"][FULL : FULL + 4]
        kept += [box(b"sgpd", boxes[b"sgpd"]), full(b"sbgp", group, column([1, len(lengths), 1]))]
    (lead,) = struct.unpack_from(">I", inside(sounds[0].box, b"edts", b"elst"), FULL + 8)
    sizes = [size for each in sounds for size in each.sizes]
    return Strand(sounds[0], sizes, b"".join(kept), sum(lengths), sum(lengths) - lead, lead)


def _runs(tracks: Sequence[Track], file: int) -> Iterator[_Run]:
    """One stream's packets, which ``tracks`` have one after the other; their files count from ``file`` on."""
    time = 0
    for number, track in enumerate(tracks, file):
        first, end, half, count = 0, 0, 0, 0
        for offset, size, length in zip(track.offsets, track.sizes, track.lengths, strict=True):
            now = time * CHUNKS_A_SECOND // track.scale
            if offset != end or now != half or not count:
                if count:
                    yield _Run(half, Range(number, first, end - first), count)
                first, end, half, count = offset, offset, now, 0
            end += size
            count += 1
            time += length
        yield _Run(half, Range(number, first, end - first), count)


Chunks = Sequence[tuple[int, Sequence[_Run]]]  # by the number of the strand


def _woven(streams: Sequence[Iterator[_Run]]) -> Chunks:
    """All packets in chunks of half a second, the streams in turn."""
    chunks: dict[tuple[int, int], list[_Run]] = {}
    for number, found in enumerate(streams):
        for run in found:
            chunks.setdefault((run.half, number), []).append(run)
    return [(number, some) for (_, number), some in sorted(chunks.items(), key=lambda each: each[0])]


def _merged(lying: Iterator[Range]) -> Iterator[Range]:
    """What lies behind each other is copied at once."""
    last = next(lying)
    for each in lying:
        if (each.file, each.offset) == (last.file, last.offset + last.length):
            last = Range(last.file, last.offset, last.length + each.length)
        else:
            yield last
            last = each
    yield last


def _head(strands: Sequence[Strand], chunks: Chunks, about: Mapping[str, str], size: int) -> bytes:
    """Everything before the packets. Its own length decides their places, so it is written twice."""
    wide = size > SMALL
    data = struct.pack(">I4sQ", 1, b"mdat", size + 16) if wide else struct.pack(">I4s", size + 8, b"mdat")
    empty = moov(strands, _places(chunks, len(strands), 0), about, wide=wide)
    start = len(BRAND) + len(empty) + len(data)
    return BRAND + moov(strands, _places(chunks, len(strands), start), about, wide=wide) + data


def _places(chunks: Chunks, streams: int, start: int) -> list[list[tuple[int, int]]]:
    places: list[list[tuple[int, int]]] = [[] for _ in range(streams)]
    for number, some in chunks:
        places[number].append((start, sum(run.packets for run in some)))
        start += sum(run.lies.length for run in some)
    return places
