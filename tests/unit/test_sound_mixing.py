"""Decoded sounds in one mix: each at its place, as loud as it shall be, and remembered for the next one."""

from __future__ import annotations

import wave
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from jynco.adapters.media.ffmpeg import FFmpeg
from jynco.adapters.media.mixing import CEILING, limited, summed
from jynco.agents.cutting.decoded import Desk, Memory
from jynco.agents.splicing import indexed
from jynco.compose.audio import Track
from jynco.compose.encoder import Container, sound_options
from jynco.compose.sources import Source
from jynco.compose.stems import Stem, decoded, mix, stem_of, stems
from jynco.compose.stretches import Sound, Stretch
from jynco.errors import StorageFull
from jynco.model.ids import CacheKey
from jynco.model.media import Command, MediaInfo, Mix, Voice
from jynco.model.storyboard import Quality
from tests.integration.film_kit import Quiet

SOURCE = Source(Path("a.wav"), MediaInfo("wav"), sha256="ab" * 32)


def pcm(samples: int, level: float = 1.0) -> memoryview:
    return memoryview(np.full((samples, 2), level, "<f4").tobytes())


def left(start: int, end: int, *voices: Voice) -> NDArray[np.float32]:
    both = summed(Mix(voices, start, end, {}))
    assert np.array_equal(both[0], both[1])
    heard: NDArray[np.float32] = both[0]
    return heard


def test_a_voice_is_heard_from_its_place_to_its_end() -> None:
    voice = Voice(pcm(6, 0.5), 4, None, volume=0.5)
    assert left(0, 12, voice).tolist() == [0] * 4 + [0.25] * 6 + [0] * 2
    assert left(7, 9, voice).tolist() == [0.25] * 2
    assert left(10, 12, voice).tolist() == [0, 0]
    assert left(0, 12, Voice(pcm(6), 4, 2)).tolist() == [0] * 4 + [1] * 2 + [0] * 6
    assert left(0, 3, Voice(pcm(0), 0, 2)).tolist() == [0, 0, 0]


def test_where_two_fades_cross_their_power_adds_up_to_one() -> None:
    out = left(0, 100, Voice(pcm(100), 0, 100, fade_out=40))
    back = left(0, 100, Voice(pcm(40), 60, 40, fade_in=40))
    assert out[:60].tolist() == [1] * 60
    assert np.allclose(out[60:] ** 2 + back[60:] ** 2, 1, atol=1e-6)
    parts = [left(start, start + 25, Voice(pcm(100), 0, 100, fade_out=40)) for start in range(0, 100, 25)]
    assert np.array_equal(np.concatenate(parts), out)


def test_only_what_is_too_loud_gives_way() -> None:
    tone = np.sin(np.arange(48_000) / 20).astype(np.float32)
    quiet, loud = np.stack([tone, tone]) * np.float32(0.96), np.stack([tone, tone]) * np.float32(2)
    assert limited(quiet) is quiet
    held = limited(loud)
    assert held.shape == loud.shape
    assert np.abs(held).max() <= CEILING + 1e-6


def test_a_mix_is_encoded_to_the_sample(tmp_path: Path) -> None:
    options = {"format": "mp4", **sound_options(Container.MP4, Quality.STANDARD)}
    FFmpeg().mix(Mix((Voice(pcm(9_000, 0.3), 0, None),), 0, 10_000, options), tmp_path / "sound")
    assert (
        sum(indexed(tmp_path / "sound").lengths) == 10_000 + 1_024
    )  # what the encoder needs before the first


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_is_waited_for(tmp_path: Path) -> None:
    options = {"format": "mp4", **sound_options(Container.MP4, Quality.STANDARD)}
    (tmp_path / "sound").symlink_to("/dev/full")
    with pytest.raises(StorageFull, match="make room there"):
        FFmpeg().mix(Mix((Voice(pcm(480_000, 0.3), 0, None),), 0, 480_000, options), tmp_path / "sound")


def test_a_sound_is_known_by_what_is_heard_of_it() -> None:
    track = Track(SOURCE, 5, 100, 0.5, 1, 2)
    assert stem_of(track) == stem_of(Track(SOURCE, 0, None))
    assert stem_of(track) != stem_of(Track(SOURCE, 5, 100, speed=Fraction(2)))
    assert stem_of(track) != stem_of(Track(Source(Path("a"), MediaInfo("wav"), sha256="cd" * 32), 5, 100))


def test_it_is_decoded_as_far_as_it_is_heard() -> None:
    first = Stretch(CacheKey("a"), 0, 1_000, 0, 1)
    (stem,) = stems([Track(SOURCE, 400, None), Track(SOURCE, 900, 5_000)], [first]).values()
    assert stem.samples == 600
    (stem,) = stems([Track(SOURCE, 400, 50)], [first]).values()
    assert stem.samples == 50
    assert not stems([Track(SOURCE, 1_000, 50)], [first])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "a.f32").write_bytes(bytes(800))
    return tmp_path / "a.f32"


def stem(name: str, samples: int = 100) -> Stem:
    return Stem(name, Track(SOURCE, 0, None), samples)


def test_what_was_decoded_lately_is_remembered_while_there_is_room(file: Path) -> None:
    memory = Memory(most=1_600)
    for name in ("a", "b"):
        memory.keep(stem(name), file)
    assert memory.recall(stem("a", 40)) == memoryview(bytes(800))
    assert memory.recall(stem("a", 101)) is None  # more of it than was decoded
    memory.keep(stem("c"), file)
    assert memory.recall(stem("b")) is None  # the one that was wanted the longest ago
    assert memory.recall(stem("a")) is not None


def test_a_sound_that_is_too_long_to_be_remembered_is_read_all_the_same(file: Path) -> None:
    memory = Memory(most=100)
    memory.keep(stem("a"), file)
    assert memory.recall(stem("a")) is None


def test_clips_of_one_film_share_what_is_decoded_of_it() -> None:
    """At its own speed, and where little of it lies before what is heard."""
    clips = [Track(SOURCE, 400 * n, 300, first=100 * n) for n in range(3)]
    first = Stretch(CacheKey("a"), 0, 2_000, 0, 1)
    (stem,) = stems(clips, [first]).values()
    assert (stem.track.first, stem.samples) == (0, 500)
    far, fast = replace(clips[1], first=48_000_000), replace(clips[1], speed=Fraction(2))
    assert len(stems([*clips, far, fast], [first])) == 3
    counted = np.repeat(np.arange(500, dtype="<f4"), 2).tobytes()
    heard = summed(mix(first, clips, {stem.name: memoryview(counted)}, Sound(Container.MP4, Quality.DRAFT)))
    assert heard[0, 400:700].tolist() == [*range(100, 400)]
    assert heard[0, 800:1_100].tolist() == [*range(200, 500)]


def several(count: int, folder: Path) -> dict[str, Stem]:
    """As many short sounds."""
    path, found = folder / "a.wav", dict[str, Stem]()
    with wave.open(str(path), "wb") as sound:
        sound.setparams((2, 2, 48_000, 0, "NONE", ""))
        sound.writeframes(bytes(4_000))
    for number in range(count):
        track = Track(
            Source(path, MediaInfo("wav", audio_codec="pcm_s16le"), sha256=f"{number:064}"), 0, None
        )
        found[stem_of(track)] = Stem(stem_of(track), track, 900)
    return found


def test_many_sounds_are_decoded_some_at_a_time_and_held_by_nobody(tmp_path: Path) -> None:
    wanted, memory = several(60, tmp_path), Memory(most=20_000)
    desk = Desk(wanted, memory)
    for task in desk.decoding(tmp_path / "work"):
        assert isinstance(task.command, Command)
        assert task.command.arguments.count("-i") <= 50
        (tmp_path / "work").mkdir(exist_ok=True)
        FFmpeg().run(task.command, Quiet(), timeout=60)
        task.keep()
    assert {len(each) for each in desk.samples(wanted).values()} == {7_200}
    remembered = Desk(wanted, memory).decoding(tmp_path)
    assert (
        sum(task.command.arguments.count("-i") for task in remembered if isinstance(task.command, Command))
        == 58
    )


def test_a_long_sound_has_as_much_more_time(tmp_path: Path) -> None:
    hour = Stem("a", Track(SOURCE, 0, None), 3_600 * 48_000)
    (task,) = Desk({"a": hour}, Memory()).decoding(tmp_path)
    assert task.frames > 2_000


def test_a_sound_without_a_sample_is_silence(tmp_path: Path) -> None:
    desk = Desk({"a": stem("a")}, Memory())
    (task,) = desk.decoding(tmp_path)
    decoded(stem("a"), tmp_path).touch()
    task.keep()
    assert len(desk.samples(["a"])["a"]) == 0
