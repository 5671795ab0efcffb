"""An MP4's index, written for packets that lie wherever they will lie."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jynco.compose.boxes import FULL, box, children, column, full, inside
from jynco.compose.packets import Track

UNITY = column(
    [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000]
)  # a picture as it is, neither turned nor moved


@dataclass(frozen=True, slots=True)
class Strand:
    """One stream of a film, all but the places of its packets."""

    track: Track  # its names and headers are taken over
    sizes: Sequence[int]
    times: bytes  # the boxes that say when packets are due
    length: int  # of all packets, in ticks of the stream's own scale, as the other two
    shown: int  # how long it is seen or heard
    lead: int  # what is decoded before the first is shown


Places = Sequence[tuple[int, int]]  # of each chunk: where it begins, and how many packets it has


def moov(
    strands: Sequence[Strand], places: Sequence[Places], about: Mapping[str, str], *, wide: bool
) -> bytes:
    """The index of a film. ``wide``: places may lie beyond 4 GiB."""
    scale = strands[0].track.scale
    pairs = zip(strands, places, strict=True)
    tracks = [
        _trak(strand, number, _places(strand, where, wide), scale)
        for number, (strand, where) in enumerate(pairs, 1)
    ]
    longest = max(_ticks(strand, scale) for strand in strands)
    fields = [column([0, 0, scale, longest, 0x10000]), b"\x01\x00", bytes(10), UNITY, bytes(24)]
    head = full(b"mvhd", *fields, column([len(strands) + 1]))
    return box(b"moov", head, *tracks, *([_about(about)] if about else []))


def table(kind: bytes, pairs: Sequence[tuple[int, int]]) -> bytes:
    """A full box with a count and that many pairs."""
    return full(kind, column([len(pairs)]), b"".join(column(pair) for pair in pairs))


def _ticks(strand: Strand, scale: int) -> int:
    """What is shown in the film's ticks, never too few: an edit that ends too soon cuts off the last samples."""
    return -(-strand.shown * scale // strand.track.scale)


def _places(strand: Strand, places: Places, wide: bool) -> bytes:
    counts = [count for _, count in places]
    changes = [number for number, count in enumerate(counts) if not number or count != counts[number - 1]]
    groups = b"".join(column([number + 1, counts[number], 1]) for number in changes)
    starts = [place for place, _ in places]
    offsets = struct.pack(f">{len(starts)}Q", *starts) if wide else column(starts)
    return b"".join(
        [
            full(b"stsc", column([len(changes)]), groups),
            full(b"stsz", column([0, len(strand.sizes)]), column(strand.sizes)),
            full(b"co64" if wide else b"stco", column([len(starts)]), offsets),
        ]
    )


def _trak(strand: Strand, number: int, places: bytes, scale: int) -> bytes:
    """The track as its first part has it, with the whole film's times and places."""
    old, media = strand.track.box, inside(strand.track.box, b"mdia")
    minf = dict(children(inside(media, b"minf")))
    packets = box(b"stbl", box(b"stsd", strand.track.entry), strand.times, places)
    headers = [box(kind, content) for kind, content in minf.items() if kind != b"stbl"]
    shown = _ticks(strand, scale)
    edit = full(b"elst", column([1, shown, strand.lead, 0x10000]))
    tkhd = inside(old, b"tkhd")
    mdhd = inside(media, b"mdhd")
    return box(
        b"trak",
        box(b"tkhd", tkhd[: FULL + 8], column([number, 0, shown]), tkhd[FULL + 20 :]),
        box(b"edts", edit),
        box(
            b"mdia",
            box(b"mdhd", mdhd[: FULL + 12], column([strand.length]), mdhd[FULL + 16 :]),
            box(b"hdlr", inside(media, b"hdlr")),
            box(b"minf", *headers, packets),
        ),
    )


def _about(about: Mapping[str, str]) -> bytes:
    """Metadata under names of one's own choice, as FFmpeg writes and reads them."""
    names = [box(b"mdta", name.encode()) for name in about]
    values = [
        struct.pack(">I", len(data) + 8) + column([number]) + data
        for number, data in enumerate(
            (box(b"data", column([1, 0]), text.encode()) for text in about.values()), 1
        )
    ]
    handler = full(b"hdlr", column([0]), b"mdta", bytes(13))
    keys = full(b"keys", column([len(names)]), *names)
    return box(b"udta", full(b"meta", handler, keys, box(b"ilst", *values)))
