"""Codec, quality and bitrate as encoder arguments. A number changed here changes every film's bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from jynco.compose.hardware import Device, Wish, hardware_options
from jynco.errors import UsageWrong
from jynco.model.storyboard import Codec, OutputSettings, Quality
from jynco.model.time import Rate

GROUP_SECONDS: Final = 2  # between keyframes: quick to seek, cheap to store
UNITS: Final = {"K": 1_000, "M": 1_000_000, "G": 1_000_000_000}
SAMPLE_RATE: Final = 48_000


class Container(StrEnum):
    """The kind of file a film is."""

    MP4 = "mp4"
    WEBM = "webm"


Options = dict[str, str]


@dataclass(frozen=True, slots=True)
class Preset:
    """An encoder's speed, and its constant quality (lower is better) where no bitrate is asked for."""

    speed: str
    crf: int


@dataclass(frozen=True, slots=True)
class Task:
    """What one encoder is asked for."""

    output: OutputSettings
    preset: Preset
    threads: int


PRESETS: Final[Mapping[Codec, Mapping[Quality, Preset]]] = {
    Codec.H264: {
        Quality.DRAFT: Preset("ultrafast", 26),
        Quality.STANDARD: Preset("veryfast", 20),
        Quality.HIGH: Preset("slow", 17),
    },
    Codec.H265: {
        Quality.DRAFT: Preset("ultrafast", 29),
        Quality.STANDARD: Preset("veryfast", 23),
        Quality.HIGH: Preset("medium", 19),
    },
    Codec.VP9: {
        Quality.DRAFT: Preset("7", 38),
        Quality.STANDARD: Preset("5", 31),
        Quality.HIGH: Preset("2", 24),
    },
    Codec.AV1: {
        Quality.DRAFT: Preset("12", 40),
        Quality.STANDARD: Preset("9", 32),
        Quality.HIGH: Preset("5", 24),
    },
}


def container_for(codec: Codec, asked: str | None = None) -> Container:
    """The container asked for, else the usual one. UsageWrong for one the codec does not go into."""
    usual = Container.WEBM if codec is Codec.VP9 else Container.MP4
    if asked is None:
        return usual
    if asked not in set(Container):
        raise UsageWrong(f"There is no container {asked!r}; ask for mp4 or webm.")
    if asked == Container.WEBM and codec in {Codec.H264, Codec.H265}:
        raise UsageWrong(f"A webm cannot hold {codec}; ask for mp4, or choose vp9 or av1 as the codec.")
    return Container(asked)


def video_options(
    output: OutputSettings, container: Container, threads: int, device: Device = Device.SOFTWARE
) -> Options:
    """The encoder and all that its bytes depend on; ``threads`` too, so it belongs into a segment's key."""
    group = str(max(1, round(output.rate.fraction * GROUP_SECONDS)))
    task = Task(output, PRESETS[output.codec][output.quality], threads)
    apple = output.codec is Codec.H265 and container is Container.MP4
    return {
        **{"g": group, "threads": str(threads), "pix_fmt": "yuv420p"},
        **(ENCODERS[output.codec](task) if device is Device.SOFTWARE else _hardware(output, device)),
        **{"color_primaries": "bt709", "color_trc": "bt709", "colorspace": "bt709", "color_range": "tv"},
        **({"tag:v": "hvc1"} if apple else {}),  # hev1 does not play in Safari
    }


def sound_options(container: Container, quality: Quality = Quality.STANDARD) -> Options:
    """AAC for mp4, Opus for webm; stereo. A draft has fewer bits, for whose sound one waits.

    A volume is tried often, so AAC is searched quickly, without the tools that save bits at lower rates than these. Its
    quality is constant (about as many bits as Opus has): a bitrate is kept to by what was spent before, and then a
    stretch of sound would not be what it is in the whole.
    """
    draft = quality is Quality.DRAFT
    opus = {"c:a": "libopus", "b:a": "128k" if draft else "192k"}
    aac = {"c:a": "aac", "q:a": "0.7" if draft else "1.2", "aac_coder": "fast"}
    own = opus if container is Container.WEBM else aac | {"aac_tns": "0", "aac_pns": "0", "aac_is": "0"}
    return {**own, "ar": str(SAMPLE_RATE), "ac": "2"}


def muxer_options(container: Container, rate: Rate) -> Options:
    """A file that starts to play before it is wholly there, with times that are whole frames."""
    if container is Container.WEBM:
        return {"format": "webm", "cues_to_front": "1"}
    scale = rate.numerator * (512 if rate.numerator < 1000 else 1)
    return {"format": "mp4", "movflags": "+faststart+use_metadata_tags", "video_track_timescale": str(scale)}


def bits(bitrate: str) -> int:
    """``8M`` as bits a second; K, M and G are thousands, which FFmpeg itself does not always mean by them."""
    return int(bitrate[:-1]) * UNITS[bitrate[-1].upper()]


def _hardware(output: OutputSettings, device: Device) -> Options:
    rate = None if output.bitrate is None else bits(output.bitrate)
    return hardware_options(device, Wish(output.codec, output.quality, rate))


def _rate(task: Task) -> Options:
    """Constant quality, or a bitrate with peaks that a player's buffer takes."""
    if task.output.bitrate is None:
        return {"crf": str(task.preset.crf)}
    target = bits(task.output.bitrate)
    return {"b:v": str(target), "maxrate": str(target * 3 // 2), "bufsize": str(target * 2)}


# Whole pictures at the quality of the others: x264 and x265 derive a later keyframe's from all before it, and a
# segment has nothing before it. At draft quality nothing else is carried over either.
ALIKE: Final = "ipratio=1"


def _h264(task: Task) -> Options:
    """A draft is equally coarse everywhere, and told so: then x264 need not look at each picture beforehand."""
    fixed, draft = f"open-gop=0:{ALIKE}", task.output.quality is Quality.DRAFT
    own = {"c:v": "libx264", "preset": task.preset.speed, "profile:v": "high"}
    if draft and task.output.bitrate is None:
        return {**own, "x264-params": fixed, "qp": str(task.preset.crf)}
    return {**own, "x264-params": f"{fixed}:qcomp=1" if draft else fixed, **_rate(task)}


def _h265(task: Task) -> Options:
    fixed = f"open-gop=0:{ALIKE}:pools={task.threads}:frame-threads=1:log-level=error"
    own = {"c:v": "libx265", "preset": task.preset.speed}
    if task.output.quality is Quality.DRAFT and task.output.bitrate is None:
        return {**own, "x265-params": f"{fixed}:qp={task.preset.crf}"}
    return {**own, "x265-params": fixed, **_rate(task)}


def _vp9(task: Task) -> Options:
    deadline = "realtime" if task.output.quality is Quality.DRAFT else "good"
    speed = {"deadline": deadline, "cpu-used": task.preset.speed, "row-mt": "1", "tile-columns": "2"}
    unbounded = {"b:v": "0"}  # or the quality is only a ceiling
    return {"c:v": "libvpx-vp9", **speed, **unbounded, **_rate(task)}


def _av1(task: Task) -> Options:
    """SVT takes a peak only beside constant quality, so a bitrate goes in alone."""
    fixed = f"lp={task.threads}:irefresh-type=2"
    quality = {key: value for key, value in _rate(task).items() if key in {"crf", "b:v"}}
    return {"c:v": "libsvtav1", "preset": task.preset.speed, "svtav1-params": fixed, **quality}


Encoder = Callable[[Task], Options]
ENCODERS: Final[Mapping[Codec, Encoder]] = {
    Codec.H264: _h264,
    Codec.H265: _h265,
    Codec.VP9: _vp9,
    Codec.AV1: _av1,
}
