"""Where the film is cut, what a segment is known by, and who makes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jynco.compose.command import Papers
from jynco.compose.cuts import cut, marks
from jynco.compose.picture import Room
from jynco.compose.segments import Recipe, Segment, segments, writing, written
from jynco.compose.sharing import CROWD, LEAST, MOST, groups, in_turn, lots
from jynco.compose.sources import Held, Material, Slate, Source
from jynco.compose.spans import Span, tile
from jynco.compose.timeline import lay_out
from jynco.model.ids import CacheKey, ClipId
from jynco.model.media import MediaInfo
from jynco.model.storyboard import Codec, Filter, FilterKind, Quality, Storyboard, TextLayer
from jynco.model.time import Rate
from tests.unit.test_compose_timeline import board, clip

PLAIN = MediaInfo("mov", Fraction(5), 1920, 1080, Rate(30).fraction, 150, "h264")
NONE: Mapping[str, Material] = MappingProxyType({})
RECIPE = Recipe("ffmpeg 9.0.2 abc")
WORDS = TextLayer("layer_t", "/layers/text/0", "words", Fraction(2), Fraction(1))
CLIPS = (clip("a", 5, leave="dissolve"), clip("b", 5), clip("c", 5))


def room(storyboard: Storyboard, folder: str = "/films", changes: Mapping[str, Material] = NONE) -> Room:
    """Sources by the clips' names; their contents too."""
    found: dict[ClipId, Material] = {
        each.clip_id: Source(Path(folder) / f"{each.clip_id}.mp4", PLAIN, sha256=f"content of {each.clip_id}")
        for each in storyboard.clips
    }
    found |= {ClipId(name): material for name, material in changes.items()}
    return Room(storyboard, lay_out(storyboard, {}), found, Papers(Path("/papers")).keep)


def keys(storyboard: Storyboard, recipe: Recipe = RECIPE, **changes: Material) -> list[str]:
    return [segment.key for segment in segments(room(storyboard, changes=changes), recipe)]


@given(st.integers(1, 3000), st.integers(0, 60), st.integers(1, 480))
def test_marks_leave_both_edges_and_no_short_core(frames: int, edge: int, stride: int) -> None:
    places = marks(frames, edge, stride)
    assert list(places) == sorted(set(places))
    if places:
        assert (places[0], places[-1]) == (edge, frames - edge)
        lengths = [b - a for a, b in pairwise(places)]
        assert all(length == stride for length in lengths[:-1])
        assert lengths[-1] >= min(stride, frames - 2 * edge)
    else:
        assert frames < 4 * edge or not edge


def test_a_longer_clip_keeps_its_first_marks() -> None:
    assert marks(900, 15, 120)[:4] == marks(1500, 15, 120)[:4]


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.sampled_from([0.1, 0.5, 1, 2.5, 5, 21]), st.sampled_from(["none", "dissolve", "wipe"])),
        min_size=1,
        max_size=6,
    ),
    st.integers(0, 20),
)
def test_the_cut_film_is_every_frame_once_with_its_words(clips: list[tuple[float, str]], start: int) -> None:
    layer = replace(WORDS, start_time=Fraction(start), duration=Fraction(7))
    clips_ = [clip(str(number), length, leave=kind) for number, (length, kind) in enumerate(clips)]
    storyboard = replace(board(*clips_), text=(layer,))
    timeline = lay_out(storyboard, {})
    parts = cut(storyboard, timeline)
    ends = [part.start + part.frames for part in parts]
    assert [part.start for part in parts] == [0, *ends[:-1]]
    assert ends[-1] == timeline.frames
    assert _shown(parts) == _shown(tile(storyboard, timeline))


def _shown(spans: tuple[Span, ...]) -> list[object]:
    """Of each film frame: the frames of clips that it shows, and the words on it."""
    return [
        (
            [(piece.clip_id, piece.first + n) for piece in span.pieces],
            [word.layer.layer_id for word in span.words if word.first <= n < word.end],
        )
        for span in spans
        for n in range(span.frames)
    ]


# --- keys -----------------------------------------------------------------------------------------------------


def test_neither_place_nor_name_is_in_a_key() -> None:
    storyboard = board(*CLIPS)
    elsewhere = segments(room(storyboard, "/other"), RECIPE)
    assert [segment.key for segment in elsewhere] == keys(storyboard)
    renamed = [replace(each, clip_id=ClipId(f"{each.clip_id}_new"), pointer="/x") for each in CLIPS]
    contents: dict[str, Material] = {
        f"clip_{name}_new": Source(Path("/x"), PLAIN, sha256=f"content of clip_{name}") for name in "abc"
    }
    found = segments(room(board(*renamed), changes=contents), RECIPE)
    assert [segment.key for segment in found] == keys(storyboard)


def test_a_segment_does_not_know_when_it_is_shown() -> None:
    found = keys(board(*CLIPS))
    assert keys(board(*CLIPS[2:])) == found[-len(keys(board(*CLIPS[2:]))) :]


@pytest.mark.parametrize(
    "changes",
    [
        {"width": 1280, "height": 720},
        {"rate": Rate(25)},
        {"codec": Codec.H265},
        {"quality": Quality.HIGH},
        {"bitrate": "8M"},
    ],
)
def test_output_settings_are_in_every_key(changes: dict[str, object]) -> None:
    storyboard = board(*CLIPS)
    other = replace(storyboard, output=replace(storyboard.output, **changes))  # type: ignore[arg-type]
    assert not set(keys(other)) & set(keys(storyboard))


@pytest.mark.parametrize("recipe", [Recipe("ffmpeg 9.1"), Recipe(RECIPE.build, threads=2)])
def test_the_recipe_is_in_every_key(recipe: Recipe) -> None:
    assert not set(keys(board(*CLIPS), recipe)) & set(keys(board(*CLIPS)))


def changed(first: Storyboard, second: Storyboard, **changes: Material) -> list[str]:
    """The names of the second's segments that the first has not."""
    old = set(keys(first))
    found = segments(room(second, changes=changes), RECIPE)
    return [segment.name for segment in found if segment.key not in old]


def test_what_a_content_a_probe_and_a_look_change() -> None:
    storyboard, mine = board(*CLIPS), ["clip_a to clip_b dissolve", "clip_b body", "clip_b body"]
    plain = Source(Path("/films/clip_b.mp4"), PLAIN, sha256="content of clip_b")
    assert changed(storyboard, storyboard, clip_b=plain) == []
    assert changed(storyboard, storyboard, clip_b=replace(plain, sha256="other")) == mine
    full = replace(PLAIN, color={"space": "smpte170m"})
    assert changed(storyboard, storyboard, clip_b=replace(plain, info=full)) == mine
    looks = replace(CLIPS[1].effects, filters=(Filter(FilterKind.BLUR, 0.5),))
    assert changed(storyboard, board(CLIPS[0], replace(CLIPS[1], effects=looks), CLIPS[2])) == mine


def test_words_that_fall_into_the_same_name_are_still_other_words() -> None:
    first = replace(board(*CLIPS), text=(WORDS,))
    assert changed(board(*CLIPS), first) == ["clip_a body"]
    assert changed(first, replace(first, text=(replace(WORDS, content="word"),))) == ["clip_a body"]
    assert changed(first, replace(first, text=(replace(WORDS, layer_id="layer_u", pointer="/x"),))) == []


def test_stand_ins_depend_on_what_they_show() -> None:
    storyboard = board(*CLIPS)
    held, other = Held(ClipId("clip_a")), Source(Path("/y"), PLAIN, sha256="y")
    assert keys(storyboard, clip_c=held) != keys(storyboard, clip_c=held, clip_a=other)
    slates = [Slate(ClipId("clip_c"), reason) for reason in ("refused", "too long")]
    assert keys(storyboard, clip_c=slates[0])[-3:] != keys(storyboard, clip_c=slates[1])[-3:]
    assert keys(storyboard, clip_c=slates[0])[:-3] == keys(storyboard, clip_c=slates[1])[:-3]


def test_a_source_that_does_not_know_its_content_is_refused() -> None:
    with pytest.raises(ValueError, match="clip_b"):
        keys(board(*CLIPS), clip_b=Source(Path("/films/clip_b.mp4"), PLAIN))


# --- processes ------------------------------------------------------------------------------------------------


def test_a_clip_is_read_to_its_end_once() -> None:
    look = room(board(*CLIPS))
    found = groups(segments(look, RECIPE), look.materials, 2)
    names = sorted([segment.name for segment in group] for group in found)
    assert names == [
        ["clip_a body"],
        ["clip_a body", "clip_a to clip_b dissolve"],
        ["clip_b body", "clip_b body"],
        ["clip_c body"],
        ["clip_c body", "clip_c body"],
    ]
    first = next(group for group in found if len(group) == 2 and group[0].owner == "clip_a")
    command = writing(first, look, RECIPE, Path("/work"))
    inputs = [word for word in command.arguments if word.startswith("file:/films")]
    assert inputs == [
        "file:/films/clip_a.mp4",
        "file:/films/clip_b.mp4",
    ]  # its own, and the seam's other side
    outputs = [word for word in command.arguments if word.startswith("file:/work")]
    assert outputs == [f"file:{written(segment, Path('/work'))}" for segment in first]
    assert command.frames == first[0].span.frames


def test_where_reading_can_begin_anywhere_every_segment_has_its_own_process() -> None:
    plain = room(board(*CLIPS))
    sought = replace(plain, materials={name: _open(material) for name, material in plain.materials.items()})
    found = groups(segments(sought, RECIPE), sought.materials, 2)
    assert {len(group) for group in found} == {1}
    seam = next(group for group in found if group[0].name == "clip_a to clip_b dissolve")
    arguments = writing(seam, sought, RECIPE, Path("/work")).arguments
    assert arguments[arguments.index("-ss") + 1] == "4.025000"
    assert "-noaccurate_seek" in arguments
    assert arguments.count("-ss") == 1  # the other side is read from its beginning
    assert [each.key for each in segments(sought, RECIPE)] == [each.key for each in segments(plain, RECIPE)]


def _open(material: Material) -> Material:
    assert isinstance(material, Source)
    return replace(material, keys=tuple(range(0, 50, 10)))


@given(st.integers(1, 9), st.integers(1, 5), st.sets(st.integers(0, 20)))
def test_every_missing_segment_has_one_process(processes: int, clips: int, there: set[int]) -> None:
    storyboard = board(*[clip(str(number), 11, leave="wipe") for number in range(clips)])
    missing = [each for number, each in enumerate(_known(storyboard)) if number not in there]
    found = groups(missing, room(storyboard).materials, processes)
    assert sorted(segment.key for group in found for segment in group) == sorted(each.key for each in missing)
    assert len(found) >= min(processes, len(missing))
    sizes = [sum(segment.span.frames for segment in group) for group in found]
    assert sizes == sorted(sizes, reverse=True)


def _known(storyboard: Storyboard) -> list[Segment]:
    spans = cut(storyboard, lay_out(storyboard, {}))
    return [Segment(span, CacheKey(f"{number:064}")) for number, span in enumerate(spans)]


def test_equal_segments_are_made_once() -> None:
    storyboard = board(clip("a", 5), clip("b", 5))
    same = Source(Path("/films/a.mp4"), PLAIN, sha256="same")
    look = room(storyboard, changes={"clip_a": same, "clip_b": same})
    found = segments(look, RECIPE)
    assert len(found) == 6
    assert sum(map(len, groups(found, look.materials, 2))) == 3


def test_a_film_that_is_wanted_soon_begins_with_single_segments_and_goes_on_clip_by_clip() -> None:
    plain = room(board(*CLIPS))
    sought = replace(plain, materials={name: _open(material) for name, material in plain.materials.items()})
    found = groups(segments(sought, RECIPE), sought.materials, 2, soon=True)
    assert [len(group) for group in found] == [1, 1, 1, 1, 1, 3]
    starts = [group[0].span.start for group in found]
    assert starts == sorted(starts)


def test_a_draft_is_cut_behind_its_first_second_for_those_who_wait() -> None:
    plain = board(*CLIPS)
    draft = replace(plain, output=replace(plain.output, quality=Quality.DRAFT))
    starts = [{span.start for span in cut(each, lay_out(each, {}))} for each in (plain, draft)]
    assert starts[1] - starts[0] == {2 * lay_out(draft, {}).rate.frames(Fraction(1, 2))}


def test_what_is_seen_through_proxies_is_cut_beside_words_where_those_have_keyframes() -> None:
    words = replace(WORDS, start_time=Fraction(13, 2), duration=Fraction(9, 5))
    film = replace(board(*CLIPS), text=(words,))
    timeline, names = lay_out(film, {}), [each.clip_id for each in CLIPS]
    beat, clip_b = timeline.rate.frames(Fraction(1, 2)), timeline.clips[1]
    plain, proxied = ({span.start for span in cut(film, timeline, seen)} for seen in ((), names))
    assert proxied > plain
    assert all((start - clip_b.start) % beat == 0 for start in proxied - plain)
    lettered = [span for span in cut(film, timeline, names) if span.words]
    shown = timeline.rate.frames(Fraction(9, 5))
    assert sum(span.frames for span in lettered) < shown + 2 * beat


def test_with_looks_on_nothing_is_cut_beside_words() -> None:
    looks = replace(CLIPS[1].effects, filters=(Filter(FilterKind.SHARPEN, 0.5),))
    film = board(replace(CLIPS[1], effects=looks))
    timeline, names = lay_out(film, {}), [CLIPS[1].clip_id]
    assert len(cut(film, timeline)) == len(cut(replace(film, text=(WORDS,)), timeline, names))


def test_what_is_seen_through_proxies_has_a_keyframe_behind_its_first_second() -> None:
    begun = replace(CLIPS[0], in_point=Fraction(7, 30), duration=Fraction(4))
    plain = board(begun, *CLIPS[1:])
    film = replace(plain, output=replace(plain.output, quality=Quality.DRAFT))
    timeline = lay_out(film, {})
    rate, first = timeline.rate, timeline.clips[0].first
    assert first == rate.frames(Fraction(7, 30))
    bare, proxied = ({span.start for span in cut(film, timeline, seen)} for seen in ((), [begun.clip_id]))
    beat = rate.frames(Fraction(1, 2))
    assert bare - proxied == {2 * beat}
    assert proxied <= bare | {-(-(first + 2 * beat) // beat) * beat - first}


def test_the_first_second_waits_for_nobody_and_what_comes_later_for_no_less() -> None:
    made = [Segment(Span(start, 15), CacheKey(f"{start}")) for start in range(0, 300, 15)]
    found = [[segment.span.start for segment in lot] for lot in lots(made, 2, Rate(30))]
    assert found[0] == [0, 15]
    assert len(found[1]) > 2
    assert [segment.span.start for segment in lots(made[4:], 2, Rate(30))[0]] == list(range(60, 135, 15))


def test_pictures_are_begun_while_what_is_mixed_waits_for_what_is_decoded() -> None:
    assert "".join(in_turn("dm", "01234", "DM", 4)) == "d0m123DM4"
    assert "".join(in_turn("m", "01", "", 4)) == "m01"
    assert "".join(in_turn("dm", "", "DM", 4)) == "dmDM"


@given(st.lists(st.integers(1, 200), min_size=1, max_size=40), st.integers(1, 8))
def test_what_goes_together_soon_is_everything_once_in_order(lengths: list[int], processes: int) -> None:
    made = [Segment(Span(10_000 * n, frames), CacheKey(f"{n}")) for n, frames in enumerate(lengths)]
    found = lots(made, processes, Rate(30))
    assert [segment for lot in found for segment in lot] == made
    assert max(map(len, found)) <= CROWD
    total = sum(lengths)
    assert len(found) <= len(made) // CROWD + 3 + max(2 * processes, total // LEAST)
    assert all(sum(each.span.frames for each in lot[:-1]) < MOST for lot in found)
