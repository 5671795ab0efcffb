"""Text layers as captions: SRT and WebVTT. Cues are told apart by blank lines, so texts lose theirs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from jynco.compose.timeline import Timeline
from jynco.document.interchange.cut import shown
from jynco.model.storyboard import Storyboard

_ENTITIES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


@dataclass(frozen=True, slots=True)
class _Cue:
    start: Fraction  # seconds of the film
    end: Fraction
    lines: tuple[str, ...]


def srt(board: Storyboard, timeline: Timeline) -> str:
    """SubRip: numbered cues, in the order they appear."""
    blocks = (
        f"{number}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n"
        + "".join(f"{_tame(line)}\n" for line in cue.lines)
        for number, cue in enumerate(_cues(board, timeline), 1)
    )
    return "\n".join(blocks)


def vtt(board: Storyboard, timeline: Timeline) -> str:
    """WebVTT, as a ``<track>`` of a video plays it."""
    blocks = (
        f"{_clock(cue.start, '.')} --> {_clock(cue.end, '.')}\n"
        + "".join(f"{line.translate(_ENTITIES)}\n" for line in cue.lines)
        for cue in _cues(board, timeline)
    )
    return "\n".join(["WEBVTT\n", *blocks])


def _cues(board: Storyboard, timeline: Timeline) -> Iterator[_Cue]:
    at = timeline.rate.seconds
    placed = sorted(
        ((*shown(layer, timeline), layer.content) for layer in board.text), key=lambda cue: cue[:2]
    )
    for first, end, content in placed:
        lines = tuple(_printable(line) for line in content.splitlines() if line.strip())
        if lines and first < end:
            yield _Cue(at(first), at(end), lines)


def _printable(line: str) -> str:
    return "".join(letter for letter in line.strip() if letter.isprintable() or letter == "\u200d")


def _tame(line: str) -> str:
    """SubRip knows no escapes: an arrow in a text would begin another cue."""
    return line.replace("-->", "→")


def _clock(moment: Fraction, point: str) -> str:
    """Hours, minutes, seconds and the nearest millisecond."""
    thousandths = int(moment * 1000 + Fraction(1, 2))
    seconds, rest = divmod(thousandths, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}{rest:03}"
