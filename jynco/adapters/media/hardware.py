"""Which encoders of this machine work: FFmpeg must report one, and a small encode must succeed."""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Mapping
from functools import cached_property
from typing import Final

from jynco.adapters.media.process import launched
from jynco.compose.hardware import HARDWARE, Device, encoder, trial
from jynco.compose.reach import Reach
from jynco.model.storyboard import Codec

TRIAL_SECONDS: Final = 20.0  # drivers that hang are no drivers
AUTO: Final = "auto"
CHOICES: Final = (AUTO, *(str(device) for device in Device))

log = logging.getLogger("jynco.media")


class Hardware:
    """Chooses a device for each codec. ``wish`` is ``auto``, ``software`` or a device's name."""

    def __init__(self, wish: str = Device.SOFTWARE) -> None:
        self._wish = wish
        self._chosen: dict[Codec, Device] = {}

    def device(self, codec: Codec) -> Device:
        """The device to encode with: the one wished for where it works, else software, with a line in the log."""
        if codec not in self._chosen:
            self._chosen[codec] = self._choose(codec)
        return self._chosen[codec]

    def report(self) -> Mapping[Device, tuple[Codec, ...]]:
        """Every device that FFmpeg reports, with the codecs for which it works here."""
        found = {device: [codec for codec in Codec if self._reported(device, codec)] for device in HARDWARE}
        return {
            device: tuple(codec for codec in codecs if self._works(device, codec))
            for device, codecs in found.items()
            if codecs
        }

    def _choose(self, codec: Codec) -> Device:
        if self._wish == Device.SOFTWARE:
            return Device.SOFTWARE
        wanted = HARDWARE if self._wish == AUTO else (Device(self._wish),)
        for device in wanted:
            if self._reported(device, codec) and self._works(device, codec):
                log.info("%s is encoded with %s", codec, device)
                return device
        log.warning("%s is encoded in software: no %s encoder works here", codec, self._wish)
        return Device.SOFTWARE

    def _reported(self, device: Device, codec: Codec) -> bool:
        name = encoder(device, codec)
        return name is not None and name in self._encoders

    def _works(self, device: Device, codec: Codec) -> bool:
        words = ("-nostdin", "-hide_banner", "-v", "error", *trial(device, codec))
        line = launched(self._program, Reach((), ()), words)  # as it will be run
        try:
            return subprocess.run(line, capture_output=True, timeout=TRIAL_SECONDS).returncode == 0
        except (subprocess.TimeoutExpired, OSError):
            return False

    @cached_property
    def _encoders(self) -> frozenset[str]:
        line = [self._program, "-hide_banner", "-encoders"]
        said = subprocess.run(line, capture_output=True, text=True, check=True).stdout
        return frozenset(words[1] for words in map(str.split, said.splitlines()) if len(words) > 1)

    @cached_property
    def _program(self) -> str:
        from imageio_ffmpeg import get_ffmpeg_exe

        return str(get_ffmpeg_exe())
