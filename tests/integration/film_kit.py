"""Films whose every frame says its own number, and a reader that tells which frames a made film shows.

A card is 160x90: eight blocks above for the frame's number, eight below for the source's, in black and white.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from jynco.adapters.media.ffmpeg import FFmpeg
from jynco.compose.command import film
from jynco.compose.sources import Material, Source
from jynco.compose.timeline import lay_out
from jynco.model.ids import ClipId, ProjectId
from jynco.model.storyboard import (
    AudioLayer,
    Clip,
    Codec,
    Effects,
    OutputSettings,
    Quality,
    Storyboard,
    TextLayer,
    Transition,
    TransitionKind,
)
from jynco.model.time import Rate

WIDTH, HEIGHT = 160, 90
DARK, BRIGHT = 40, 200
Picture = NDArray[np.float64]
MEDIA = FFmpeg()


class Quiet:
    """A watch that never ends anything, and remembers how far things were."""

    def __init__(self) -> None:
        self.seen: list[float] = []

    def check(self) -> None:
        return

    def progress(self, fraction: float) -> None:
        self.seen.append(fraction)


def card(source: int, frame: int) -> Picture:
    """The luma of one frame of one source."""
    rows = [[(number >> bit) & 1 for bit in range(8)] for number in (frame, source)]
    blocks = np.array(rows, dtype=np.float64) * (BRIGHT - DARK) + DARK
    return np.kron(blocks, np.ones((HEIGHT // 2, WIDTH // 8))).astype(np.float64)


BLACK: Picture = np.full((HEIGHT, WIDTH), 16.0)


def ffmpeg(*arguments: str | Path, data: bytes | None = None) -> None:
    """Runs the binary for a test's own needs."""
    from imageio_ffmpeg import get_ffmpeg_exe

    line = [get_ffmpeg_exe(), "-v", "error", "-y", *map(str, arguments)]
    done = subprocess.run(line, input=data, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


def numbered(path: Path, source: int, frames: int, rate: str = "10", extra: Sequence[str] = ()) -> Path:
    """A film of ``frames`` cards; ``extra`` are encoder arguments, which come last and win."""
    chroma = np.full(WIDTH * HEIGHT // 2, 128, np.uint8).tobytes()
    data = b"".join(card(source, number).astype(np.uint8).tobytes() + chroma for number in range(frames))
    raw = ("-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{WIDTH}x{HEIGHT}", "-r", rate, "-i", "-")
    ffmpeg(*raw, "-c:v", "libx264", "-preset", "ultrafast", "-crf", "8", *extra, path, data=data)
    return path


def board(
    clips: Iterable[Clip],
    *,
    rate: Rate = Rate(10),
    codec: Codec = Codec.H264,
    size: tuple[int, int] = (WIDTH, HEIGHT),
    text: Iterable[TextLayer] = (),
    audio: Iterable[AudioLayer] = (),
    title: str | None = None,
) -> Storyboard:
    """A storyboard at draft quality."""
    output = OutputSettings(*size, rate, codec, None, Quality.DRAFT)
    return Storyboard(ProjectId("proj_test"), output, tuple(clips), tuple(audio), tuple(text), title)


def clip(
    name: str,
    seconds: str,
    *,
    enter: str = "none",
    leave: str = "none",
    start: str | None = None,
    crossing: str | None = None,
) -> Clip:
    """A clip of the timeline; times as they are typed."""
    return Clip(
        ClipId(f"clip_{name}"),
        f"/timeline/{name}",
        duration=Fraction(seconds),
        start_time=None if start is None else Fraction(start),
        transition_duration=None if crossing is None else Fraction(crossing),
        effects=Effects(_kind(enter), _kind(leave)),
    )


def _kind(name: str) -> Transition:
    return TransitionKind(name) if name in set(TransitionKind) else name


def source(path: Path, *, sound: bool = False) -> Source:
    """A file with what a probe says of it."""
    return Source(path, MEDIA.probe(path), sound)


def made(
    storyboard: Storyboard,
    materials: Mapping[ClipId, Material],
    folder: Path,
    *,
    sounds: Mapping[str, Source] | None = None,
    container: str | None = None,
    document: str | None = None,
    threads: int = 2,
) -> Path:
    """The film, really rendered."""
    kind = container or ("webm" if storyboard.output.codec is Codec.VP9 else "mp4")
    target = folder / f"film.{kind}"
    timeline = lay_out(storyboard, {})
    command = film(
        storyboard,
        timeline,
        materials,
        sounds or {},
        work=folder / "work",
        target=target,
        container=kind,
        document=document,
        threads=threads,
    )
    MEDIA.run(command, Quiet(), timeout=60)
    assert MEDIA.verify(target).frames == timeline.frames
    return target


def likeness(one: Path, other: Path) -> float:
    """SSIM of two films over all frames and planes: 1 where they are equal."""
    from imageio_ffmpeg import get_ffmpeg_exe

    line = [get_ffmpeg_exe(), "-hide_banner", "-i", one, "-i", other, "-lavfi", "ssim", "-f", "null", "-"]
    said = subprocess.run(line, capture_output=True, text=True, check=True).stderr
    found = re.search(r"SSIM .*All:([\d.]+)", said)
    assert found is not None, said
    return float(found[1])


def pictures(path: Path) -> list[Picture]:
    """The luma of every frame."""
    with av.open(str(path)) as container:
        return [luma(frame) for frame in container.decode(video=0)]


def luma(frame: av.VideoFrame) -> Picture:
    plane = frame.planes[0]
    rows: Picture = np.frombuffer(bytes(plane), np.uint8).reshape(-1, plane.line_size).astype(np.float64)
    return rows[: frame.height, : frame.width]


def colours(path: Path) -> NDArray[np.uint8]:
    """The middle frame, as red, green and blue by BT.709."""
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    middle = frames[len(frames) // 2]
    return np.asarray(middle.to_ndarray(format="rgb24", src_colorspace="ITU709"), np.uint8)


def shown(picture: Picture) -> tuple[int, int]:
    """Which source and frame a picture shows; fails on one that is no whole card."""
    middle = picture.reshape(2, HEIGHT // 2, 8, WIDTH // 8)[:, 10:-10, :, 5:-5].mean(axis=(1, 3))
    assert not ((middle > 70) & (middle < 170)).any(), f"a mixed picture: {middle.round()}"
    frame, number = ((middle > 120).astype(int) * (1 << np.arange(8))).sum(axis=1)
    return int(number), int(frame)


def assert_alike(picture: Picture, expected: Picture) -> None:
    """The same but for what an encoder loses; block edges are left out."""
    apart = np.abs(picture - expected).reshape(2, HEIGHT // 2, 8, WIDTH // 8)[:, 6:-6, :, 4:-4]
    assert apart.mean() < 3, f"{apart.mean():.1f} apart"
    assert np.percentile(apart, 99) < 14, f"{np.percentile(apart, 99):.0f} apart somewhere"


def sound_length(path: Path) -> int:
    """How many samples a player hears. An mp4 says so beside the last packet, which is always decoded whole."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        if stream.duration is not None and stream.time_base is not None:
            return round(stream.duration * stream.time_base * 48_000)
    return int(samples(path).shape[1])


def samples(path: Path) -> NDArray[np.float32]:
    """All samples of the sound, channels by time, at its own rate."""
    with av.open(str(path)) as container:
        return np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)
