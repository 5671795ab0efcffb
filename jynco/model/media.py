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
    duration: Fraction  # seconds; 0 for stills
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
class Command:
    """One FFmpeg process: its arguments (without the program) and the small files that it reads."""

    arguments: tuple[str, ...]  # placeholders such as {work}/graph.txt are not used: paths are final
    files: Mapping[Path, str] = field(default_factory=dict)  # text to write before the start
    frames: int = 0  # how many frames it makes, for progress
