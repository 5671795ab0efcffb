"""Speed: faster or slower, and so shorter or longer."""

from __future__ import annotations

from fractions import Fraction

from jynco.compose.effects.base import Effect, Values
from jynco.compose.parameters import Number
from jynco.model.time import exact


def _pace(values: Values) -> Fraction:
    return exact(values.number("factor"))


EFFECT = Effect(
    "speed",
    "Speed",
    "Plays the clip faster or slower. Its length in the film is its duration divided by the factor, in whole "
    "frames; footage's own sound keeps its pitch.",
    {"factor": Number("Factor", "2 is twice as fast, 0.5 half as fast.", 1.0, minimum=0.1, maximum=20.0)},
    pace=_pace,
)
