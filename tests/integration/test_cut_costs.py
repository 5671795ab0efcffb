"""What an edit costs: which segments are encoded again, and what happens to those that are damaged or half made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from jynco.adapters.media.hardware import Hardware
from jynco.agents.cutting import Cutting
from jynco.compose.hardware import HARDWARE
from jynco.compose.preview import preview
from jynco.compose.sources import Source
from jynco.errors import Cancelled, MediaFailed
from jynco.model.ids import ClipId
from jynco.model.storyboard import AudioLayer, Clip, Codec, Effects, Filter, FilterKind, TextLayer
from tests.integration.cut_kit import Room, kept
from tests.integration.film_kit import MEDIA, Quiet, board, clip, ffmpeg, numbered, pictures, shown, source

NAMES = tuple(ClipId(f"clip_{letter}") for letter in "abcd")
TONE = AudioLayer("layer_m", "/layers/audio/0", "tone")
WORDS = TextLayer("layer_t", "/layers/text/0", "words", Fraction(1), Fraction(1))
CLIPS = (
    clip("a", "4", leave="dissolve"),
    clip("b", "4", leave="dissolve"),
    clip("c", "4", leave="wipe"),
    clip("d", "4"),
)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Source]:
    folder = tmp_path_factory.mktemp("sources")
    found = {
        str(name): kept(source(numbered(folder / f"{name}.mp4", n, 45))) for n, name in enumerate(NAMES, 1)
    }
    ffmpeg("-f", "lavfi", "-i", "sine=440:d=9", folder / "tone.wav")
    other = kept(source(numbered(folder / "other.mp4", 9, 45)))
    return {**found, "other": other, "tone": kept(source(folder / "tone.wav"))}


@pytest.fixture
def room(files: dict[str, Source], tmp_path: Path) -> Room:
    """A room in which the film of CLIPS was cut once."""
    room = Room(tmp_path, {name: files[name] for name in NAMES}, {"tone": files["tone"]})
    room.cut(board(CLIPS, audio=[TONE], text=[WORDS]))
    return room


def changed(place: int, **changes: object) -> list[Clip]:
    """CLIPS, with one of them changed."""
    return [replace(each, **changes) if n == place else each for n, each in enumerate(CLIPS)]  # type: ignore[arg-type]


def test_the_whole_film_is_bodies_edges_and_seams(room: Room) -> None:
    survey = room.cutting.survey(room.reel(board(CLIPS)))
    assert (
        survey.segments == 4 + 3 + 2 + 1
    )  # cores, seams, the first and the last half second, and a draft's next one


def test_nothing_changed_costs_nothing(room: Room) -> None:
    film, survey = room.cut(board(CLIPS, audio=[TONE], text=[WORDS]))
    assert (survey.encode, survey.frames, survey.sound) == ((), 0, False)
    assert MEDIA.verify(film).frames == 145


def test_a_volume_costs_only_sound(room: Room) -> None:
    _, survey = room.cut(board(CLIPS, audio=[replace(TONE, volume=0.5)], text=[WORDS]))
    assert (survey.encode, survey.sound) == ((), True)


@pytest.mark.parametrize(
    ("words", "encoded"),
    [
        ([replace(WORDS, content="other words")], ("clip_a body",)),
        ([replace(WORDS, color="#ff0000")], ("clip_a body",)),
        ([WORDS, replace(WORDS, start_time=Fraction(5), duration=Fraction(1))], ("clip_b body",)),
        ([replace(WORDS, duration=Fraction(4))], ("clip_a body", "clip_a to clip_b dissolve", "clip_b body")),
    ],
)
def test_a_text_costs_what_lies_under_it(
    words: Sequence[TextLayer], encoded: tuple[str, ...], room: Room
) -> None:
    assert room.encoded(board(CLIPS, audio=[TONE], text=words)) == encoded


def test_a_clip_made_again_costs_its_body_and_its_seams(room: Room, files: dict[str, Source]) -> None:
    room.materials = {**room.materials, NAMES[1]: files["other"]}
    film, survey = room.cut(board(CLIPS, text=[WORDS]))
    assert survey.encode == ("clip_a to clip_b dissolve", "clip_b body", "clip_b to clip_c dissolve")
    assert shown(pictures(film)[50])[0] == 9


def test_a_look_costs_its_clip_and_its_seams(room: Room) -> None:
    blurred = changed(
        1, effects=Effects(CLIPS[1].effects.enter, CLIPS[1].effects.leave, (Filter(FilterKind.BLUR, 0.4),))
    )
    assert room.encoded(board(blurred, text=[WORDS])) == (
        "clip_a to clip_b dissolve",
        "clip_b body",
        "clip_b to clip_c dissolve",
    )


def test_the_kind_of_a_transition_costs_its_seam(room: Room) -> None:
    wiped = changed(1, effects=clip("b", "4", leave="wipe").effects)
    assert room.encoded(board(wiped, text=[WORDS])) == ("clip_b to clip_c wipe",)


def test_a_cut_that_becomes_a_dissolve_costs_the_seam_alone(room: Room) -> None:
    plain = changed(1, effects=Effects())
    assert room.encoded(board(plain, text=[WORDS])) == ("clip_b body", "clip_c body")  # their half seconds
    room.segments()
    assert room.encoded(board(CLIPS, text=[WORDS])) == ()


def test_two_clips_swapped_cost_the_seams_that_changed(room: Room) -> None:
    swapped = board([CLIPS[0], CLIPS[2], CLIPS[1], CLIPS[3]], text=[WORDS])
    assert room.encoded(swapped) == (
        "clip_a to clip_c dissolve",
        "clip_c to clip_b wipe",
        "clip_b to clip_d dissolve",
    )


def test_a_file_by_another_name_costs_nothing(room: Room, files: dict[str, Source], tmp_path: Path) -> None:
    copy = tmp_path / "renamed.mp4"
    copy.write_bytes(files["clip_b"].path.read_bytes())
    room.materials = {**room.materials, NAMES[1]: kept(source(copy))}
    assert room.encoded(board(CLIPS, text=[WORDS])) == ()


def test_a_preview_has_segments_of_its_own(room: Room) -> None:
    small = preview(board(CLIPS, text=[WORDS], size=(1920, 1080)))
    assert (small.output.width, small.output.height) == (960, 540)
    assert len(room.encoded(small)) == 10
    assert room.encoded(small) == ()
    assert room.encoded(board(CLIPS, text=[WORDS])) == ()


def test_the_survey_says_beforehand_what_is_encoded(room: Room) -> None:
    wiped = board(changed(1, effects=clip("b", "4", leave="wipe").effects), text=[WORDS])
    before, shelf = room.cutting.survey(room.reel(wiped)), room.segments()
    assert before.encode == ("clip_b to clip_c wipe",)
    assert (before.segments, before.frames) == (10, 5)
    assert room.segments() == shelf
    assert room.cut(wiped)[1] == before


# --- what can go wrong ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("harm", ["cut short", "another film", "gone", "label gone"])
def test_a_damaged_segment_is_made_again(harm: str, room: Room) -> None:
    storyboard, shelf = board(CLIPS, audio=[TONE], text=[WORDS]), room.segments()
    names = sorted(shelf)
    path = room.storage.path(names[0])
    if harm in {"gone", "label gone"}:
        path.with_suffix(".json" if harm == "label gone" else ".mp4").unlink()
    else:
        other = room.storage.path(names[1]).read_bytes()
        path.write_bytes(other if harm == "another film" else path.read_bytes()[:-1])
    film, survey = room.cut(storyboard)
    assert len(survey.encode) + survey.sound == 1
    assert MEDIA.verify(film).frames == 145
    assert room.segments() == shelf


def test_segments_that_do_not_fit_are_made_again(room: Room, tmp_path: Path) -> None:
    """As when somebody's shelf holds, under the right checksum, what another encoder has made."""
    storyboard = board(CLIPS, audio=[TONE], text=[WORDS])
    reel = room.reel(storyboard)
    strange, key = numbered(tmp_path / "strange.mp4", 5, 35, extra=["-bf", "0"]), room.keys(reel)[1]
    room.shelf.forget(key)
    room.shelf.keep(key, strange)
    film, survey = room.cut(storyboard)
    assert survey.encode == ()  # nobody could know
    assert [shown(picture)[0] for picture in pictures(film)[5:8]] == [1, 1, 1]
    assert MEDIA.verify(film).frames == 145


class Ending(Quiet):
    """A watch that ends things when so much is done."""

    def check(self) -> None:
        if self.seen and self.seen[-1] > 0.3:
            raise Cancelled("enough")


def test_a_cut_that_is_ended_leaves_only_whole_segments(files: dict[str, Source], tmp_path: Path) -> None:
    room = Room(tmp_path, {name: files[name] for name in NAMES}, {"tone": files["tone"]})
    watch = Ending()
    with pytest.raises(Cancelled):
        room.cut(board(CLIPS, text=[WORDS], size=(1280, 720)), watch)
    left = room.segments()
    room.cut(board(CLIPS, text=[WORDS], size=(1280, 720)))
    whole = room.segments()
    assert left.items() < whole.items()
    assert watch.seen == sorted(watch.seen)


def test_one_bad_clip_ends_the_others_and_names_its_file(files: dict[str, Source], tmp_path: Path) -> None:
    gone = replace(files["clip_b"], path=tmp_path / "gone.mp4", sha256="b" * 64)
    room = Room(tmp_path, {**{name: files[name] for name in NAMES}, NAMES[1]: gone})
    with pytest.raises(MediaFailed, match=r"gone\.mp4"):
        room.cut(board(CLIPS))


def test_a_film_on_which_the_device_fails_is_encoded_in_software(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    """No machine has all devices: one that is not there fails as one that breaks down."""
    works = Hardware("auto").report()
    absent = next(device for device in HARDWARE if Codec.H264 not in works.get(device, ()))
    storyboard, target = board(CLIPS, audio=[TONE], text=[WORDS]), room.folder / "film.mp4"
    expected, _ = room.cut(storyboard)
    chosen = Cutting(room.quartermaster, MEDIA, 2, lambda _: absent)
    survey = chosen.film(room.reel(storyboard), work=room.folder, target=target, watch=Quiet())
    assert survey.encode == ()  # the software's segments are there
    assert target.read_bytes() == expected.read_bytes()
    assert f"the film is encoded in software: {absent} failed on it" in caplog.text
