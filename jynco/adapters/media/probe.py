"""What a file is, by PyAV in a child of its own. Only listed containers: a playlist could have other files read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jynco.errors import AssetRefused
from jynco.model.media import MediaInfo
from jynco.model.storyboard import Json
from jynco.sandbox import Broken, Told, apart

if TYPE_CHECKING:
    import av.container
    import av.stream
    import av.video.frame
    import av.video.stream

FORMATS: Final = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,avi",  # films
    "wav,mp3,aac,flac,ogg",  # sounds
    "png_pipe,jpeg_pipe,webp_pipe,image2",  # pictures
)
SPACES: Final = {
    0: "gbr",
    1: "bt709",
    4: "fcc",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    9: "bt2020nc",
    10: "bt2020c",
}
TRANSFERS: Final = {
    1: "bt709", 4: "gamma22", 5: "gamma28", 6: "smpte170m", 7: "smpte240m", 8: "linear", 13: "iec61966-2-1",
    14: "bt2020-10", 15: "bt2020-12", 16: "smpte2084", 18: "arib-std-b67",
}  # fmt: skip
PRIMARIES: Final = {
    1: "bt709",
    4: "bt470m",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    8: "film",
    9: "bt2020",
    11: "smpte431",
    12: "smpte432",
}
RANGES: Final = {1: "tv", 2: "pc"}
LONGEST_SIDE: Final = 16_384  # pixels
NEEDS: Final = ("av", "av.error", "av.stream")


def probe(path: Path) -> MediaInfo:
    """The facts of a film, sound or picture. AssetRefused for what is missing, broken or something else."""
    if not path.is_file() or path.stat().st_size == 0:
        raise AssetRefused(f"{path.name} is missing or empty; give the file again.")
    try:
        return _info(apart(looked_at, path).words)
    except (Broken, TypeError, ValueError) as fault:
        raise _unreadable(path) from fault


def looked_at(path: Path) -> Told:
    """In a child: the facts, fractions as text."""
    import av
    from av.error import FFmpegError

    options = {"format_whitelist": ",".join(FORMATS), "protocol_whitelist": "file"}
    try:
        with av.open(f"file:{path}", options=options) as container:
            return Told(_words(_read(container, path)))
    except (FFmpegError, ValueError, EOFError, StopIteration) as broken:
        raise _unreadable(path) from broken


def _unreadable(path: Path) -> AssetRefused:
    return AssetRefused(f"{path.name} is not a film, sound or picture that can be read; give another file.")


def _words(info: MediaInfo) -> dict[str, Json]:
    values = {each.name: getattr(info, each.name) for each in fields(info)}
    return {name: str(value) if isinstance(value, Fraction) else value for name, value in values.items()}


def _info(words: Mapping[str, Any]) -> MediaInfo:
    fractions = {name: Fraction(words[name]) for name in ("duration", "rate", "pixel_aspect")}
    return MediaInfo(**{**words, **fractions})


def _read(container: av.container.InputContainer, path: Path) -> MediaInfo:
    video = next((stream for stream in container.streams.video if not _cover(stream)), None)
    audio = container.streams.audio[0] if container.streams.audio else None
    sound = audio.codec.canonical_name if audio else None
    kind = container.format.name.split(",")[0]
    if video is None and audio is None:
        raise AssetRefused(f"{path.name} has neither picture nor sound; give another file.")
    if video is None:
        return MediaInfo(kind, _seconds(container, audio), audio_codec=sound)
    return _seen(container, video, sound, kind, path)


def _seen(
    container: av.container.InputContainer,
    video: av.video.stream.VideoStream,
    sound: str | None,
    kind: str,
    path: Path,
) -> MediaInfo:
    frame = next(container.decode(video))
    if max(frame.width, frame.height) > LONGEST_SIDE or min(frame.width, frame.height) < 2:
        raise AssetRefused(
            f"{path.name} is {frame.width}x{frame.height} pixels, which cannot be used; give another size."
        )
    turned = int(frame.rotation) % 180 != 0
    aspect = video.sample_aspect_ratio or Fraction(1)
    return MediaInfo(
        format=kind,
        duration=Fraction(0) if _still(kind) else _seconds(container, video),
        width=frame.height if turned else frame.width,
        height=frame.width if turned else frame.height,
        rate=Fraction(0) if _still(kind) else Fraction(video.average_rate or 0),
        frames=video.frames,
        video_codec=video.codec.canonical_name,
        audio_codec=sound,
        rotation=-int(frame.rotation) % 360,
        pixel_aspect=1 / aspect if turned else Fraction(aspect),
        color=_color(video, frame),
        interlaced=frame.interlaced_frame,
    )


def _cover(stream: av.video.stream.VideoStream) -> bool:
    """Whether it is the picture on a record's sleeve."""
    from av.stream import Disposition

    return bool(stream.disposition & Disposition.attached_pic)


def _still(kind: str) -> bool:
    return kind.endswith("_pipe") or kind == "image2"


def _seconds(container: av.container.InputContainer, stream: av.stream.Stream | None) -> Fraction:
    """A stream's own length where the container says it (Matroska does in a tag), else the container's."""
    if stream is not None and stream.duration is not None and stream.time_base is not None:
        return Fraction(stream.duration * stream.time_base)
    tagged = re.fullmatch(
        r"(\d+):(\d+):(\d+(?:\.\d+)?)", stream.metadata.get("DURATION", "") if stream else ""
    )
    if tagged:
        return int(tagged[1]) * 3600 + int(tagged[2]) * 60 + Fraction(tagged[3])
    return Fraction(container.duration or 0, 1_000_000)


def _color(video: av.video.stream.VideoStream, frame: av.video.frame.VideoFrame) -> dict[str, str]:
    """Named as FFmpeg names them; what is not said is left out. ``alpha``: parts may be transparent."""
    context = video.codec_context
    said = {
        "space": SPACES.get(int(context.colorspace)),
        "transfer": TRANSFERS.get(int(context.color_trc)),
        "primaries": PRIMARIES.get(int(context.color_primaries)),
        "range": RANGES.get(int(context.color_range)),
        "alpha": "straight" if _transparent(video, frame) else None,
    }
    return {name: value for name, value in said.items() if value is not None}


def _transparent(video: av.video.stream.VideoStream, frame: av.video.frame.VideoFrame) -> bool:
    """VP9 in WebM says it only beside the stream: its decoder here does not see the alpha."""
    tagged = {name.lower(): value for name, value in video.metadata.items()}.get("alpha_mode") == "1"
    return tagged or any(component.is_alpha for component in frame.format.components)
