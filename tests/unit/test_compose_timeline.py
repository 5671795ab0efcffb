"""Where clips lie in the film, in whole frames."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jynco.compose.spans import Span, tile
from jynco.compose.timeline import Gap, Seam, Timeline, lay_out
from jynco.errors import DocumentInvalid
from jynco.model.ids import ClipId, ProjectId
from jynco.model.storyboard import Clip, Effects, OutputSettings, Storyboard, TextLayer, TransitionKind
from jynco.model.time import Rate, exact


def clip(
    name: str,
    seconds: float | str | None = None,
    *,
    enter: str = "none",
    leave: str = "none",
    start: float | str | None = None,
    crossing: float | str | None = None,
) -> Clip:
    def given_seconds(value: float | str | None) -> Fraction | None:
        return None if value is None else Fraction(value) if isinstance(value, str) else exact(value)

    return Clip(
        ClipId(f"clip_{name}"),
        f"/timeline/{name}",
        duration=given_seconds(seconds),
        start_time=given_seconds(start),
        transition_duration=given_seconds(crossing),
        effects=Effects(TransitionKind(enter), TransitionKind(leave)),
    )


def board(*clips: Clip, rate: Rate = Rate(10), text: tuple[TextLayer, ...] = ()) -> Storyboard:
    return Storyboard(ProjectId("proj_t"), OutputSettings(160, 90, rate), clips, text=text)


def laid(*clips: Clip, rate: Rate = Rate(10), lengths: dict[ClipId, Fraction] | None = None) -> Timeline:
    return lay_out(board(*clips, rate=rate), lengths or {})


def starts(timeline: Timeline) -> list[tuple[int, int]]:
    return [(placed.start, placed.frames) for placed in timeline.clips]


def test_clips_follow_each_other() -> None:
    timeline = laid(clip("a", 1), clip("b", 2), clip("c", 0.5))
    assert starts(timeline) == [(0, 10), (10, 20), (30, 5)]
    assert timeline.frames == 35


def test_seconds_become_whole_frames_half_up_and_one_at_least() -> None:
    timeline = laid(clip("a", 0.25), clip("b", 0.001), clip("c", 0.249), rate=Rate(10))
    assert [frames for _, frames in starts(timeline)] == [3, 1, 2]


def test_a_clip_of_no_time_is_left_out_with_its_transitions() -> None:
    timeline = laid(clip("a", 1), clip("b", 0, enter="dissolve", leave="wipe"), clip("c", 1))
    assert [placed.index for placed in timeline.clips] == [0, 2]
    assert (timeline.frames, timeline.seams) == (20, ())


def test_lengths_that_are_not_said() -> None:
    timeline = laid(clip("a"), clip("b"), lengths={ClipId("clip_b"): Fraction(7, 10)})
    assert starts(timeline) == [(0, 30), (30, 7)]


@pytest.mark.parametrize("start", [0, 0.04, None])
def test_a_film_begins_with_its_first_clip(start: float | None) -> None:
    assert laid(clip("a", 1, start=start)).gaps == ()


def test_a_later_start_leaves_a_gap_to_exactly_that_time() -> None:
    timeline = laid(clip("a", 1, start=0.5), clip("b", 1), clip("c", 1, start=4))
    assert starts(timeline) == [(5, 10), (15, 10), (40, 10)]
    assert timeline.gaps == (Gap(0, 5), Gap(25, 15))


def test_a_seam_shortens_the_film_and_later_clips_shift() -> None:
    timeline = laid(clip("a", 2, leave="dissolve"), clip("b", 2), clip("c", 2))
    assert starts(timeline) == [(0, 20), (15, 20), (35, 20)]
    assert timeline.seams == (Seam(0, 1, TransitionKind.DISSOLVE, 5, 15),)


@pytest.mark.parametrize("third", [4, 3.5, 3.96, 3.46])
def test_a_start_that_says_nothing_new_shifts_with_the_overlaps(third: float) -> None:
    timeline = laid(clip("a", 2, leave="wipe", start=0), clip("b", 2, start=2), clip("c", 2, start=third))
    assert starts(timeline) == [(0, 20), (15, 20), (35, 20)]


def test_after_a_gap_the_naive_end_counts_from_the_start_given() -> None:
    timeline = laid(clip("a", 1), clip("b", 2, start=3, leave="dissolve"), clip("c", 1, start=5))
    assert starts(timeline) == [(0, 10), (30, 20), (45, 10)]


def test_an_earlier_start_is_the_length_of_the_seam() -> None:
    timeline = laid(clip("a", 3), clip("b", 3, start=1.2, enter="wipe"))
    assert timeline.seams == (Seam(0, 1, TransitionKind.WIPE, 18, 12),)
    assert timeline.frames == 42


@pytest.mark.parametrize("kind", ["none", "fade"])
def test_an_overlap_needs_a_crossing(kind: str) -> None:
    with pytest.raises(DocumentInvalid) as refused:
        laid(clip("a", 3), clip("b", 3, start=2, enter=kind))
    assert refused.value.faults[0].pointer == "/timeline/b/startTime"


def test_an_overlap_has_to_fit() -> None:
    with pytest.raises(DocumentInvalid, match="clip_b"):
        laid(clip("a", 3), clip("b", 1, start=1, enter="wipe"))


def test_other_mixes_are_refused_and_name_both_clips() -> None:
    with pytest.raises(DocumentInvalid) as refused:
        laid(clip("a", 3, leave="dissolve"), clip("b", 3, enter="wipe"))
    assert "clip_a" in refused.value.message
    assert "clip_b" in refused.value.message


def test_other_mixes_beside_a_gap_are_two_transitions() -> None:
    timeline = laid(clip("a", 3, leave="dissolve"), clip("b", 3, enter="wipe", start=5))
    first, second = timeline.clips
    assert first.leave is not None
    assert second.enter is not None
    assert (first.leave.kind, second.enter.kind) == (TransitionKind.DISSOLVE, TransitionKind.WIPE)
    assert timeline.seams == ()


@pytest.mark.parametrize(
    ("left", "right", "frames"), [(None, None, 5), (0.8, None, 8), (None, 0.3, 5), (0.8, 0.3, 8)]
)
def test_an_out_takes_its_own_clips_length(left: float | None, right: float | None, frames: int) -> None:
    timeline = laid(clip("a", 3, leave="dissolve", crossing=left), clip("b", 3, crossing=right))
    assert timeline.seams[0].frames == frames


@pytest.mark.parametrize(
    ("left", "right", "frames"), [(None, None, 5), (0.8, None, 8), (None, 0.3, 3), (0.8, 0.3, 3)]
)
def test_where_both_ask_the_second_clips_length_wins(
    left: float | None, right: float | None, frames: int
) -> None:
    timeline = laid(
        clip("a", 3, leave="dissolve", crossing=left), clip("b", 3, enter="dissolve", crossing=right)
    )
    assert timeline.seams[0].frames == frames


def test_fade_and_fade_is_a_dip_that_shortens_nothing() -> None:
    timeline = laid(clip("a", 2, leave="fade"), clip("b", 2, enter="fade", crossing=1))
    assert timeline.frames == 40
    assert [placed.leave.frames if placed.leave else 0 for placed in timeline.clips] == [5, 0]
    assert [placed.enter.frames if placed.enter else 0 for placed in timeline.clips] == [0, 10]


def test_a_fade_on_one_side_only() -> None:
    timeline = laid(clip("a", 2), clip("b", 2, enter="fade"))
    assert timeline.clips[0].leave is None
    assert timeline.clips[1].enter is not None


def test_seams_are_shortened_to_what_fits() -> None:
    timeline = laid(
        clip("a", 2, leave="dissolve"),
        clip("b", 0.6, leave="dissolve"),
        clip("c", 0.1),
        clip("d", 2, enter="wipe"),
    )
    assert [seam.frames for seam in timeline.seams] == [2]
    assert all(timeline.head(n) + timeline.tail(n) <= c.frames for n, c in enumerate(timeline.clips))


def test_a_film_of_nothing_is_refused() -> None:
    with pytest.raises(DocumentInvalid, match="duration"):
        laid(clip("a", 0))


KINDS = st.sampled_from(["none", "fade", "dissolve", "wipe"])
SECONDS = st.decimals(0, 3, places=3).map(lambda number: str(number))


@st.composite
def storyboards(draw: st.DrawFn) -> Storyboard:
    """Any timeline that can be laid out: the kinds at a joint agree, starts are late or left out."""
    rate = draw(st.sampled_from([Rate(1), Rate(24), Rate(25), Rate(30), Rate(30_000, 1001), Rate(120)]))
    clips, before = [], "none"
    for number in range(draw(st.integers(1, 6))):
        seconds, crossing = draw(SECONDS), draw(st.none() | SECONDS)
        start = str(number * 4) if draw(st.integers(0, 3)) == 3 else None
        enter = draw(KINDS if before == "none" else st.sampled_from(["none", before]))
        leave = draw(KINDS)
        clips.append(clip(str(number), seconds, enter=enter, leave=leave, start=start, crossing=crossing))
        before = leave if Fraction(seconds) else before
    clips.append(clip("last", "0.7", enter=draw(st.sampled_from(["none", before]))))
    words = [
        TextLayer(
            f"layer_{n}", "/", "words", Fraction(draw(SECONDS)), draw(st.none() | SECONDS.map(Fraction))
        )
        for n in range(2)
    ]
    return board(*clips, rate=rate, text=tuple(words))


def shown_by(span: Span) -> list[tuple[str, int]]:
    return [(piece.clip_id, piece.first + n) for piece in span.pieces for n in range(span.frames)]


@settings(max_examples=150, deadline=None)
@given(storyboards())
def test_spans_tile_every_film_exactly(storyboard: Storyboard) -> None:
    timeline = lay_out(storyboard, {})
    spans = tile(storyboard, timeline)
    edge = 0
    for span in spans:
        assert span.frames > 0
        assert span.start == edge
        edge += span.frames
    assert edge == timeline.frames
    crossed = sum(seam.frames for seam in timeline.seams)
    black = sum(gap.frames for gap in timeline.gaps)
    assert timeline.frames == sum(placed.frames for placed in timeline.clips) - crossed + black


@settings(max_examples=100, deadline=None)
@given(storyboards())
def test_every_frame_of_every_clip_is_shown_once_and_in_its_place(storyboard: Storyboard) -> None:
    timeline = lay_out(storyboard, {})
    spans = tile(storyboard, timeline)
    due = [(placed.clip_id, n) for placed in timeline.clips for n in range(placed.frames)]
    assert sorted(frame for span in spans for frame in shown_by(span)) == sorted(due)
    begins = {placed.clip_id: placed.start for placed in timeline.clips}
    assert all(piece.first == span.start - begins[piece.clip_id] for span in spans for piece in span.pieces)


@settings(max_examples=100, deadline=None)
@given(storyboards())
def test_a_text_is_on_its_frames_whatever_the_spans(storyboard: Storyboard) -> None:
    timeline = lay_out(storyboard, {})
    for layer in storyboard.text:
        seen = [
            span.start + n
            for span in tile(storyboard, timeline)
            for words in span.words
            if words.layer is layer
            for n in range(words.first, words.end)
        ]
        first = timeline.rate.frames(layer.start_time)
        end = timeline.frames
        if layer.duration is not None:
            frames = timeline.rate.frames(layer.start_time + layer.duration)
            end = min(end, max(frames, first + 1)) if layer.duration else first
        assert seen == list(range(first, end))
