"""A made file's packets: where each lies and when it is due, read from the index that every MP4 carries."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate

from jynco.compose.boxes import FULL, box, children, inside, rows
from jynco.model.time import Rate

VISUAL = 78  # bytes of a picture's sample entry before its boxes


@dataclass(frozen=True, slots=True)
class Track:
    """One stream's packets in the order they are decoded; times in ``scale`` ticks a second.

    ``box`` is the track as it was written, ``entry`` what a decoder must know before the first packet.
    """

    kind: bytes  # b"vide" or b"soun"
    scale: int
    box: bytes
    entry: bytes
    sizes: tuple[int, ...]
    offsets: tuple[int, ...]
    lengths: tuple[int, ...]  # until the next packet's decoding
    shifts: tuple[int, ...]  # from a packet's decoding to its showing
    keys: frozenset[int]  # packets from which decoding can begin


def track(moov: bytes) -> Track:
    """The one track of a file's index. ValueError where it is not as FFmpeg writes it."""
    try:
        (trak,) = (content for kind, content in children(moov) if kind == b"trak")
        return _read(trak)
    except (KeyError, ValueError, struct.error) as broken:
        raise ValueError(f"the index of a part cannot be read ({broken})") from broken


def order(part: Track, frames: int) -> tuple[int, ...]:
    """For each packet in decoding order, which frame it shows: every one of ``frames`` exactly once.

    ValueError where times are not whole frames or frames are missing, so that no such part gets into a film.
    """
    beat = part.lengths[0]
    shown = [number * beat + shift for number, shift in enumerate(part.shifts)]
    first = min(shown)
    whole = part.lengths.count(beat) == len(part.lengths) == frames and 0 in part.keys
    if not whole or sorted(shown) != list(range(first, first + frames * beat, beat)):
        raise ValueError(f"a part of {frames} frames does not have each of them once")
    return tuple((time - first) // beat for time in shown)


def begins(source: Track, rate: Rate) -> tuple[int, ...]:
    """The frames at which reading this file can begin; none where its frames are not the film's one for one.

    A keyframe counts where nothing decoded behind it is shown before it: else a reader that begins there shows
    frames whose references it has not seen. Files that begin to be shown elsewhere than at their first frame are
    left out, too: where a seek lands in those is the reader's affair.
    """
    beat = source.lengths[0]
    alike = set(source.lengths) == {beat} and Fraction(source.scale, beat) == rate.fraction
    if not alike or source.kind != b"vide":
        return ()
    shown = [number * beat + shift for number, shift in enumerate(source.shifts)]
    first = min(shown)
    if _start(source) != first or sorted(shown) != [first + number * beat for number in range(len(shown))]:
        return ()
    earliest = list(accumulate(reversed(shown), min))[::-1]  # of all that is decoded from here on
    return tuple(sorted((shown[key] - first) // beat for key in source.keys if earliest[key] == shown[key]))


def _start(source: Track) -> int | None:
    """The time at which the file begins to be shown; None where it is put together of several stretches."""
    boxes = dict(children(source.box))
    edits = list(rows(inside(boxes[b"edts"], b"elst"), "IiI")) if b"edts" in boxes else [(0, 0, 0)]
    return edits[0][1] if len(edits) == 1 else None


def sliced(source: Track, first: int, frames: int) -> Track:
    """``frames`` packets from ``first`` on, of a stream whose packets are in the order in which they are shown.

    ValueError where decoding cannot begin there, or where there are too few.
    """
    end = first + frames
    if first not in source.keys or end > len(source.sizes) or len(set(source.shifts)) > 1:
        raise ValueError(f"frames {first} to {end} cannot be taken out")
    return replace(
        source,
        sizes=source.sizes[first:end],
        offsets=source.offsets[first:end],
        lengths=source.lengths[first:end],
        shifts=(0,) * frames,
        keys=frozenset(key - first for key in source.keys if first <= key < end),
    )


def stretched(source: Track, first: int, count: int | None) -> Track:
    """``count`` packets of sound from ``first`` on, or all of the rest (None). ValueError where there are too few."""
    end = len(source.sizes) if count is None else first + count
    if not first < end <= len(source.sizes):
        raise ValueError(f"a sound of {len(source.sizes)} packets has no packets {first} to {end}")
    return replace(
        source,
        sizes=source.sizes[first:end],
        offsets=source.offsets[first:end],
        lengths=source.lengths[first:end],
        shifts=source.shifts[first:end],
        keys=frozenset(range(end - first)),
    )


def _read(trak: bytes) -> Track:
    media = inside(trak, b"mdia")
    table = dict(children(inside(media, b"minf", b"stbl")))
    sizes = _sizes(table[b"stsz"])
    kind = inside(media, b"hdlr")[FULL + 4 : FULL + 8]
    shifts = (
        [shift for count, shift in rows(table[b"ctts"], "Ii") for _ in range(count)]
        if b"ctts" in table
        else []
    )
    keys = (key - 1 for (key,) in rows(table[b"stss"], "I")) if b"stss" in table else range(len(sizes))
    (scale,) = struct.unpack_from(">I", inside(media, b"mdhd"), FULL + 8)
    return Track(
        kind=kind,
        scale=scale,
        box=trak,
        entry=_lasting(table[b"stsd"]) if kind == b"vide" else table[b"stsd"],
        sizes=sizes,
        offsets=tuple(_offsets(table, sizes)),
        lengths=tuple(length for count, length in rows(table[b"stts"], "II") for _ in range(count)),
        shifts=tuple(shifts) or (0,) * len(sizes),
        keys=frozenset(keys),
    )


def _sizes(stsz: bytes) -> tuple[int, ...]:
    same, count = struct.unpack_from(">II", stsz, FULL)
    return (same,) * count if same else struct.unpack_from(f">{count}I", stsz, FULL + 8)


def _offsets(table: dict[bytes, bytes], sizes: Sequence[int]) -> Iterator[int]:
    """Chunks hold packets back to back; a row of stsc says how many from its chunk on."""
    chunks = [
        place for (place,) in (rows(table[b"co64"], "Q") if b"co64" in table else rows(table[b"stco"], "I"))
    ]
    changes = {first - 1: count for first, count, _ in rows(table[b"stsc"], "III")}
    packet, count = 0, 0
    for number, place in enumerate(chunks):
        count = changes.get(number, count)
        for size in sizes[packet : packet + count]:
            yield place
            place += size
        packet += count


def _lasting(stsd: bytes) -> bytes:
    """A picture's sample entry without what differs from file to file: its measured bitrate."""
    head, ((kind, entry),) = stsd[: FULL + 4], tuple(children(stsd[FULL + 4 :]))
    kept = (box(name, content) for name, content in children(entry[VISUAL:]) if name != b"btrt")
    return head + box(kind, entry[:VISUAL], *kept)
