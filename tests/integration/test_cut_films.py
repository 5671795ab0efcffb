"""A film joined from segments is the film that one command makes: same frames, same times, same sound."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from tempfile import mkdtemp

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jynco.agents.splicing import indexed
from jynco.compose.effects import EFFECTS
from jynco.compose.effects.reading import pace
from jynco.compose.packets import begins
from jynco.compose.parameters import needed
from jynco.compose.picture import Room as Look
from jynco.compose.segments import Recipe, segments, writing, written
from jynco.compose.sources import Held, Slate, Source
from jynco.compose.transitions import TRANSITIONS
from jynco.model.ids import ClipId
from jynco.model.storyboard import (
    AudioLayer,
    Clip,
    Codec,
    Effects,
    Filter,
    Key,
    Quality,
    Storyboard,
    TextLayer,
    TransitionKind,
)
from jynco.model.time import Rate
from tests.integration.cut_kit import Room, kept, moments
from tests.integration.film_kit import (
    MEDIA,
    Quiet,
    board,
    clip,
    ffmpeg,
    likeness,
    made,
    numbered,
    pictures,
    shown,
    sound_length,
    source,
)

NAMES = tuple(ClipId(f"clip_{letter}") for letter in "abcd")
TONE = AudioLayer("layer_m", "/layers/audio/0", "tone", Fraction(1, 5), None, 0.5)
RECIPE = Recipe(MEDIA.build())
GROUPS: tuple[Sequence[str], ...] = ((), ("-g", "10"))
WORDS = TextLayer("layer_t", "/layers/text/0", "50% off: it's [a];b", Fraction(1), Fraction(2))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Source]:
    """Four films of sixty numbered frames, two of which can be read from every tenth on, and a tone."""
    folder = tmp_path_factory.mktemp("sources")
    found = {
        str(name): kept(source(numbered(folder / f"{name}.mp4", n, 60, extra=GROUPS[n % 2])))
        for n, name in enumerate(NAMES, 1)
    }
    ffmpeg("-f", "lavfi", "-i", "sine=440:d=9", folder / "tone.wav")
    return {**found, "tone": kept(source(folder / "tone.wav"))}


@pytest.fixture
def room(files: dict[str, Source], tmp_path: Path) -> Room:
    return Room(tmp_path, {name: files[name] for name in NAMES}, {"tone": files["tone"]})


EVERYTHING = [
    clip("a", "3", leave="dissolve"),
    clip("b", "2.1", leave="wipe"),
    clip("c", "3", start="9"),
    clip("d", ".1"),
]


@pytest.mark.parametrize(
    ("codec", "container"),
    [("h264", "mp4"), ("h265", "mp4"), ("vp9", "webm"), ("vp9", "mp4"), ("av1", "mp4"), ("av1", "webm")],
)
def test_every_codec_joins_to_the_frame_and_the_sample(codec: str, container: str, room: Room) -> None:
    storyboard = board(EVERYTHING, codec=Codec(codec), audio=[TONE], text=[WORDS])
    film, survey = room.cut(storyboard, container=container)
    frames = room.reel(storyboard).timeline.frames
    assert len(survey.encode) == survey.segments > 8
    assert MEDIA.verify(film).frames == frames
    assert sound_length(film) == frames * 4800
    rounding = Fraction(1, 1000) if container == "webm" else 0
    assert all(abs(time - Rate(10).seconds(n)) <= rounding for n, time in enumerate(moments(film)))
    single = made(storyboard, room.materials, film.parent / "..", sounds=room.sounds, container=container)
    assert likeness(film, single) >= 0.99


@pytest.mark.parametrize(
    ("codec", "quality"),
    [("h264", Quality.STANDARD), ("h264", Quality.HIGH), ("vp9", Quality.DRAFT)],
)
def test_every_quality_is_the_single_pass_at_its_joints_too(codec: str, quality: Quality, room: Room) -> None:
    plain = board(EVERYTHING, codec=Codec(codec), text=[WORDS])
    storyboard = replace(plain, output=replace(plain.output, quality=quality))
    film, _ = room.cut(storyboard, container="mp4")
    assert likeness(film, made(storyboard, room.materials, film.parent / "..", container="mp4")) >= 0.99


def assert_same_pictures(film: Path, other: Path) -> None:
    """Equal within half a level of luma, on average: only x264's threads look in other places for a motion."""
    ours, theirs = pictures(film), pictures(other)
    assert len(ours) == len(theirs)
    apart = [float(np.abs(mine - yours).mean()) for mine, yours in zip(ours, theirs, strict=True)]
    assert max(apart) < 0.5, f"frame {apart.index(max(apart))} is {max(apart):.1f} apart"


def test_no_frame_is_missing_or_twice_at_a_joint(room: Room) -> None:
    film, _ = room.cut(board([clip("a", "4"), clip("b", "3.3"), clip("c", ".1"), clip("d", "2.5")]))
    expected = (
        [(1, n) for n in range(40)] + [(2, n) for n in range(33)] + [(3, 0)] + [(4, n) for n in range(25)]
    )
    assert [shown(picture) for picture in pictures(film)] == expected


def test_a_joined_film_starts_at_once_and_says_what_it_is(room: Room) -> None:
    storyboard = board([clip("a", "3")], title="A; title = 'x'", audio=[TONE])
    document = json.dumps({"title": 'a=b;c#d\\e "q"', "emoji": "🎬", "long": "z" * 300_000})
    target = room.folder / "film.mp4"
    reel = room.reel(storyboard, document=document)
    room.cutting.film(reel, work=room.folder, target=target, watch=Quiet())
    data = target.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    with av.open(str(target)) as container:
        assert json.loads(container.metadata["jynco_storyboard"]) == json.loads(document)
        assert container.metadata["title"] == "A; title = 'x'"


def test_stand_ins_are_segments_too(room: Room) -> None:
    room.materials = {**room.materials, NAMES[1]: Held(NAMES[0]), NAMES[2]: Slate(NAMES[2], "refused")}
    storyboard = board([clip("a", "2"), clip("b", "2", leave="dissolve"), clip("c", "2")])
    film, _ = room.cut(storyboard)
    assert {shown(picture) for picture in pictures(film)[20:34]} == {(1, 19)}
    assert_same_pictures(film, made(storyboard, room.materials, room.folder))


@pytest.mark.parametrize("rate", [1, 24, 60])
def test_every_rate_joins_on_its_grid(rate: int, room: Room) -> None:
    film, _ = room.cut(board([clip("a", "3", leave="dissolve"), clip("b", "2")], rate=Rate(rate)))
    times = moments(film)
    assert times == [Rate(rate).seconds(n) for n in range(len(times))]
    assert (
        len(times)
        == room.reel(
            board([clip("a", "3", leave="dissolve"), clip("b", "2")], rate=Rate(rate))
        ).timeline.frames
    )


OUT_OF_ORDER = (
    "-preset",
    "fast",
    "-bf",
    "3",
    "-g",
    "10",
    "-sc_threshold",
    "0",
    "-x264-params",
    "b-pyramid=normal",
)


@pytest.mark.parametrize("coded", [("-g", "10"), OUT_OF_ORDER], ids=["in order", "out of order"])
def test_beginning_to_read_beside_a_segment_changes_no_byte(coded: Sequence[str], tmp_path: Path) -> None:
    files = {
        name: kept(source(numbered(tmp_path / f"{name}.mp4", n, 60, extra=coded)))
        for n, name in enumerate(NAMES)
    }
    materials = {name: files[name] for name in NAMES}
    storyboard = board([clip("a", "5", leave="dissolve"), clip("b", "5", leave="wipe"), clip("c", "6")])
    asked = Room(tmp_path, materials).reel(storyboard)
    look = Look(storyboard, asked.timeline, materials, lambda text: tmp_path / text)
    keys = begins(indexed(files[NAMES[0]].path), Rate(10))
    assert keys == (0, 10, 20, 30, 40, 50)
    open_ = {name: replace(files[name], keys=keys) for name in (NAMES[0], NAMES[2])}
    made_ = []
    for materials_ in (materials, {**materials, **open_}):
        room, work = replace(look, materials=materials_), Path(mkdtemp(dir=tmp_path))
        found = segments(room, RECIPE)
        for each in found:
            MEDIA.run(writing([each], room, RECIPE, work), Quiet(), timeout=60)
        made_.append([written(each, work).read_bytes() for each in found])
    assert made_[0] == made_[1]


@pytest.mark.parametrize(
    ("extra", "rate"),
    [
        (("-g", "10"), "20"),  # another rate
        (("-g", "10", "-output_ts_offset", "0.5"), "10"),  # shown from later on
    ],
)
def test_other_files_are_read_from_their_beginning(extra: Sequence[str], rate: str, tmp_path: Path) -> None:
    path = numbered(tmp_path / "other.mp4", 1, 30, rate, extra)
    assert begins(indexed(path), Rate(10)) == ()


def test_a_keyframe_with_frames_before_it_is_no_place_to_begin(tmp_path: Path) -> None:
    open_ = ("-preset", "medium", "-bf", "2", "-g", "10", "-sc_threshold", "0", "-x264-params", "open-gop=1")
    path = numbered(tmp_path / "open.mp4", 1, 30, "10", open_)
    assert begins(indexed(path), Rate(10)) == (0,)


# --- any film, any edit ---------------------------------------------------------------------------------------

LENGTHS = st.sampled_from(["0.1", "0.3", "1", "2.2", "3", "5"])
OFTEN = st.sampled_from(["none", "none", "dissolve", "wipe", "fade"])
KINDS = st.one_of(OFTEN, st.sampled_from(TRANSITIONS.names))
ALONE = [name for name in EFFECTS.names if not needed(EFFECTS.get(name).parameters)]  # of any file
MOVE = (("intensity", (Key(Fraction(0), 0.2), Key(Fraction(1), 0.9))),)
PLAIN = st.builds(Filter, st.sampled_from(ALONE), st.sampled_from([0.2, 0.8]))
FAST = st.builds(lambda factor: Filter("speed", 0.5, (("factor", factor),)), st.sampled_from([0.7, 1.6]))
MOVING = st.sampled_from([Filter("blur", 0.5, MOVE), Filter("vignette", 0.5, MOVE)])
LOOKS = st.lists(st.one_of(PLAIN, PLAIN, MOVING, FAST), max_size=2)


@st.composite
def films(draw: st.DrawFn) -> Storyboard:
    """Clips in any order with any transitions, sometimes words and sound over them."""
    clips: list[Clip] = []
    for letter in draw(st.permutations("abcd"))[: draw(st.integers(1, 4))]:
        kind = draw(KINDS)
        crossing = draw(st.sampled_from([None, "0.3", "0.8"]))
        leave = kind if kind != "fade" else "none"
        drawn = clip(letter, draw(LENGTHS), leave=leave, crossing=crossing)
        drawn = replace(drawn, in_point=Fraction(draw(st.sampled_from([0, 0, 3, 7])), 10))
        enter = TransitionKind.FADE if kind == "fade" and not clips else TransitionKind.NONE
        effects = Effects(enter, drawn.effects.leave, tuple(draw(LOOKS)))
        clips.append(replace(drawn, effects=effects, speed=pace(effects.filters)))
    text = [replace(WORDS, start_time=Fraction(draw(st.integers(0, 30)), 10))] if draw(st.booleans()) else []
    return board(clips, text=text, audio=[TONE] if draw(st.booleans()) else [])


def edited(storyboard: Storyboard, edit: str, other: Storyboard) -> Storyboard:
    """One change, as people make them; ``other`` lends what it needs."""
    clips = storyboard.clips
    changes: dict[str, Sequence[Clip]] = {
        "reorder": clips[::-1],
        "remove": clips[1:] or clips,
        "transition": [
            replace(clips[0], effects=replace(clips[0].effects, leave=TransitionKind.WIPE)),
            *clips[1:],
        ],
        "length": [*clips[:-1], replace(clips[-1], duration=Fraction(13, 10))],
    }
    if edit == "text":
        return replace(storyboard, text=other.text)
    if edit == "sound":
        return replace(storyboard, audio=other.audio)
    return replace(storyboard, clips=settled(changes[edit]))


def settled(clips: Sequence[Clip]) -> tuple[Clip, ...]:
    """A fade that has come to lie behind another clip is taken out: it cannot stand beside a dissolve or wipe."""
    plain = [replace(after, effects=replace(after.effects, enter=TransitionKind.NONE)) for after in clips[1:]]
    return (*clips[:1], *plain)


EDITS = st.sampled_from(["reorder", "remove", "transition", "length", "text", "sound"])


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(films(), EDITS, films())
def test_after_any_edit_the_film_is_the_one_made_from_nothing(
    files: dict[str, Source],
    tmp_path_factory: pytest.TempPathFactory,
    first: Storyboard,
    edit: str,
    other: Storyboard,
) -> None:
    materials, sounds = {name: files[name] for name in NAMES}, {"tone": files["tone"]}
    used, fresh = (Room(tmp_path_factory.mktemp(name), materials, sounds) for name in ("used", "fresh"))
    used.cut(first)
    second = edited(first, edit, other)
    film, survey = used.cut(second)
    anew, whole = fresh.cut(second)
    assert film.read_bytes() == anew.read_bytes()
    assert used.segments().items() >= fresh.segments().items()
    assert len(survey.encode) <= whole.segments
    timeline = used.reel(second).timeline
    assert moments(film) == [Rate(10).seconds(n) for n in range(timeline.frames)]
    single = made(second, materials, fresh.folder, sounds=sounds, threads=1)
    assert_same_pictures(film, single)
    if second.audio and timeline.frames > 2:  # before that it is not heard
        assert sound_length(film) == sound_length(single) == timeline.frames * 4800
