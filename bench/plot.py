"""Pictures of what was measured, with nothing but Pillow: bars on a logarithmic scale, and curves on two."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from jynco.compose.typography import FOLDER

INK, QUIET, PAPER = "#20242c", "#8a93a3", "#ffffff"
COLOURS = ("#2f6fde", "#d9622b", "#2b9a66", "#8b5bd6", "#c2368c", "#7a7f1f")
WIDTH, LEFT, LINE, EDGE = 1000, 260, 28, 40
SCALE = 2  # pixels drawn for each one said, so that the letters are sharp


def bars(title: str, values: Mapping[str, float], unit: str, target: Path) -> None:
    """One bar a name, by the logarithm: seconds and milliseconds in one picture."""
    shown = {name: value for name, value in values.items() if value > 0}
    canvas = _Canvas(WIDTH, 2 * EDGE + LINE * (len(shown) + 1), title)
    least, most = min(shown.values()), max(shown.values())
    for number, (name, value) in enumerate(shown.items(), 1):
        y = EDGE + LINE * number
        end = LEFT + (WIDTH - LEFT - 120) * (0.04 + 0.96 * _place(value, least, most))
        canvas.words(LEFT - 10, y + 4, name, "ra")
        canvas.box(LEFT, y, end, y + LINE - 8, COLOURS[0])
        canvas.words(end + 8, y + 4, f"{value:.3g} {unit}")
    canvas.save(target)


def curves(title: str, lines: Mapping[str, Sequence[tuple[float, float]]], unit: str, target: Path) -> None:
    """Points of (size, cost), both by the logarithm; a flat line is a constant cost."""
    height = 520
    canvas = _Canvas(WIDTH, height, title)
    points = [point for line in lines.values() for point in line if point[1] > 0]
    sides = [(min(axis), max(axis)) for axis in zip(*points, strict=True)]

    def at(point: tuple[float, float]) -> tuple[float, float]:
        x = LEFT + (WIDTH - LEFT - 2 * EDGE) * _place(point[0], *sides[0])
        return x, height - 2 * EDGE - (height - 4 * EDGE) * _place(point[1], *sides[1])

    for number, (name, line) in enumerate(lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        canvas.path([at(point) for point in line if point[1] > 0], colour)
        canvas.words(EDGE, 2 * EDGE + LINE * number, name, fill=colour)
    for size in sorted({point[0] for point in points}):
        canvas.words(at((size, sides[1][0]))[0], height - EDGE, f"{size:,.0f}", "ma")
    for value in sides[1]:
        canvas.words(LEFT - 8, at((sides[0][0], value))[1], f"{value:.3g} {unit}", "rm", QUIET)
    canvas.save(target)


class _Canvas:
    """A white sheet with a title; all lengths in points, drawn ``SCALE`` times as large."""

    def __init__(self, width: int, height: int, title: str) -> None:
        self._image = Image.new("RGB", (width * SCALE, height * SCALE), PAPER)
        self._draw = ImageDraw.Draw(self._image)
        self._font = ImageFont.truetype(str(FOLDER / "Lato-Regular.ttf"), 14 * SCALE)
        self.words(EDGE, EDGE // 2, title)

    def words(self, x: float, y: float, text: str, anchor: str = "la", fill: str = INK) -> None:
        self._draw.text((x * SCALE, y * SCALE), text, fill=fill, font=self._font, anchor=anchor)

    def box(self, left: float, top: float, right: float, bottom: float, colour: str) -> None:
        self._draw.rectangle([each * SCALE for each in (left, top, right, bottom)], fill=colour)

    def path(self, points: Sequence[tuple[float, float]], colour: str) -> None:
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self._draw.line(scaled, fill=colour, width=2 * SCALE)
        for x, y in scaled:
            self._draw.circle((x, y), 4 * SCALE, fill=colour)

    def save(self, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        self._image.save(target)


def _place(value: float, least: float, most: float) -> float:
    """0 for the least, 1 for the most, by the logarithm."""
    return math.log(value / least) / math.log(most / least) if most > least else 1.0
