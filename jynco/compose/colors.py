"""Colours that people write: ``#rgb``, ``#rgba``, ``#rrggbb``, ``#rrggbbaa`` and the names of CSS."""

from __future__ import annotations

import re
from dataclasses import dataclass

from PIL.ImageColor import colormap


@dataclass(frozen=True, slots=True)
class Color:
    """Red, green, blue and opacity, 0..255 each."""

    red: int
    green: int
    blue: int
    alpha: int = 255

    @property
    def light(self) -> bool:
        """Whether it stands out better on dark than on light."""
        return 299 * self.red + 587 * self.green + 114 * self.blue >= 128 * 1000

    def __str__(self) -> str:
        """The colour as FFmpeg reads it."""
        return f"0x{self.red:02X}{self.green:02X}{self.blue:02X}{self.alpha:02X}"


def parsed(text: str) -> Color | None:
    """The colour ``text`` means; None when it means none."""
    named = colormap.get(text.strip().lower(), text.strip())
    if isinstance(named, tuple):  # Pillow keeps there what it has parsed for anybody in this process
        return Color(*named)
    code = named.lower()
    if not re.fullmatch(r"#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})", code):
        return None
    digits = code[1:] if len(code) > 5 else "".join(digit * 2 for digit in code[1:])
    return Color(*bytes.fromhex(digits))
