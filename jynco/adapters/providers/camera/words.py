"""The words of the field, as tables: which forms a movement has, which ways it goes, how fast, and who moves.

Many of them also name things in the picture (a red truck, a frying pan, rolling hills). ``PLAIN`` verbs hardly
do and are believed on sight; ``NOUNISH`` ones only where a camera can be meant; ``MOTIONS`` only of a camera.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final

from jynco.adapters.providers.camera.moves import Kind


class Way(StrEnum):
    """A direction in which a camera goes."""

    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    DOWN = "down"
    IN = "in"
    OUT = "out"
    CLOCKWISE = "clockwise"
    COUNTERCLOCKWISE = "counterclockwise"


class Verb(StrEnum):
    """A movement without its direction."""

    PAN = "pan"
    TILT = "tilt"
    ZOOM = "zoom"
    PUSH = "push"
    PULL = "pull"
    TRUCK = "truck"
    CRANE = "crane"
    ORBIT = "orbit"
    ROLL = "roll"
    LOOK = "look"
    MOVE = "move"
    RISE = "rise"
    SINK = "sink"
    APPROACH = "approach"
    RETREAT = "retreat"


def _forms(words: str) -> Iterator[str]:
    """Each word with its forms, doubling the last letter (pan) or not (zoom); one too many is harmless."""
    for word in words.split():
        stem = word[:-1] if word.endswith("e") else word
        yield from (word, word + "s", word + "es", word[:-1] + "ies")
        for base in (stem, word + word[-1]):
            yield from (base + "ing", base + "ed")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _table(rows: Mapping[Verb, str]) -> dict[str, Verb]:
    return {form: verb for verb, words in rows.items() for form in _forms(words)}


PLAIN: Final = _table({Verb.PAN: "pan", Verb.TILT: "tilt", Verb.ZOOM: "zoom dolly"})
NOUNISH: Final = _table(
    {
        Verb.PUSH: "push",
        Verb.PULL: "pull",
        Verb.TRUCK: "truck track slide glide strafe crab slider",
        Verb.CRANE: "crane pedestal boom jib",
        Verb.ORBIT: "orbit arc circle revolve",
        Verb.ROLL: "roll rotate spin twist",
    }
)
MOTIONS: Final = _table(
    {
        Verb.LOOK: "look turn swing swivel",
        Verb.MOVE: "move travel fly float drift sweep go ease creep drive walk get inch shift",
        Verb.RISE: "rise ascend climb lift elevate",
        Verb.SINK: "descend sink lower drop fall",
        Verb.APPROACH: "approach advance close",
        Verb.RETREAT: "retreat recede back withdraw reverse",
    }
)

WAYS: Final[Mapping[str, Way]] = {
    word: way
    for way, words in {
        Way.LEFT: "left leftward leftwards",
        Way.RIGHT: "right rightward rightwards",
        Way.UP: "up upward upwards skyward skywards",
        Way.DOWN: "down downward downwards",
        Way.IN: "in into inward inwards closer nearer forward forwards onto",
        Way.OUT: "out outward outwards back backward backwards away",
        Way.CLOCKWISE: "clockwise",
        Way.COUNTERCLOCKWISE: "counterclockwise anticlockwise",
    }.items()
    for word in words.split()
}

_SIDE: Final = {Way.LEFT: Kind.TRUCK_LEFT, Way.RIGHT: Kind.TRUCK_RIGHT}
_HEIGHT: Final = {Way.UP: Kind.PEDESTAL_UP, Way.DOWN: Kind.PEDESTAL_DOWN}
_DEPTH: Final = {Way.IN: Kind.DOLLY_IN, Way.OUT: Kind.DOLLY_OUT}
_HEAD: Final = {
    Way.LEFT: Kind.PAN_LEFT,
    Way.RIGHT: Kind.PAN_RIGHT,
    Way.UP: Kind.TILT_UP,
    Way.DOWN: Kind.TILT_DOWN,
}
_TURN: Final = {
    Way.LEFT: Kind.ROLL_COUNTERCLOCKWISE,
    Way.RIGHT: Kind.ROLL_CLOCKWISE,
    Way.CLOCKWISE: Kind.ROLL_CLOCKWISE,
    Way.COUNTERCLOCKWISE: Kind.ROLL_COUNTERCLOCKWISE,
}
_AROUND: Final = {  # clockwise as a bird sees it
    Way.LEFT: Kind.ORBIT_LEFT,
    Way.RIGHT: Kind.ORBIT_RIGHT,
    Way.CLOCKWISE: Kind.ORBIT_LEFT,
    Way.COUNTERCLOCKWISE: Kind.ORBIT_RIGHT,
}

KINDS: Final[Mapping[Verb, Mapping[Way, Kind]]] = {
    Verb.PAN: _HEAD,
    Verb.TILT: _HEAD | {Way.LEFT: Kind.ROLL_COUNTERCLOCKWISE, Way.RIGHT: Kind.ROLL_CLOCKWISE},
    Verb.ZOOM: _DEPTH | _SIDE | _HEIGHT,
    Verb.PUSH: _DEPTH | _SIDE,
    Verb.PULL: {Way.OUT: Kind.DOLLY_OUT},
    Verb.TRUCK: _SIDE | _DEPTH | _HEIGHT,
    Verb.CRANE: _HEIGHT | _SIDE,
    Verb.ORBIT: _AROUND,
    Verb.ROLL: _TURN,
    Verb.LOOK: _HEAD,
    Verb.MOVE: _SIDE | _HEIGHT | _DEPTH,
    Verb.RISE: {Way.UP: Kind.PEDESTAL_UP},
    Verb.SINK: {Way.DOWN: Kind.PEDESTAL_DOWN},
    Verb.APPROACH: {Way.IN: Kind.DOLLY_IN},
    Verb.RETREAT: {Way.OUT: Kind.DOLLY_OUT},
}

ALONE: Final[Mapping[Verb, Kind]] = {  # what a verb means without a direction
    Verb.PAN: Kind.PAN_RIGHT,
    Verb.TILT: Kind.TILT_UP,
    Verb.ZOOM: Kind.DOLLY_IN,
    Verb.PUSH: Kind.DOLLY_IN,
    Verb.PULL: Kind.DOLLY_OUT,
    Verb.TRUCK: Kind.TRUCK_RIGHT,
    Verb.CRANE: Kind.PEDESTAL_UP,
    Verb.ORBIT: Kind.ORBIT_RIGHT,
    Verb.ROLL: Kind.ROLL_CLOCKWISE,
    Verb.RISE: Kind.PEDESTAL_UP,
    Verb.SINK: Kind.PEDESTAL_DOWN,
    Verb.APPROACH: Kind.DOLLY_IN,
    Verb.RETREAT: Kind.DOLLY_OUT,
}

SPEEDS: Final[Mapping[str, float]] = {
    word: speed
    for speed, words in {
        0.3: "barely imperceptible imperceptibly minimal tiny",
        0.5: "slow slowly gentle gently subtle subtly slight slightly soft softly calm calmly lazy lazily"
        " leisurely gradual gradually little",
        1.6: "dramatic dramatically dynamic dynamically energetic energetically strong strongly bold",
        2.0: "fast quick quickly rapid rapidly swift swiftly sudden suddenly whip crash extreme brisk briskly",
    }.items()
    for word in words.split()
}
INTENSE: Final = _set("very really extremely super ultra so too")

CAMERA: Final = _set("camera cam shot shots view viewpoint frame lens drone steadicam gimbal angle pov we")
NEGATIONS: Final = _set(
    "no not without never avoid don't dont doesn't doesnt isn't isnt won't wont can't cannot nor neither zero"
)
MOVEMENT: Final = _set("movement movements motion move moves moving")
STILL: Final = _set("static still fixed stationary motionless locked unmoving immobile tripod")
SHAKY: Final = _set("handheld shaky shaking shake shakes jittery wobbly wobbling wobble trembling")
THEN: Final = _set("then before afterwards afterward next finally")

STYLE: Final = INTENSE | _set(
    "360 degree full smooth smoothly steady steadily cinematic elegant elegantly continuous continuously constant "
    "careful carefully quiet quietly nice long short perfectly completely totally absolutely entirely "
    "off down on single one nothing natural naturally immersive style look feel effect feeling "
    "footage film movement motion move"
)
# what may stand between a camera and what it does, or between a verb and its direction
LINKS: Final = _set(
    "is are be being starts start starting begins begin beginning continues continue to will should "
    "must let lets please now first just also keep keeps keeping makes make making does do it its "
    "itself of"
)
ARTICLES: Final = _set("a an the this some")
FILLERS: Final = (
    LINKS
    | ARTICLES
    | STYLE
    | INTENSE
    | _set("to towards toward from over across along bit all way camera shot his her their")
)
# what may follow a verb that stands without a direction
AFTER_ALONE: Final = _set(
    "across over along through around round toward towards to shot shots movement motion effect move "
    "at during onto past for"
)
