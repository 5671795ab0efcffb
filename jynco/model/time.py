"""Exact time: whole frames at a rational rate. Floats from a document become the decimal that was typed."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


def exact(number: float) -> Fraction:
    """The decimal a person typed: 0.1 becomes 1/10, not the binary neighbour of it."""
    return Fraction(repr(number)) if isinstance(number, float) else Fraction(number)


@dataclass(frozen=True, slots=True)
class Rate:
    """Frames per second as a fraction."""

    numerator: int
    denominator: int = 1

    @property
    def fraction(self) -> Fraction:
        """Frames per second."""
        return Fraction(self.numerator, self.denominator)

    def frames(self, seconds: Fraction) -> int:
        """The whole number of frames nearest to ``seconds`` (halves go up, as FFmpeg rounds)."""
        doubled = seconds * self.fraction * 2 + 1
        return doubled.numerator // (doubled.denominator * 2)

    def seconds(self, frames: int) -> Fraction:
        """How long ``frames`` last, in seconds."""
        return Fraction(frames) / self.fraction

    def __str__(self) -> str:
        return str(self.numerator) if self.denominator == 1 else f"{self.numerator}/{self.denominator}"
