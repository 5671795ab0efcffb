"""Whether a delivered film is the clip that was ordered: long enough, the right shape, not black, and moving.

Size and rate are not judged: the cut brings every clip to the film's own.
"""

from __future__ import annotations

import math
import re
from typing import Final

from jynco.model.media import Look
from jynco.model.motion import Capabilities, Shot

SHORT_BY: Final = 0.25  # seconds that may be missing: vendors round to their own rates
SHORT_PART: Final = 0.05  # or this part of what was ordered
ASPECT: Final = 0.06  # of the ratio: vendors' 21:9 and 4:3 are rounded to whole blocks of pixels
BLACK: Final = 0.06  # of full light: no pixel of any frame is lighter
STILL: Final = (
    0.016  # of full light: no pixel of any frame differs more from the first; less is the encoder's noise
)
# What asks for a picture in which nothing moves, in whole phrases: who holds a lantern walks, a frozen lake cracks.
STILLNESS: Final = re.compile(
    r"\b((holds?|stays?|keeps?|remains?) (perfectly |completely |absolutely )?still"
    r"|(static|still) (shot|camera|frame|image|picture)|camera (is )?(static|still)"
    r"|(freeze|frozen)[ -](frame|image|picture)|motionless|unmoving|immobile"
    r"|no (camera )?(movement|motion)|nothing moves)\b",
    re.I,
)


def refusal(shot: Shot, look: Look, can: Capabilities) -> str | None:
    """Why the film is not the clip, as the end of a sentence that begins with it; None when it is."""
    return _length(shot, look) or (_shape(shot, look) if can.sizes else None) or _content(shot, look, can)


def described(look: Look) -> str:
    """What came, for the ledger."""
    info = look.info
    return f"{info.width}x{info.height}, {float(info.rate):g} fps, {info.frames} frames, {look.seconds:.2f} s"


def _length(shot: Shot, look: Look) -> str | None:
    ordered = float(shot.rate.seconds(shot.frames))
    if look.seconds >= ordered - max(SHORT_BY, SHORT_PART * ordered):
        return None
    return f"is only {look.seconds:.2f} s long, and {ordered:.2f} s were ordered"


def _shape(shot: Shot, look: Look) -> str | None:
    """Only where a shape was ordered: some models shape the film like its picture."""
    width, height = look.info.width * look.info.pixel_aspect, look.info.height
    if width and height and abs(math.log(width * shot.height / (height * shot.width))) <= ASPECT:
        return None
    return f"is {look.info.width}x{look.info.height}, not of the shape {shot.width}x{shot.height}"


def _content(shot: Shot, look: Look, can: Capabilities) -> str | None:
    if can.shows_the_picture:
        return None
    if look.brightest <= BLACK:
        return f"is black: its lightest pixel has {look.brightest:.0%} of full light"
    if look.change is not None and look.change <= STILL and not STILLNESS.search(shot.prompt):
        return f"does not move: no pixel changes by more than {look.change:.1%} of full light"
    return None
