"""Encoders in hardware: their argument vectors as they are meant, and software where none works."""

from __future__ import annotations

import logging

import pytest

from jynco.adapters.media.hardware import CHOICES, Hardware
from jynco.compose.encoder import Container, video_options
from jynco.compose.hardware import HARDWARE, KNOWN, Device, encoder, trial
from jynco.model.storyboard import Codec, OutputSettings, Quality
from jynco.model.time import Rate
from tests.unit.golden_kit import held

SIZE = (1920, 1080, Rate(30))


def vectors() -> str:
    """Every device, codec and way to say how good, one a line."""
    lines = []
    for device in HARDWARE:
        for codec in sorted(KNOWN[device]):
            for quality, bitrate in ((Quality.DRAFT, None), (Quality.STANDARD, None), (Quality.HIGH, "8M")):
                output = OutputSettings(*SIZE, codec, bitrate, quality)
                options = video_options(output, Container.MP4, 1, device)
                lines.append(
                    " ".join(word for name, value in options.items() for word in (f"-{name}", value))
                )
            lines.append(" ".join(trial(device, codec)))
    return "\n".join([*lines, ""])


def test_the_argument_vectors_are_the_ones_kept() -> None:
    held("hardware.txt", vectors())


def test_every_device_encodes_only_what_it_can() -> None:
    assert encoder(Device.NVENC, Codec.H265) == "hevc_nvenc"
    assert encoder(Device.NVENC, Codec.VP9) is None
    assert encoder(Device.SOFTWARE, Codec.H264) is None
    assert set(CHOICES) == {"auto", *Device}


@pytest.mark.parametrize("wish", ["auto", "nvenc", "vaapi", "videotoolbox", "qsv"])
def test_what_does_not_work_here_falls_back_with_a_line_in_the_log(
    wish: str, caplog: pytest.LogCaptureFixture
) -> None:
    hardware = Hardware(wish)
    works = {device for device, codecs in hardware.report().items() if Codec.H264 in codecs}
    with caplog.at_level(logging.INFO, "jynco.media"):
        device = hardware.device(Codec.H264)
    wished = set(HARDWARE) if wish == "auto" else {Device(wish)}
    assert device in (works & wished or {Device.SOFTWARE})
    assert len(caplog.records) == 1
    assert (caplog.records[0].levelno == logging.WARNING) == (device is Device.SOFTWARE)
    assert hardware.device(Codec.H264) is device
    assert len(caplog.records) == 1, "it is tried once"


def test_software_asks_no_driver() -> None:
    assert Hardware().device(Codec.H264) is Device.SOFTWARE
