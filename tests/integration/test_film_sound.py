"""What is heard, to the sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from jynco.compose.sources import Material, Source
from jynco.model.ids import ClipId
from jynco.model.storyboard import AudioLayer, Effects, Filter, Storyboard
from jynco.model.time import Rate
from tests.integration.film_kit import MEDIA, board, clip, ffmpeg, made, samples, sound_length, source

A, B = ClipId("clip_a"), ClipId("clip_b")
FRAME = 48_000 // 25  # samples


def tone(path: Path, *encoder: str, volume: str = "1", seconds: int = 2, layout: str = "stereo") -> Path:
    """A tone of half of full scale in every channel."""
    channels = {"mono": 1, "stereo": 2, "5.1": 6}[layout]
    level = "|".join([f"0.5*{volume}*sin(2*PI*600*t)"] * channels)
    ffmpeg("-f", "lavfi", "-i", f"aevalsrc={level}:c={layout}:s=44100:d={seconds}", *encoder, path)
    return path


def talking(path: Path, pitch: int) -> Path:
    """Two seconds of film with a tone."""
    ffmpeg(
        "-f", "lavfi", "-i", "color=c=gray:s=160x90:r=25:d=2",
        "-f", "lavfi", "-i", f"aevalsrc=0.5*sin(2*PI*{pitch}*t)|0.5*sin(2*PI*{pitch}*t):s=44100:d=2",
        "-pix_fmt", "yuv420p", path,
    )  # fmt: skip
    return path


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> Source:
    path = tmp_path_factory.mktemp("sources") / "silent.mp4"
    ffmpeg("-f", "lavfi", "-i", "color=c=gray:s=160x90:r=25:d=3", "-pix_fmt", "yuv420p", path)
    return source(path)


def layer(name: str, start: str = "0", duration: str | None = None, volume: float = 1.0) -> AudioLayer:
    length = None if duration is None else Fraction(duration)
    return AudioLayer(name, "/layers/audio/0", name, Fraction(start), length, volume)


def heard(
    frames: int,
    storyboard: Storyboard,
    materials: Mapping[ClipId, Material],
    folder: Path,
    sounds: Mapping[str, Source] | None = None,
) -> NDArray[np.float32]:
    """The film's sound, which is exactly as long as its ``frames``."""
    film = made(storyboard, materials, folder, sounds=sounds)
    assert sound_length(film) == frames * FRAME
    return samples(film)


def loudness(sound: NDArray[np.float32], first: float, last: float) -> float:
    """Root mean square between two seconds, over both channels."""
    return float(np.sqrt((sound[:, int(first * 48_000) : int(last * 48_000)] ** 2).mean()))


@pytest.mark.parametrize("kind", ["wav", "mp3", "m4a", "flac", "ogg"])
def test_a_layer_starts_and_ends_within_a_frame(kind: str, silent: Source, tmp_path: Path) -> None:
    path = tone(tmp_path / f"tone.{kind}", *(["-c:a", "libvorbis"] if kind == "ogg" else []))
    storyboard = board([clip("a", "2.6")], rate=Rate(25), audio=[layer("x", "0.72", "1.2", 0.5)])
    sound = heard(65, storyboard, {A: silent}, tmp_path, sounds={"x": source(path)})
    loud = np.nonzero(np.abs(sound[0]) > 0.05)[0]
    assert abs(loud[0] - 0.72 * 48_000) < FRAME
    assert abs(loud[-1] - 1.92 * 48_000) < FRAME
    assert loudness(sound, 1, 1.8) == pytest.approx(0.5 * 0.5 / 2**0.5, rel=0.1)


@pytest.mark.parametrize("layout", ["mono", "stereo", "5.1"])
def test_every_layout_becomes_stereo(layout: str, silent: Source, tmp_path: Path) -> None:
    path = tone(tmp_path / "tone.wav", layout=layout)
    storyboard = board([clip("a", "1")], rate=Rate(25), audio=[layer("x")])
    sound = heard(25, storyboard, {A: silent}, tmp_path, sounds={"x": source(path)})
    assert abs(loudness(sound[:1], 0.2, 0.8) - loudness(sound[1:], 0.2, 0.8)) < 0.01
    assert 0.2 < loudness(sound, 0.2, 0.8) < 0.72
    assert np.abs(sound).max() < 1.05


def test_without_any_sound_there_is_no_stream(silent: Source, tmp_path: Path) -> None:
    assert MEDIA.probe(made(board([clip("a", "1")]), {A: silent}, tmp_path)).audio_codec is None


def test_generated_clips_are_silent_and_footage_is_heard(silent: Source, tmp_path: Path) -> None:
    path = talking(tmp_path / "talk.mp4", 500)
    storyboard = board([clip("a", "1"), clip("b", "1.5")], rate=Rate(25))
    sound = heard(63, storyboard, {A: silent, B: source(path, sound=True)}, tmp_path)
    assert np.abs(sound[:, : 24 * FRAME]).max() < 0.01
    assert loudness(sound, 1.2, 2.4) > 0.3
    muted = made(storyboard, {A: silent, B: source(path)}, tmp_path)
    assert MEDIA.probe(muted).audio_codec is None


@pytest.mark.parametrize(("factor", "frames"), [("2", 25), ("1/2", 100), ("3/10", 167)])
def test_footage_that_plays_faster_or_slower_keeps_its_pitch(
    factor: str, frames: int, tmp_path: Path
) -> None:
    speed = Fraction(factor)
    look = Effects(filters=(Filter("speed", 0.5, (("factor", float(speed)),)),))
    fast = replace(clip("a", "2"), effects=look, speed=speed)
    films = {A: source(talking(tmp_path / "talk.mp4", 500), sound=True)}
    sound = heard(frames, board([fast], rate=Rate(25)), films, tmp_path)
    assert loudness(sound, 0.1, 0.9 * float(2 / speed)) > 0.3
    middle = sound[0][sound.shape[1] // 4 : sound.shape[1] // 4 + 24_000]
    strongest = int(np.argmax(np.abs(np.fft.rfft(middle)))) * 48_000 / middle.size
    assert abs(strongest - 500) < 12


def test_footage_crosses_at_a_seam_as_loud_as_before(tmp_path: Path) -> None:
    both = {
        A: source(talking(tmp_path / "a.mp4", 500), sound=True),
        B: source(talking(tmp_path / "b.mp4", 900), sound=True),
    }
    clips = [clip("a", "2", leave="dissolve", crossing="1"), clip("b", "2")]
    sound = heard(75, board(clips, rate=Rate(25)), both, tmp_path)
    parts = [loudness(sound, second, second + 0.2) for second in (0.5, 1.1, 1.4, 1.7, 2.5)]
    assert max(parts) - min(parts) < 0.06
    spectrum = np.abs(np.fft.rfft(sound[0][int(1.4 * 48_000) : int(1.6 * 48_000)]))
    assert {round(n * 5 / 100) for n in np.argsort(spectrum)[-2:]} == {5, 9}


def test_loud_layers_do_not_clip(silent: Source, tmp_path: Path) -> None:
    path = tone(tmp_path / "tone.wav", volume="1.8")
    many = [layer(f"x{n}") for n in range(3)]
    sounds = {f"x{n}": source(path) for n in range(3)}
    sound = heard(25, board([clip("a", "1")], rate=Rate(25), audio=many), {A: silent}, tmp_path, sounds)
    assert np.abs(sound).max() < 1.05
    assert loudness(sound, 0.3, 0.8) > 0.49


def test_layers_past_the_end_are_cut(silent: Source, tmp_path: Path) -> None:
    path = tone(tmp_path / "tone.wav", seconds=5)
    late = [layer("x", "0.5"), layer("y", "30")]
    sounds = {"x": source(path), "y": source(path)}
    sound = heard(
        25, board([clip("a", "1")], rate=Rate(25), audio=late), {A: silent}, tmp_path, sounds=sounds
    )
    assert loudness(sound, 0.1, 0.4) < 0.01
    assert loudness(sound, 0.6, 0.9) > 0.2
