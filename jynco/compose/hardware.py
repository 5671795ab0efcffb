"""Encoders in hardware: their arguments, and the small encode that shows whether one works.

Without B-frames, so that every driver's packets come in the order in which they are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

from jynco.model.storyboard import Codec, Quality

if TYPE_CHECKING:
    from jynco.compose.graph import Stream

RENDER_NODE: Final = "/dev/dri/renderD128"


class Device(StrEnum):
    """Where pictures are encoded."""

    SOFTWARE = "software"
    NVENC = "nvenc"
    VAAPI = "vaapi"
    VIDEOTOOLBOX = "videotoolbox"
    QSV = "qsv"


Devices: TypeAlias = "Callable[[Codec], Device]"  # where a codec is to be encoded


def software(_: Codec) -> Device:
    """Everywhere, and the same everywhere."""
    return Device.SOFTWARE


HARDWARE: Final = (
    Device.NVENC,
    Device.VIDEOTOOLBOX,
    Device.QSV,
    Device.VAAPI,
)  # in this order, where one may choose
NAMES: Final[Mapping[Codec, str]] = {
    Codec.H264: "h264",
    Codec.H265: "hevc",
    Codec.VP9: "vp9",
    Codec.AV1: "av1",
}
KNOWN: Final[Mapping[Device, frozenset[Codec]]] = {
    Device.NVENC: frozenset({Codec.H264, Codec.H265, Codec.AV1}),
    Device.VIDEOTOOLBOX: frozenset({Codec.H264, Codec.H265}),
    Device.QSV: frozenset(Codec),
    Device.VAAPI: frozenset(Codec),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What an encoder in hardware is asked for; ``bits`` a second, or None for constant quality."""

    codec: Codec
    quality: Quality
    bits: int | None = None


def encoder(device: Device, codec: Codec) -> str | None:
    """FFmpeg's name of the encoder; None where there is none."""
    return f"{NAMES[codec]}_{device}" if codec in KNOWN.get(device, frozenset()) else None


def hardware_options(device: Device, wish: Wish) -> dict[str, str]:
    """The encoder's arguments. KeyError for software, which has its own."""
    rate = {} if wish.bits is None else _bounded(wish.bits)
    return {"c:v": f"{NAMES[wish.codec]}_{device}", "bf": "0", **OPTIONS[device](wish), **rate}


def opening(device: Device) -> tuple[str, ...]:
    """What stands in front of the inputs."""
    return ("-vaapi_device", RENDER_NODE) if device is Device.VAAPI else ()


def handed_over(stream: Stream, device: Device) -> Stream:
    """The picture in the form that the device takes."""
    if device is Device.VAAPI:
        return stream.filter("format", pix_fmts="nv12").filter("hwupload")
    return stream.filter("format", pix_fmts="nv12") if device is Device.QSV else stream


def trial(device: Device, codec: Codec) -> list[str]:
    """The arguments of a small encode, as films are encoded, whose result nobody wants."""
    plane = "color=c=gray:s=320x192:r=30,format=yuv420p"
    upload = {Device.VAAPI: ",format=nv12,hwupload", Device.QSV: ",format=nv12"}.get(device, "")
    options = hardware_options(device, Wish(codec, Quality.STANDARD))
    written = [word for name, value in options.items() for word in (f"-{name}", value)]
    source = ["-f", "lavfi", "-i", plane + upload]
    return [*opening(device), *source, "-frames:v", "8", *written, "-f", "null", "-"]


def _bounded(bits: int) -> dict[str, str]:
    return {"b:v": str(bits), "maxrate": str(bits * 3 // 2), "bufsize": str(bits * 2)}


def _level(wish: Wish, levels: tuple[int, int, int]) -> str:
    """Constant quality for draft, standard and high."""
    return str(levels[[*Quality].index(wish.quality)])


def _nvenc(wish: Wish) -> dict[str, str]:
    speed = {Quality.DRAFT: "p1", Quality.STANDARD: "p4", Quality.HIGH: "p7"}[wish.quality]
    own = {"preset": speed, "pix_fmt": "yuv420p", "forced-idr": "1", "rc": "vbr"}
    return own if wish.bits else {**own, "cq": _level(wish, (30, 23, 19)), "b:v": "0"}


def _videotoolbox(wish: Wish) -> dict[str, str]:
    own = {"pix_fmt": "yuv420p", "allow_sw": "0", "realtime": "0"}
    return own if wish.bits else {**own, "q:v": _level(wish, (45, 62, 75))}


def _qsv(wish: Wish) -> dict[str, str]:
    speed = {Quality.DRAFT: "veryfast", Quality.STANDARD: "medium", Quality.HIGH: "veryslow"}[wish.quality]
    own = {"preset": speed, "pix_fmt": "nv12", "forced_idr": "1"}
    return own if wish.bits else {**own, "global_quality": _level(wish, (30, 23, 18))}


def _vaapi(wish: Wish) -> dict[str, str]:
    own = {"pix_fmt": "vaapi"}
    if wish.bits:
        return {**own, "rc_mode": "VBR"}
    return {**own, "rc_mode": "CQP", "global_quality": _level(wish, (30, 24, 19))}


OPTIONS: Final[Mapping[Device, Callable[[Wish], dict[str, str]]]] = {
    Device.NVENC: _nvenc,
    Device.VIDEOTOOLBOX: _videotoolbox,
    Device.QSV: _qsv,
    Device.VAAPI: _vaapi,
}
