"""The sound in stretches: what is heard is what one encoder makes of the whole, and an edit costs what it touches."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from jynco.adapters.media.ffmpeg import FFmpeg
from jynco.agents.cutting import Cutting
from jynco.agents.screening import Screen
from jynco.compose.cutlist import Cutlist
from jynco.compose.sources import Source
from jynco.compose.stretches import LENGTH, PACKET
from jynco.model.ids import JobId
from jynco.model.media import Command
from jynco.model.storyboard import AudioLayer, Clip, Codec
from jynco.ports import Watch
from tests.integration.cut_kit import Room, kept
from tests.integration.film_kit import (
    Quiet,
    board,
    clip,
    ffmpeg,
    made,
    numbered,
    samples,
    sound_length,
    source,
)

GRID = Fraction(LENGTH * PACKET, 48_000)  # seconds of a stretch
SECONDS = 20  # of film: five stretches
CLIPS = [clip(str(number), "4") for number in range(SECONDS // 4)]
BED = AudioLayer("layer_b", "/layers/audio/0", "bed")
LATE = AudioLayer("layer_l", "/layers/audio/1", "drum", Fraction(9), Fraction(3), 0.5)
RESTLESS = "0.2*sin(2*PI*440*t)+0.15*(random(0)-0.5)+0.5*exp(-30*mod(t\\,0.37))*sin(2*PI*90*t)"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Source]:
    """A clip, and sounds with tones, noise and strokes: whatever makes an encoder change its ways."""
    folder = tmp_path_factory.mktemp("sources")
    ffmpeg("-f", "lavfi", "-i", f"aevalsrc={RESTLESS}|{RESTLESS}:s=44100:d=25", folder / "bed.wav")
    ffmpeg("-f", "lavfi", "-i", "sine=90:d=9", folder / "drum.wav")
    paths = {
        "clip": numbered(folder / "clip.mp4", 1, 40),
        **{n: folder / f"{n}.wav" for n in ("bed", "drum")},
    }
    return {name: kept(source(path)) for name, path in paths.items()}


@pytest.fixture
def room(files: dict[str, Source], tmp_path: Path) -> Room:
    return Room(tmp_path, {each.clip_id: files["clip"] for each in CLIPS}, files)


def heard(path: Path) -> NDArray[np.float32]:
    assert sound_length(path) == SECONDS * 48_000
    return samples(path)


@pytest.mark.parametrize("volume", [0.6, 3.0])  # the second one is held under the ceiling all the time
def test_the_joined_sound_is_that_of_one_encoder(room: Room, volume: float) -> None:
    story = board(CLIPS, audio=[replace(BED, volume=volume), LATE])
    joined, whole = (
        heard(room.cut(story)[0]),
        heard(made(story, room.materials, room.folder, sounds=room.sounds)),
    )
    apart = np.abs(joined - whole)
    assert apart.max() < (1e-4 if volume < 1 else 0.02)


def grown(room: Room, *audio: AudioLayer, clips: list[Clip] = CLIPS) -> int:
    """How many stretches of sound a film costs beside what is kept; it costs no picture."""
    before = len(room.segments())
    assert room.cut(board(clips, audio=audio))[1].encode == ()
    return len(room.segments()) - before


def test_a_volume_costs_the_stretches_it_is_heard_in(room: Room) -> None:
    room.cut(board(CLIPS))
    assert grown(room, BED, LATE) == 5
    assert grown(room, BED, replace(LATE, volume=0.9)) == 1
    assert grown(room, replace(BED, volume=0.9), LATE) == 5
    assert grown(room, BED, LATE) == 0


class Counted(FFmpeg):
    """FFmpeg, and how often it was started."""

    def __init__(self) -> None:
        self.started = 0

    def run(self, command: Command, watch: Watch, *, timeout: float) -> None:
        self.started += 1
        super().run(command, watch, timeout=timeout)


def test_a_volume_starts_nothing(room: Room) -> None:
    """What it is mixed of was decoded before, and is decoded again where it was not."""
    room.cut(board(CLIPS))
    media = Counted()
    room.cutting = Cutting(room.quartermaster, media, 2)
    for volume, due in ((0.9, 1), (0.8, 1), (0.7, 1)):
        assert grown(room, replace(BED, volume=volume)) == 5
        assert media.started == due
    assert grown(room, replace(BED, volume=0.7), LATE) == 1
    assert media.started == 2


def test_a_film_that_ends_elsewhere_keeps_the_sound_before(room: Room) -> None:
    room.cut(board(CLIPS))
    assert grown(room, BED) == 5
    assert grown(room, BED, clips=CLIPS[:4]) == 1  # its last one


def test_edited_step_by_step_it_is_what_it_is_from_nothing(room: Room, tmp_path: Path) -> None:
    last = board(CLIPS, audio=[replace(BED, volume=0.5), replace(LATE, start_time=Fraction(2))])
    for story in (board(CLIPS, audio=[LATE]), board(CLIPS[:3], audio=[BED, LATE]), board(CLIPS, audio=[BED])):
        room.cut(story)
    (tmp_path / "other").mkdir()
    fresh = Room(tmp_path / "other", room.materials, room.sounds)
    assert room.cut(last)[0].read_bytes() == fresh.cut(last)[0].read_bytes()


def test_a_stream_goes_on_over_all_stretches(room: Room, tmp_path: Path) -> None:
    lists: list[Cutlist] = []
    reel, target = room.reel(board(CLIPS, audio=[BED])), tmp_path / "film.mp4"
    room.cutting.film(reel, work=tmp_path, target=target, watch=Quiet(), note=lists.append)
    screen = Screen(room.quartermaster, JobId("job_render_1"), lists[0])
    assert screen.ready == screen.parts
    stream = tmp_path / "stream.mp4"
    stream.write_bytes(screen.opening() + b"".join(map(screen.part, range(screen.parts))))
    assert np.array_equal(samples(stream), samples(target))


def test_the_beginning_plays_while_the_sound_of_the_end_is_missing(room: Room, tmp_path: Path) -> None:
    lists: list[Cutlist] = []
    reel, target = room.reel(board(CLIPS, audio=[BED])), tmp_path / "film.mp4"
    room.cutting.film(reel, work=tmp_path, target=target, watch=Quiet(), note=lists.append)
    room.shelf.forget(lists[0].sounds[4].key)
    screen = Screen(room.quartermaster, JobId("job_render_1"), lists[0])
    played = sum(map(screen.seconds, range(screen.ready)))
    assert 4 * GRID - 4 <= played < 4 * GRID
    assert not screen.has(screen.parts - 1)


def test_a_webm_has_its_sound_in_one_piece(room: Room) -> None:
    story = board(CLIPS[:3], codec=Codec.VP9, audio=[BED])
    film, _ = room.cut(story)
    assert abs(sound_length(film) - 12 * 48_000) <= 1
    assert len(room.segments()) == len(set(room.keys(room.reel(story)))) + 1
