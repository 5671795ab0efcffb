"""FFmpeg's family of cross fades, under the names by which people know them."""

from __future__ import annotations

from typing import Final

from jynco.compose.transitions.base import Transition, xfade

WAYS: Final = {"left": "to the left", "right": "to the right", "up": "upwards", "down": "downwards"}
MOVES: Final = {
    "wipe": "An edge goes over the picture {way}.",
    "slide": "The next picture pushes the old one out {way}.",
    "smooth": "A soft edge goes over the picture {way}.",
    "cover": "The next picture slides over the old one {way}.",
    "reveal": "The old picture slides away {way} and uncovers the next.",
}
SHAPES: Final = {
    "circleopen": "A soft circle opens from the middle.",
    "circleclose": "A soft circle closes on the middle.",
    "circlecrop": "A circle closes to black and opens again on the next picture.",
    "rectcrop": "A rectangle closes to black and opens again on the next picture.",
    "vertopen": "Two halves open to the sides like a door.",
    "vertclose": "Two halves close from the sides like a door.",
    "horzopen": "Two halves open upwards and downwards.",
    "horzclose": "Two halves close from above and below.",
    "radial": "A hand goes round like a clock's.",
    "diagtl": "A soft diagonal edge goes to the upper left.",
    "diagtr": "A soft diagonal edge goes to the upper right.",
    "diagbl": "A soft diagonal edge goes to the lower left.",
    "diagbr": "A soft diagonal edge goes to the lower right.",
    "wipetl": "A corner grows towards the upper left.",
    "wipetr": "A corner grows towards the upper right.",
    "wipebl": "A corner grows towards the lower left.",
    "wipebr": "A corner grows towards the lower right.",
    "hlslice": "Upright slices turn over, to the left.",
    "hrslice": "Upright slices turn over, to the right.",
    "vuslice": "Level slices turn over, upwards.",
    "vdslice": "Level slices turn over, downwards.",
    "hlwind": "The picture is blown away to the left.",
    "hrwind": "The picture is blown away to the right.",
    "vuwind": "The picture is blown away upwards.",
    "vdwind": "The picture is blown away downwards.",
    "squeezeh": "The picture is squeezed level until it is gone.",
    "squeezev": "The picture is squeezed upright until it is gone.",
    "pixelize": "Squares grow, and shrink again to the next picture.",
    "hblur": "The picture is smeared sideways into the next.",
    "zoomin": "The picture comes nearer until the next one is seen.",
    "fadeblack": "Through black, with both clips in the overlap.",
    "fadewhite": "Through white.",
    "fadegrays": "Through grey.",
    "fadefast": "A dissolve that hurries at the beginning.",
    "fadeslow": "A dissolve that takes its time at the beginning.",
    "distance": "The pixels that are alike change first.",
}


def _one(name: str, kind: str, description: str) -> Transition:
    return Transition(name, name.capitalize(), description, xfade(kind))


TRANSITIONS: Final = (
    _one("slide", "slideleft", "The next picture pushes the old one out to the left."),
    *(
        _one(move + way, move + way, text.format(way=WAYS[way]))
        for move, text in MOVES.items()
        for way in WAYS
    ),
    *(_one(name, name, text) for name, text in SHAPES.items()),
)
