"""The index of a joined film: frames in order, packets where they lie, whatever the parts look like."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jynco.compose.boxes import FULL, box, children, column, full, inside, rows, runs
from jynco.compose.joining import Joined, Part, Range, joined, odd
from jynco.compose.moov import table
from jynco.compose.packets import Track, order, track

SCALE, BEAT = 15360, 512


def sample_entry(kind: bytes = b"avc1", bitrate: int = 0, secret: bytes = b"sps") -> bytes:
    measured = [box(b"btrt", column([0, bitrate, bitrate]))] if bitrate else []
    return column([0, 1]) + box(kind, bytes(78), box(b"avcC", secret), *measured)


def trak(
    places: list[int], sizes: list[int], *, start: int = 48, entry: bytes = b"", keys: list[int] | None = None
) -> bytes:
    """A track as FFmpeg writes it, whose packets show the frames ``places`` in decoding order."""
    lead = max(number - place for number, place in enumerate(places))
    shifts = runs([(place - number + lead) * BEAT for number, place in enumerate(places)])
    boxes = [
        box(b"stsd", entry or sample_entry()),
        table(b"stts", [(len(places), BEAT)]),
        table(b"ctts", shifts),
        *([full(b"stss", column([len(keys)]), column(keys))] if keys else []),
        full(b"stsc", column([1, 1, len(places), 1])),
        full(b"stsz", column([0, len(sizes)]), column(sizes)),
        full(b"stco", column([1, start])),
    ]
    stbl = box(b"stbl", *boxes)
    head = box(b"mdhd", bytes(FULL), column([0, 0, SCALE, len(places) * BEAT]), bytes(4))
    handler = full(b"hdlr", column([0]), b"vide", bytes(13))
    media = box(b"mdia", head, handler, box(b"minf", full(b"vmhd", bytes(8)), stbl))
    edit = box(b"edts", full(b"elst", column([1, len(places) * BEAT, lead * BEAT, 0x10000])))
    return box(b"trak", full(b"tkhd", column([0, 0, 1, 0, len(places)]), bytes(60)), edit, media)


def part(places: list[int], *, size: int = 100, entry: bytes = b"", start: int = 48) -> Part:
    content = trak(places, [size] * len(places), start=start, entry=entry, keys=[1])
    return Part(track(content), len(places))


def read(film: Joined) -> Track:
    """The index of a joined film without sound."""
    return track(dict(children(film.head[: film.head.index(b"mdat") - 4]))[b"moov"])


@st.composite
def parts(draw: st.DrawFn) -> list[Part]:
    """Parts of one to nine frames in any order of decoding that begins with the first."""
    lengths = draw(st.lists(st.integers(1, 9), min_size=1, max_size=6))
    orders = [[0, *draw(st.permutations(range(1, length)))] for length in lengths]
    return [
        part(list(each), size=draw(st.integers(1, 500)), start=draw(st.integers(8, 90))) for each in orders
    ]


@given(parts())
def test_every_frame_is_shown_once_in_order_and_read_from_where_it_lies(found: list[Part]) -> None:
    film = joined(found, (), {})
    whole = read(film)
    frames = sum(each.frames for each in found)
    expected = [
        start + place
        for start, each in zip(_starts(found), found, strict=True)
        for place in order(each.track, each.frames)
    ]
    assert list(order(whole, frames)) == expected
    assert whole.sizes == tuple(size for each in found for size in each.track.sizes)
    assert sorted(whole.keys) == _starts(found)
    assert _read_back(film, whole.offsets, whole.sizes) == [
        (number, offset) for number, each in enumerate(found) for offset in each.track.offsets
    ]


def _starts(found: list[Part]) -> list[int]:
    return [sum(each.frames for each in found[:number]) for number in range(len(found))]


def _read_back(film: Joined, offsets: tuple[int, ...], sizes: tuple[int, ...]) -> list[tuple[int, int]]:
    """File and place that each packet of the film comes from, by following its index through the ranges."""
    came = []
    for offset, size in zip(offsets, sizes, strict=True):
        place = offset - len(film.head)
        for each in film.ranges:
            if place < each.length:
                assert place + size <= each.length
                came.append((each.file, each.offset + place))
                break
            place -= each.length
    return came


def test_a_film_beyond_four_gigabytes_has_wide_places() -> None:
    large = [part([0, 1, 2, 3], size=2**30) for _ in range(2)]
    film = joined(large, (), {})
    whole = read(film)
    assert whole.offsets[-1] == len(film.head) + 7 * 2**30 > 2**32
    assert film.head[-16:] == struct.pack(">I4sQ", 1, b"mdat", 8 * 2**30 + 16)
    assert film.ranges == (Range(0, 48, 2**32), Range(1, 48, 2**32))


def test_a_part_that_was_encoded_in_another_way_is_found() -> None:
    plain, other = part([0, 1]), part([0, 1], entry=sample_entry(secret=b"other"))
    assert odd([plain, plain, other]) == [2]
    with pytest.raises(ValueError, match="part 2"):
        joined([plain, plain, other], (), {})


def test_a_measured_bitrate_is_no_other_way() -> None:
    measured = [part([0], entry=sample_entry(bitrate=rate)) for rate in (1_000, 2_000)]
    assert odd(measured) == []
    assert joined(measured, (), {}).ranges


@pytest.mark.parametrize(
    "broken",
    [
        lambda found: replace(found, shifts=(0, 0, -512)),  # a frame twice
        lambda found: replace(found, shifts=(0, 512, 512)),  # a frame missing
        lambda found: replace(found, lengths=(512, 500, 512)),  # off the grid
        lambda found: replace(found, keys=frozenset({1})),  # begins with a difference
    ],
)
def test_a_part_that_has_not_exactly_its_frames_is_refused(broken: object) -> None:
    assert callable(broken)
    found = part([0, 1, 2]).track
    with pytest.raises(ValueError, match="3 frames"):
        order(broken(found), 3)
    with pytest.raises(ValueError, match="4 frames"):
        order(found, 4)


@pytest.mark.parametrize("end", [0, 7, 60, 200])
def test_an_index_that_ends_too_early_is_refused(end: int) -> None:
    with pytest.raises(ValueError, match="index"):
        track(trak([0, 1, 2], [1, 2, 3])[:end])


def test_boxes_go_round() -> None:
    data = box(b"aaaa", full(b"bbbb", column([2, 7, 8])))
    assert inside(data, b"aaaa", b"bbbb") == bytes(4) + column([2, 7, 8])
    assert list(rows(inside(data, b"aaaa", b"bbbb"), "I")) == [(7,), (8,)]
    with pytest.raises(KeyError):
        inside(data, b"aaaa", b"cccc")
    with pytest.raises(ValueError, match="does not fit"):
        list(children(data[:-1]))
