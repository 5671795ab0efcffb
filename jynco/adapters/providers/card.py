"""The mock's clips: a coloured card that shows the prompt, and a bar that crosses it so that no two frames agree."""

from __future__ import annotations

import colorsys
import textwrap
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from jynco.adapters.providers.record import recording
from jynco.adapters.providers.yuv import Bytes, planes
from jynco.model.motion import Shot
from jynco.ports import Watch

_LINE: Final = 28  # characters
_LINES: Final = 6
_BAR_Y: Final = 235  # white


def film_card(shot: Shot, text: str, target: Path, watch: Watch) -> None:
    """Exactly ``shot.frames`` frames of the card into ``target``, which appears whole or not at all."""
    card = planes(_drawn(shot, text))
    around = card.u.tobytes() + card.v.tobytes()
    with recording(shot, target, watch) as recorder:
        for index in range(shot.frames):
            recorder.write(memoryview(_with_bar(card.y, index, shot.frames).tobytes() + around))
            watch.check()
            watch.progress((index + 1) / shot.frames)


def _with_bar(luma: Bytes, index: int, frames: int) -> Bytes:
    """The bar is as wide as one frame's step, and at least two pixels."""
    rows, columns = luma.shape
    width = max(columns // frames, 2)
    left = (columns - width) * index // max(frames - 1, 1)
    marked = luma.copy()
    marked[rows - max(rows // 12, 2) :, left : left + width] = _BAR_Y
    return marked


def _drawn(shot: Shot, text: str) -> Bytes:
    card = Image.new("RGB", (shot.width, shot.height), _colour(shot.key))
    drawer = ImageDraw.Draw(card)
    lines = textwrap.wrap(text or "no prompt", _LINE)[:_LINES]
    font = ImageFont.load_default(size=max(shot.width // 20, 6))
    drawer.multiline_text((shot.width // 20, shot.height // 12), "\n".join(lines), fill="white", font=font)
    return np.asarray(card)


def _colour(key: str) -> tuple[int, int, int]:
    """A hue of the shot's own, dark enough for white words."""
    red, green, blue = colorsys.hls_to_rgb(int(key[:8], 16) / 0xFFFFFFFF, 0.3, 0.6)
    return round(red * 255), round(green * 255), round(blue * 255)
