"""Which font, how large, and where the lines break, so that no word of a text leaves the frame.

The fonts are the bundled ones, so that a film looks the same on every machine; measuring reads nothing else.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from PIL import ImageFont

FOLDER: Final = Path(__file__).parent / "fonts"
DEFAULT: Final = "Lato-Regular.ttf"
WIDEST: Final = "DejaVuSans.ttf"  # the most scripts of all
EMOJI: Final = "JyncoEmoji-Regular.ttf"  # Latin letters, and emoji in one colour
COLOURS: Final = frozenset(
    map(chr, (0xFE0E, 0xFE0F, *range(0x1F3FB, 0x1F400)))
)  # colour or not, and skin: not here
SMALLEST: Final = 6  # pixels; below this nothing can be read
LINE: Final = 1.2  # a line's height, in sizes
FAMILIES: Final = {
    "lato": DEFAULT,
    "lato bold": "Lato-Bold.ttf",
    "dejavu sans": WIDEST,
    "dejavu sans bold": "DejaVuSans-Bold.ttf",
    "dejavu serif": "DejaVuSerif.ttf",
    "dejavu sans mono": "DejaVuSansMono.ttf",
    "sans-serif": DEFAULT,
    "serif": "DejaVuSerif.ttf",
    "monospace": "DejaVuSansMono.ttf",
}


@dataclass(frozen=True, slots=True)
class Block:
    """Set text: its lines, one font, and a size in pixels."""

    text: str
    font: Path
    size: int


@lru_cache(maxsize=256)  # a text is set again for every span it lies on
def set_in(text: str, family: str | None, size: int, width: int, height: int) -> Block:
    """``text`` wrapped, and made smaller where that is not enough, to fit ``width`` x ``height`` pixels."""
    clean = cleaned(text)
    font = font_for(clean, family)
    smallest_whole = max(SMALLEST, size // 2)  # below half of the size, words are broken instead
    lines = wrapped(clean, font, size, width)
    while size > SMALLEST and not _fits(lines, font, size, width, height):
        size = max(SMALLEST, size * 9 // 10)
        lines = wrapped(clean, font, size, width, inside_words=size <= smallest_whole)
    return Block("\n".join(lines), font, size)


def cleaned(text: str) -> str:
    """Without what cannot be drawn or written: control characters, halves of surrogate pairs."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    plain = plain.encode("utf-8", "replace").decode("utf-8")
    kept = (letter for letter in plain if letter == "\n" or (letter >= " " and letter not in COLOURS))
    return "".join(kept).strip("\n")


def font_for(text: str, family: str | None) -> Path:
    """The family's font, the default for one we do not have; where letters would be missing, the one that has most."""
    wanted = FOLDER / _named(family)
    letters = frozenset(text) - {"\n", " "}
    return min((wanted, FOLDER / WIDEST, FOLDER / EMOJI), key=lambda font: _missing(font, letters))


@lru_cache(maxsize=1024)  # every edit looks at all texts again
def undrawn(text: str, family: str | None) -> tuple[str, bool] | None:
    """The first letter that would come out as an empty box, and whether some other font has it; None: all are drawn."""
    clean = cleaned(text)
    if clean.isascii():
        return None  # every font has those
    fonts = {FOLDER / name for name in (_named(family), WIDEST, EMOJI)}
    seen = list(dict.fromkeys(filter(_seen, clean)))
    for letter in seen:
        if not any(_drawn(font, letter) for font in fonts):
            return letter, False
    font = font_for(clean, family)
    return next(((letter, True) for letter in seen if not _drawn(font, letter)), None)


def _named(family: str | None) -> str:
    return FAMILIES.get((family or "").strip().strip("'\"").lower(), DEFAULT)


def _seen(letter: str) -> bool:
    """Whether it is a picture of its own: no space, no joiner, no mark upon another letter."""
    return unicodedata.category(letter)[0] not in "MZ" and unicodedata.category(letter) not in ("Cc", "Cf")


def wrapped(text: str, font: Path, size: int, width: int, *, inside_words: bool = False) -> list[str]:
    """The lines of a text, broken where they are wider than ``width``: between words, or anywhere if need be."""
    lines = []
    for paragraph in text.split("\n"):
        words = paragraph.split()
        if inside_words:
            words = [part for word in words for part in _filled(word, "", font, size, width)]
        fits = measured(paragraph, font, size) <= width
        lines += [paragraph] if fits else _filled(words, " ", font, size, width)
    return lines


def _filled(parts: Iterable[str], between: str, font: Path, size: int, width: int) -> list[str]:
    """Lines of words, or pieces of letters, each as full as it can be. Each part is measured once."""
    space = measured(between, font, size) if between else 0.0
    lines: list[list[str]] = [[]]
    length = -space
    for part in parts:
        length += space + measured(part, font, size)
        if lines[-1] and length > width:
            lines.append([])
            length = measured(part, font, size)
        lines[-1].append(part)
    return [between.join(line) for line in lines]


@lru_cache(maxsize=4096)
def measured(line: str, font: Path, size: int) -> float:
    """How wide a line is, in pixels."""
    return _loaded(font, size).getlength(line)


def _fits(lines: list[str], font: Path, size: int, width: int, height: int) -> bool:
    tall = len(lines) * size * LINE
    return tall <= height and all(measured(line, font, size) <= width for line in lines)


@lru_cache(maxsize=64)
def _loaded(font: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font, size, layout_engine=ImageFont.Layout.BASIC)


def _missing(font: Path, letters: frozenset[str]) -> int:
    """How many letters the font has no picture for: it draws the same empty box for each of them."""
    return sum(not _drawn(font, letter) for letter in letters)


@lru_cache(maxsize=32_768)  # all letters of three fonts, so that a text of every one costs this once
def _drawn(font: Path, letter: str) -> bool:
    """Remembered: a film's plan sets a card for each clip that is not there yet, most of them in the same letters."""
    loaded = _loaded(font, 24)
    return bytes(loaded.getmask(letter)) != bytes(loaded.getmask("\U0010ffff"))
