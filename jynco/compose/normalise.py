"""Any film, as the frames this film needs: its rate, size, square pixels, 8-bit BT.709 in video range."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from jynco.compose.graph import Options, Stream
from jynco.compose.timeline import Timeline
from jynco.model.media import MediaInfo
from jynco.model.time import Rate

HIGH_DYNAMIC_RANGE: Final = frozenset({"smpte2084", "arib-std-b67"})
WHITE: Final = 203  # nits: what a film of wide range calls white, and this film's brightest
PEAK: Final = 5  # times white: highlights up to some 1000 nits keep their shape
KNEE: Final = 0.5  # of white, in light: below it nothing changes
WIDE_PRIMARIES: Final = frozenset({"bt2020"})
STANDARD: Final = {"color_primaries": "bt709", "color_trc": "bt709", "colorspace": "bt709", "range": "tv"}
STANDARD_DEFINITION_LINES: Final = 576  # untagged films up to here are BT.601, as players take them


@dataclass(frozen=True, slots=True)
class Frame:
    """The film's frame: size in pixels and rate."""

    width: int
    height: int
    rate: Rate

    @classmethod
    def of(cls, timeline: Timeline) -> Frame:
        """The frame of a timeline."""
        return cls(timeline.width, timeline.height, timeline.rate)


def input_options(info: MediaInfo) -> Options:
    """How a foreign file is opened: as the container it was probed to be, so it can name no other file."""
    options: dict[str, str | None] = {
        "format": info.format,
        "threads": "2",
        "export_side_data": "enhancements",
    }  # no LCEVC layer
    if info.video_codec == "vp9" and info.color.get("alpha"):
        options["c:v"] = "libvpx-vp9"  # FFmpeg's own decoder drops the alpha silently
    return options


def normalised(
    stream: Stream, info: MediaInfo, frame: Frame, frames: int, speed: Fraction = Fraction(1)
) -> Stream:
    """Exactly ``frames`` frames of a film, from its first on; one that is too short holds its last frame."""
    paced = _timed(_whole(stream, info), frame.rate, frames, speed)
    return _squared(_coloured(paced, info, frame), frame)


def timed(stream: Stream, frame: Frame, frames: int, speed: Fraction = Fraction(1)) -> Stream:
    """The same of a film that has this frame's size, form and colours already: nothing is computed in its pictures."""
    return _told(_timed(stream, frame.rate, frames, speed), frame)


def _whole(stream: Stream, info: MediaInfo) -> Stream:
    """Interlaced frames show two moments, line by line: one is kept, and its missing lines are made up."""
    return stream.filter("bwdif", mode="send_frame", deint="interlaced") if info.interlaced else stream


def _timed(stream: Stream, rate: Rate, frames: int, speed: Fraction) -> Stream:
    """Cut by frame after the rate is right and before the size costs anything."""
    pace = "" if speed == 1 else f"*{speed.denominator}/{speed.numerator}"
    return (
        stream.filter("setpts", expr=f"{'(PTS-STARTPTS)' if pace else 'PTS-STARTPTS'}{pace}")
        .filter("fps", fps=str(rate))
        .filter("tpad", stop=-1, stop_mode="clone")
        .filter("trim", start_frame=0, end_frame=frames)
        .filter("setpts", expr="N")
    )


def _coloured(stream: Stream, info: MediaInfo, frame: Frame) -> Stream:
    if info.color.get("transfer") in HIGH_DYNAMIC_RANGE or info.color.get("primaries") in WIDE_PRIMARIES:
        return _narrowed(stream, info, frame)
    fitted = _fitted(stream, frame, in_color_matrix=matrix(info), **_out())
    if not info.color.get("alpha"):
        return fitted
    return _flattened(_fitted(stream, frame, in_color_matrix=matrix(info)))


def _out() -> dict[str, str]:
    return {"out_color_matrix": "bt709", "out_range": "tv"}


def _fitted(stream: Stream, frame: Frame, **colours: str) -> Stream:
    return stream.filter(
        "scale",
        w=frame.width,
        h=frame.height,
        force_original_aspect_ratio="decrease",
        force_divisible_by=2,
        reset_sar=1,
        flags="bicubic",
        **colours,
    )


def _flattened(stream: Stream) -> Stream:
    """Transparent parts become black."""
    coloured = stream.filter("format", pix_fmts="gbrap").filter("premultiply", inplace=1)
    return coloured.filter("format", pix_fmts="gbrp").filter("scale", **_out())


def _narrowed(stream: Stream, info: MediaInfo, frame: Frame) -> Stream:
    """Wide colours, and light brighter than this film can show, mapped into what it can."""
    transfer = info.color.get("transfer", "bt709")
    space = info.color.get("space", "bt2020nc")
    fitted = _fitted(stream, frame).filter("format", pix_fmts="yuv420p10le|yuv422p10le|yuv444p10le")
    full = "full" if info.color.get("range") == "pc" else "limited"
    linear = fitted.filter(
        "zscale",
        tin=transfer,
        pin=info.color.get("primaries", "bt2020"),
        min=space,
        rin=full,
        t="linear",
        npl=WHITE,
    )
    narrow = linear.filter("format", pix_fmts="gbrpf32le").filter("zscale", p="bt709")
    if transfer in HIGH_DYNAMIC_RANGE:
        narrow = narrow.filter("tonemap", tonemap="mobius", param=KNEE, peak=PEAK, desat=0)
    return narrow.filter("zscale", t="bt709", m="bt709", r="tv")


def _squared(stream: Stream, frame: Frame) -> Stream:
    """On black to the film's size, in the form that every transition and encoder takes."""
    plain = stream.filter("format", pix_fmts="yuv420p")
    padded = plain.filter("pad", w=frame.width, h=frame.height, x="(ow-iw)/2", y="(oh-ih)/2")
    return _told(padded.filter("setsar", sar="1"), frame)


def _told(stream: Stream, frame: Frame) -> Stream:
    """With the film's clock, and its colours said in every frame."""
    return stream.filter("settb", expr=beat(frame.rate)).filter("setparams", **STANDARD)


def beat(rate: Rate) -> str:
    """One frame, as a time base."""
    return f"{rate.denominator}/{rate.numerator}"


def matrix(info: MediaInfo) -> str:
    """How a film's colours were coded: as it says, else as is usual for its size."""
    space = info.color.get("space")
    known = {
        "bt709": "bt709",
        "bt470bg": "bt601",
        "smpte170m": "bt601",
        "fcc": "fcc",
        "smpte240m": "smpte240m",
    }
    if space in known:
        return known[space]
    if space in {"bt2020nc", "bt2020c"}:
        return "bt2020"
    return "bt601" if min(info.width, info.height) <= STANDARD_DEFINITION_LINES else "bt709"
