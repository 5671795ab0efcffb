"""What a probe says of a file, and what the runner is asked to do. Pixels are as shown, after rotation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """The facts of one media file."""

    format: str  # FFmpeg's demuxer name, such as "mov" or "matroska"
    duration: Fraction = Fraction(0)  # seconds; 0 for stills
    width: int = 0  # display size after rotation; 0 where there is no picture
    height: int = 0
    rate: Fraction = Fraction(0)  # average frames per second
    frames: int = 0  # 0 where unknown
    video_codec: str | None = None
    audio_codec: str | None = None
    rotation: int = 0  # degrees, clockwise
    pixel_aspect: Fraction = Fraction(1)
    color: Mapping[str, str] = field(default_factory=dict)  # space, transfer, primaries, range
    interlaced: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """What a whole film shows, judged by a few small grey pictures of it. Light is 0 (black) to 1."""

    info: MediaInfo  # of a film whose every frame was decoded and counted
    brightest: float  # the lightest pixel of all pictures
    change: (
        float | None
    )  # how much the pixel that changes most differs from the first picture; None: there is but one

    @property
    def seconds(self) -> float:
        """How long it plays, by its frames."""
        rate = self.info.rate
        return float(self.info.frames / rate) if rate else float(self.info.duration)


@dataclass(frozen=True, slots=True)
class Command:
    """One FFmpeg process: its arguments (without the program) and the small files that it reads."""

    arguments: tuple[str, ...]  # placeholders such as {work}/graph.txt are not used: paths are final
    files: Mapping[Path, str] = field(default_factory=dict)  # text to write before the start
    frames: int = 0  # how many frames it makes, for progress


@dataclass(frozen=True, slots=True)
class Voice:
    """One sound in a mix, in samples at 48 kHz: where it begins, how much of it is heard, how it comes and goes.

    ``pcm`` are its samples as interleaved stereo floats of 32 bits, which our own FFmpeg has decoded.
    """

    pcm: memoryview
    start: int
    samples: int | None  # None: to its own end
    volume: float = 1.0
    fade_in: int = 0
    fade_out: int = 0


@dataclass(frozen=True, slots=True)
class Mix:
    """Sample ``start`` to ``end`` of a film's sound, and how they are encoded, in FFmpeg's words."""

    voices: tuple[Voice, ...]
    start: int
    end: int
    options: Mapping[str, str]
