"""A film's segments in shares, room for encoders on one machine, and progress over the whole film."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jynco.adapters.lock.slots import HostSlots
from jynco.agents.parting import Kept, Portion, effort, shares
from jynco.compose.segments import Segment
from jynco.compose.spans import Span
from jynco.errors import Cancelled
from jynco.model.ids import CacheKey
from jynco.model.storyboard import OutputSettings, Quality


def laid(lengths: list[int]) -> Iterator[Segment]:
    start = 0
    for number, frames in enumerate(lengths):
        yield Segment(Span(start, frames), CacheKey(f"{number}"))
        start += frames


@given(st.lists(st.integers(1, 120), min_size=1, max_size=40), st.integers(2, 8))
def test_shares_are_the_segments_in_order_and_not_too_many(lengths: list[int], workers: int) -> None:
    ordered = [(segment,) for segment in laid(lengths)]
    found = shares(sorted(ordered, key=lambda group: -group[0].span.frames), workers)
    assert list(chain(*found)) == [segment.key for (segment,) in ordered]
    assert all(found)
    assert len(found) <= 2 * workers


def test_a_group_stays_together() -> None:
    a, b, c = laid([50, 10, 10])
    assert shares([(a, c), (b,)], 2) == (("0", "2"), ("1",))


def test_effort_counts_pixels_and_drafts_are_quick() -> None:
    full = OutputSettings(1920, 1080)
    assert effort(300, full) == 10
    assert effort(300, replace(full, width=960, height=540)) == 2.5
    assert effort(300, replace(full, quality=Quality.DRAFT)) == 2.5


class Told:
    def __init__(self) -> None:
        self.seen: list[float] = []

    def check(self) -> None:
        raise Cancelled("enough")

    def progress(self, fraction: float) -> None:
        self.seen.append(fraction)


def test_progress_is_frames_of_the_whole_film() -> None:
    there = {CacheKey("a")}
    kept = Kept({CacheKey("a"): [10, 10], CacheKey("b"): [30]}, there.__contains__)
    watch = Told()
    portion = Portion(watch, 50, 100, kept)
    portion.progress(0.5)
    assert watch.seen == [0.45]
    assert kept() == 20
    there.add(CacheKey("b"))
    assert (kept(), kept()) == (50, 50)
    with pytest.raises(Cancelled):
        portion.check()


def test_a_machine_has_so_much_room_and_no_more(tmp_path: Path) -> None:
    first, second = HostSlots(tmp_path, 2), HostSlots(tmp_path, 2)  # as two workers see it
    full = Told()
    with ExitStack() as stack:
        stack.enter_context(first.one(full.check, soon=False))
        stack.enter_context(second.one(full.check, soon=False))
        with pytest.raises(Cancelled), first.one(full.check, soon=False):
            raise AssertionError("a third had room")
        stack.enter_context(first.one(full.check, soon=True))  # somebody waits for this one
    with second.one(full.check, soon=False):
        pass
