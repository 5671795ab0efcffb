"""Previews from proxies: what is copied, what is encoded, and that both show the clips to the frame."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from jynco.adapters.media.stills import Stills
from jynco.adapters.storage.local import LocalStorage
from jynco.agents.cutting import Cutting
from jynco.agents.parting import Shared
from jynco.agents.quartermaster import Quartermaster
from jynco.agents.splicing import indexed
from jynco.compose.cutlist import Cutlist
from jynco.compose.hardware import Device
from jynco.compose.packets import begins
from jynco.compose.preview import viewed
from jynco.compose.proxies import fitting, wanted
from jynco.compose.segments import Recipe
from jynco.compose.sources import Held, Source
from jynco.errors import MediaFailed
from jynco.model.ids import ClipId
from jynco.model.storyboard import AudioLayer, Storyboard, TextLayer
from tests.integration.cut_kit import Room, kept, moments
from tests.integration.film_kit import MEDIA, Quiet, board, clip, ffmpeg, likeness, numbered, source

A, B, C = (ClipId(f"clip_{letter}") for letter in "abc")
SIZE = (1280, 720)
WORDS = TextLayer("layer_t", "/layers/text/0", "words", Fraction(9, 2), Fraction(1))
TONE = AudioLayer("layer_m", "/layers/audio/0", "tone")
CLIPS = (clip("a", "4", leave="dissolve"), clip("b", "4.1"), clip("c", "5"))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[ClipId, Source]:
    """Films of numbered frames, larger than a preview: one at another rate, one shorter than its clip, one of 43."""
    folder = tmp_path_factory.mktemp("sources")
    size = ("-vf", "scale=1280:720:flags=neighbor")
    facts = ((A, 40, "10"), (B, 43, "10"), (C, 60, "20"))
    return {
        name: kept(source(numbered(folder / f"{name}.mp4", n, frames, rate, size)))
        for n, (name, frames, rate) in enumerate(facts, 1)
    }


@pytest.fixture
def room(files: dict[ClipId, Source], tmp_path: Path) -> Room:
    ffmpeg("-f", "lavfi", "-i", "sine=440:d=9", tmp_path / "tone.wav")
    room = Room(tmp_path, files, {"tone": kept(source(tmp_path / "tone.wav"))})
    room.proxied = True
    for each in files.values():
        room.proxies.make(each, seen().output, Quiet())
    return room


@pytest.fixture
def bare(files: dict[ClipId, Source], tmp_path: Path) -> Room:
    """The same, before any proxy is made."""
    folder = tmp_path / "bare"
    folder.mkdir()
    return Room(folder, files, proxied=True)


def seen(*clips: object, **layers: object) -> Storyboard:
    return viewed(board(clips or CLIPS, size=SIZE, **layers))  # type: ignore[arg-type]


def test_stretches_without_looks_are_copied_and_the_rest_is_encoded(room: Room) -> None:
    film, survey = room.cut(seen(text=[WORDS], audio=[TONE]))
    # Under words; from a frame that is no keyframe on, since the clip's length is odd; and where a source has ended.
    late = ("clip_c body", "clip_c body")
    assert survey.encode == ("clip_a to clip_b dissolve", "clip_b body", "clip_b body", *late)
    assert moments(film) == [Fraction(number, 10) for number in range(126)]
    assert MEDIA.verify(film).frames == 126


def test_a_preview_from_proxies_shows_the_clips(room: Room) -> None:
    film, _ = room.cut(seen(text=[WORDS]))
    room.proxied = False
    assert likeness(film, room.cut(seen(text=[WORDS]))[0]) >= 0.99


def test_a_second_preview_copies_and_encodes_nothing(room: Room) -> None:
    first, _ = room.cut(seen())
    shelf = room.segments()
    second, survey = room.cut(seen())
    assert survey.encode == ()
    assert (first.read_bytes(), shelf) == (second.read_bytes(), room.segments())


def test_a_still_frame_of_another_clip_comes_from_its_proxy(room: Room) -> None:
    room.materials = {**room.materials, B: Held(A)}
    film, survey = room.cut(seen())
    assert "clip_b body" in survey.encode
    assert MEDIA.verify(film).frames == 126


def test_a_proxy_that_is_damaged_is_made_again(room: Room) -> None:
    whole, _ = room.cut(seen())
    for name in room.storage.keys("cache"):
        if name.endswith(".mp4"):
            room.storage.path(name).write_bytes(b"not a film")
    assert room.cut(seen())[0].read_bytes() == whole.read_bytes()


@pytest.mark.parametrize("soon", [True, False])
def test_proxies_that_are_not_there_are_made_on_the_way(soon: bool, room: Room, bare: Room) -> None:
    expected, _ = room.cut(seen(text=[WORDS]))
    target = bare.folder / "film.mp4"
    reel = replace(bare.reel(seen(text=[WORDS])), soon=soon)
    survey = bare.cutting.film(reel, work=bare.folder, target=target, watch=Quiet())
    assert len(survey.encode) == survey.segments
    assert target.read_bytes() == expected.read_bytes()
    assert bare.segments() == room.segments()


def test_the_first_picture_waits_for_no_later_clip(bare: Room) -> None:
    reel = replace(bare.reel(seen()), soon=True)
    cuts: list[Cutlist] = []
    alone = Cutting(bare.quartermaster, MEDIA, 1)
    film = bare.folder / "film.mp4"
    alone.film(reel, work=bare.folder, target=film, watch=Quiet(), note=cuts.append)
    first = bare.shelf.find(cuts[0].entries[0].key)
    proxies = [bare.storage.path(key) for key in bare.storage.keys("cache/proxies") if key.endswith(".mp4")]
    assert first is not None
    times = [first.stat().st_mtime_ns, *sorted(path.stat().st_mtime_ns for path in proxies)]
    assert len(proxies) == 3
    assert times[0] < times[2], "the second clip's proxy was made before the first clip could be seen"


def test_a_plan_knows_what_waits_for_a_proxy(bare: Room, room: Room) -> None:
    assert len(bare.cutting.outlook(bare.reel(seen()), [], None).encode) == 9
    assert len(room.cutting.outlook(room.reel(seen()), [], None).encode) == 4
    bare.cut(seen())
    assert bare.cutting.outlook(bare.reel(seen()), [], None).encode == ()


def test_what_a_proxy_says_of_its_keyframes_is_so(room: Room) -> None:
    for proxy in room.reel(seen()).proxies.values():
        assert begins(indexed(proxy.path), seen().output.rate) == proxy.keys


def test_a_long_source_is_seen_itself(bare: Room, files: dict[ClipId, Source]) -> None:
    hour = replace(files[A], info=replace(files[A].info, duration=Fraction(3600)))
    assert set(bare.proxies.cast({A: hour, B: files[B]}, seen().output)) == {B}


def test_a_source_that_gives_no_proxy_is_left_to_the_cut(
    bare: Room, files: dict[ClipId, Source], caplog: pytest.LogCaptureFixture
) -> None:
    broken = bare.folder / "broken.mp4"
    broken.write_bytes(files[A].path.read_bytes()[:2_000])
    bare.materials = {**files, A: replace(files[A], path=broken, sha256="a" * 64)}
    with pytest.raises(MediaFailed, match=r"broken\.mp4"):
        bare.cut(seen())
    assert "clip_a has no proxy: it is read itself." in [record.message for record in caplog.records]
    stranger = replace(files[A], path=broken, sha256="a" * 64)
    bare.proxies.prepare(stranger, seen().output)  # nor does it harm whoever made the clip


def test_what_another_encoder_makes_is_not_joined_with_a_proxys_packets(room: Room) -> None:
    proxies = room.reel(seen()).proxies
    assert all(proxy.packets for proxy in fitting(proxies, Recipe("build")).values())
    hardware = next(device for device in Device if device is not Device.SOFTWARE)
    assert not any(proxy.packets for proxy in fitting(proxies, Recipe("build", device=hardware)).values())


def test_small_sources_and_other_codecs_need_no_proxy(files: dict[ClipId, Source]) -> None:
    output = seen().output
    little = replace(files[A], info=replace(files[A].info, width=960, height=540))
    assert wanted(files[A], output)
    assert not wanted(little, output)
    assert not wanted(files[A], board(CLIPS).output.__class__(1280, 720))


def test_posters_and_filmstrips_are_made_once(tmp_path: Path, files: dict[ClipId, Source]) -> None:
    from PIL import Image

    quartermaster = Quartermaster(LocalStorage(tmp_path / "store"), MEDIA, Stills())
    poster, strip = quartermaster.poster(files[A].path, 320), quartermaster.filmstrip(files[A].path, 10)
    with Image.open(poster) as small, Image.open(strip) as wide:
        assert (small.format, small.size) == ("JPEG", (320, 180))
        assert wide.size == (3200, 180)
        row = list(wide.convert("L").crop((0, 44, 3200, 45)).tobytes())[220::320]
    assert [light > 120 for light in row] == [False] * 8 + [True] * 2  # from its 32nd frame on
    again = quartermaster.poster(files[A].path, 320)
    assert (again, again.stat().st_mtime_ns) == (poster, poster.stat().st_mtime_ns)


@pytest.mark.parametrize("late", ["0", "0.7"])
def test_whoever_waits_sees_the_film_that_nobody_waited_for(
    late: str, room: Room, files: dict[ClipId, Source]
) -> None:
    begun = replace(CLIPS[0], in_point=Fraction(late), duration=Fraction(3))
    film = seen(begun, *CLIPS[1:], text=[WORDS], audio=[TONE])
    calm, _ = room.cut(film)
    again = Room(room.folder / "again", files, room.sounds, proxied=True)
    for each in files.values():
        again.proxies.make(each, film.output, Quiet())
    target = room.folder / "soon.mp4"
    survey = again.cutting.film(
        replace(again.reel(film), soon=True), work=room.folder, target=target, watch=Quiet()
    )
    assert 0 < len(survey.encode) < survey.segments
    assert moments(target) == moments(calm)
    assert target.read_bytes() == calm.read_bytes()
    assert again.segments() == room.segments()


def test_whoever_makes_a_film_alone_copies_nothing_before_the_first_encoder_starts(room: Room) -> None:
    there: list[int] = []

    def alone(_: float) -> int:
        there.append(len(room.segments()))
        return 1

    reel, target = replace(room.reel(seen()), soon=True), room.folder / "film.mp4"
    survey = room.cutting.film(reel, work=room.folder, target=target, watch=Quiet(), workers=alone)
    assert there == [0]
    assert 0 < len(survey.encode) < survey.segments == len(room.segments())


def test_what_is_only_copied_is_there_before_the_rest_is_shared(room: Room) -> None:
    reel, target = replace(room.reel(seen()), soon=True), room.folder / "film.mp4"
    cuts: list[Cutlist] = []
    with pytest.raises(Shared) as shared:
        room.cutting.film(
            reel, work=room.folder, target=target, watch=Quiet(), note=cuts.append, workers=lambda _: 2
        )
    elsewhere = sum(map(len, shared.value.shares))
    assert 0 < elsewhere < len(cuts[0].entries) == len(room.segments()) + elsewhere


def test_shares_make_the_proxies_that_they_need(bare: Room, room: Room) -> None:
    reel, target = replace(bare.reel(seen()), soon=True), bare.folder / "film.mp4"
    with pytest.raises(Shared) as shared:
        bare.cutting.film(reel, work=bare.folder, target=target, watch=Quiet(), workers=lambda _: 2)
    for share in shared.value.shares:
        with bare.quartermaster.scratch() as work:
            bare.cutting.make(reel, share, work=work, watch=Quiet())
    assert bare.cut(seen())[1].encode == ()
    room.cut(seen())
    assert bare.segments() == room.segments()
