"""Small grey pictures of a film, by which it is told whether it shows anything and whether that moves.

Each pixel of them is the mean of many, so that the noise of an encoder is lost and a moving thing is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import starmap
from operator import sub
from pathlib import Path
from typing import Final

from jynco.model.media import Look, MediaInfo

WIDTH: Final = 96
HEIGHT: Final = 54
RATE: Final = 8  # pictures a second
LIGHT: Final = 255


def output(pictures: Path) -> tuple[str, ...]:
    """The arguments of FFmpeg's second output, which costs little beside the decoding of the whole film."""
    scale = f"fps={RATE}:round=up,scale={WIDTH}:{HEIGHT}:flags=area,format=gray"
    return ("-map", "0:V:0", "-vf", scale, "-f", "rawvideo", f"file:{pictures}")


def judged(info: MediaInfo, pictures: Path) -> Look:
    """What the pictures show."""
    first, brightest, change = b"", 0, None
    for picture in _read(pictures):
        brightest = max(brightest, max(picture))
        if first:
            change = max(change or 0, max(map(abs, starmap(sub, zip(picture, first, strict=True)))))
        first = first or picture
    return Look(info, brightest / LIGHT, None if change is None else change / LIGHT)


def _read(pictures: Path) -> Iterator[bytes]:
    with pictures.open("rb") as stream:
        while len(picture := stream.read(WIDTH * HEIGHT)) == WIDTH * HEIGHT:
            yield picture
