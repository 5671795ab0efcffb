"""Synthesise the example film's sound bed: `python examples/sound.py` writes examples/audio/bed.m4a."""

import argparse
import subprocess
import tempfile
import wave
from collections.abc import Sequence
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float64]
"""Samples x 2, left and right, full scale 1."""

HERE = Path(__file__).resolve().parent
RATE = 48_000
SECONDS = 21.2
PEAK = 10 ** (-3.2 / 20)
"""A little under -3 dBFS, because a lossy codec may overshoot by some tenths."""

# D major 7, B minor, G major 7, D with the ninth: in semitones from A4 = 440 Hz, low notes first.
CHORDS = (
    (-31, -19, -12, -8, -3, 4),
    (-34, -22, -15, -7, -5, 2),
    (-26, -14, -10, -7, 2, 9),
    (-31, -19, -12, -7, -3, 7),
)
# A small tune over them: (seconds, semitones from A4), all of the pentatonic scale of D.
TUNE = (
    *((2.2, 9), (2.9, 12), (4.4, 7), (6.4, 5), (7.1, 9), (7.8, 2), (9.3, 12)),
    *((11.5, 2), (12.2, 5), (12.9, 9), (13.6, 12), (15.1, 7), (16.8, 5), (17.5, 0)),
)


def pitch(semitones: float) -> float:
    """Frequency in hertz of a note so many semitones above A4."""
    return float(440 * 2 ** (semitones / 12))


def lowpass(sound: NDArray[np.float64], corner: float) -> NDArray[np.float64]:
    """A gentle 12 dB-per-octave low-pass along time, done on the spectrum so that it needs no state."""
    spectrum = np.fft.rfft(sound, axis=0)
    frequencies = np.fft.rfftfreq(len(sound), 1 / RATE)
    gain = 1 / (1 + (frequencies / corner) ** 2)
    return np.fft.irfft(spectrum * (gain[:, None] if sound.ndim == 2 else gain), len(sound), axis=0)


def placed(mono: NDArray[np.float64], pan: float) -> Sound:
    """A mono sound in the stereo field with even loudness; pan -1 is left, 1 is right."""
    angle = (pan + 1) * np.pi / 4
    return np.stack([mono * np.cos(angle), mono * np.sin(angle)], axis=-1)


def pad(rng: np.random.Generator) -> Sound:
    """Warm chords that swell into one another, three slightly detuned voices to a note."""
    count = int(SECONDS * RATE)
    time = np.arange(count) / RATE
    span = SECONDS / len(CHORDS)
    bed = np.zeros((count, 2))
    for number, chord in enumerate(CHORDS):
        middle = (number + 0.5) * span
        swell = np.clip(1 - np.abs(time - middle) / (span * 0.86), 0, 1)
        swell = np.sin(swell * np.pi / 2) ** 2
        for place, note in enumerate(chord):
            voices = [_voice(time, pitch(note) * 2 ** (cents / 1200), rng) for cents in (-5, 0, 6)]
            level = 1.1 - 0.13 * place
            bed += (
                level
                * swell[:, None]
                * sum(placed(voice, pan) for voice, pan in zip(voices, (-0.7, 0, 0.7), strict=True))
            )
    return lowpass(bed, 900) / 36


def _voice(time: NDArray[np.float64], frequency: float, rng: np.random.Generator) -> NDArray[np.float64]:
    phase = rng.uniform(0, 2 * np.pi) + 0.6 * np.sin(2 * np.pi * rng.uniform(0.07, 0.16) * time)
    turns = 2 * np.pi * frequency * time + phase
    return (
        np.sin(turns) + 0.35 * np.sin(2 * turns + 0.3) + 0.16 * np.sin(3 * turns) + 0.06 * np.sin(4 * turns)
    )


def plucks(rng: np.random.Generator) -> Sound:
    """The tune on a bell-like string, each note a little louder or softer and at its own place."""
    bed = np.zeros((int(SECONDS * RATE), 2))
    for seconds, note in TUNE:
        start = int((seconds + rng.uniform(-0.02, 0.02)) * RATE)
        part = placed(_pluck(pitch(note), rng.uniform(0.7, 1.0)), rng.uniform(-0.6, 0.6))[: len(bed) - start]
        bed[start : start + len(part)] += part
    return bed * 0.17


def _pluck(frequency: float, level: float) -> NDArray[np.float64]:
    time = np.arange(int(2.6 * RATE)) / RATE
    partials = ((1, 1.0, 0.75), (2.0, 0.34, 0.42), (3.01, 0.14, 0.24), (5.4, 0.05, 0.09))
    tone = sum(
        share * np.sin(2 * np.pi * frequency * ratio * time) * np.exp(-time / decay)
        for ratio, share, decay in partials
    )
    return level * np.asarray(tone) * np.minimum(time / 0.006, 1) * np.minimum((2.6 - time) / 0.2, 1)


def sea(rng: np.random.Generator) -> Sound:
    """Soft noise that comes and goes like waves on a far beach."""
    count = int(SECONDS * RATE)
    time = np.arange(count) / RATE
    noise = lowpass(rng.standard_normal((count, 2)), 620)
    noise -= lowpass(noise, 110)
    waves = (
        0.35
        + 0.65 * (0.5 - 0.5 * np.cos(2 * np.pi * time / 6.4 + 0.7 * np.sin(2 * np.pi * time / 15))) ** 1.8
    )
    return np.asarray(noise / np.abs(noise).max() * waves[:, None] * 0.3)


def room(sound: Sound, rng: np.random.Generator, share: float) -> Sound:
    """The sound with the tail of a large soft room: decaying noise, different on each side."""
    tail = np.arange(int(2.8 * RATE)) / RATE
    answer = (
        lowpass(rng.standard_normal((len(tail), 2)), 2400)
        * (np.exp(-tail / 0.62) * np.minimum(tail / 0.03, 1))[:, None]
    )
    answer /= np.sqrt((answer**2).sum(axis=0))
    size = 1 << (len(sound) + len(tail)).bit_length()
    wet = np.fft.irfft(np.fft.rfft(sound, size, axis=0) * np.fft.rfft(answer, size, axis=0), size, axis=0)
    return sound * (1 - 0.4 * share) + wet[: len(sound)] * share


def echo(sound: Sound, delay: float, keep: float) -> Sound:
    """Three repeats that change sides, each quieter."""
    out = sound.copy()
    for turn in range(1, 4):
        shift = int(delay * turn * RATE)
        repeat = sound[:-shift, ::-1] if turn % 2 else sound[:-shift]
        out[shift:] += repeat * keep**turn
    return out


def bed(seed: int = 7) -> Sound:
    """The finished bed at 48 kHz, peak about -3 dBFS, faded in and out; a seed gives the same again."""
    rng = np.random.default_rng(seed)
    music = room(pad(rng), rng, 0.35) + room(echo(plucks(rng), 0.54, 0.42), rng, 0.5)
    mixed = music + sea(rng)
    time = np.arange(len(mixed)) / RATE
    fade = (
        np.sin(np.clip(time / 2.0, 0, 1) * np.pi / 2) ** 2
        * np.sin(np.clip((SECONDS - time) / 4.0, 0, 1) * np.pi / 2) ** 2
    )
    mixed = lowpass(mixed, 9000) * fade[:, None]
    return np.asarray(mixed / np.abs(mixed).max() * PEAK)


def write(sound: Sound, target: Path) -> None:
    """Encode as AAC; the temporary WAV never lies beside the result."""
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "bed.wav"
        with wave.open(str(plain), "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(np.round(sound * 32767).astype("<i2").tobytes())
        ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-i", str(plain)]
        subprocess.run(
            [
                *ffmpeg,
                "-c:a",
                "aac",
                "-b:a",
                "128k",
                "-fflags",
                "+bitexact",
                "-flags:a",
                "+bitexact",
                "-movflags",
                "+faststart",
                str(target),
            ],
            check=True,
        )


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the bed, by default where the storyboard looks for it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE / "audio" / "bed.m4a")
    options = parser.parse_args(arguments)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    write(bed(), options.out)
    print(options.out)


if __name__ == "__main__":
    main()
