"""One clause of a motion prompt: which movements of the camera it names, if any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from jynco.adapters.providers.camera.moves import Kind
from jynco.adapters.providers.camera.words import (
    AFTER_ALONE,
    ALONE,
    ARTICLES,
    CAMERA,
    FILLERS,
    INTENSE,
    KINDS,
    LINKS,
    MOTIONS,
    MOVEMENT,
    NEGATIONS,
    NOUNISH,
    PLAIN,
    SHAKY,
    SPEEDS,
    STILL,
    STYLE,
    WAYS,
    Verb,
    Way,
)

_VERBS: Final = PLAIN | NOUNISH | MOTIONS
_MANNER: Final = STYLE | SPEEDS.keys() | LINKS
_ORDERS: Final = frozenset({"move", "fly", "look", "turn", "go"})  # said to a camera without naming it
_UNMISTAKABLE: Final = frozenset({"pan", "panning", "tilt", "zoom", "dolly", "dollying"})  # with a direction
_SLOWEST, _FASTEST = 0.25, 2.5
_FAR: Final = 7  # words between "pan across the ..." and its "to the left"


@dataclass(frozen=True, slots=True)
class Found:
    """A movement that a clause names."""

    kind: Kind
    verb: Verb
    has_way: bool  # the clause says in which direction
    is_negated: bool


@dataclass(frozen=True, slots=True)
class Clause:
    """Lower-case words without punctuation, hyphens gone, in their order."""

    words: tuple[str, ...]

    # --- what the clause says as a whole

    @property
    def is_negated(self) -> bool:
        """Whether it says no, not, without."""
        return bool(NEGATIONS & set(self.words))

    @property
    def names_camera(self) -> bool:
        """Whether somebody speaks of the camera by name."""
        return bool(CAMERA & set(self.words))

    @property
    def is_style_only(self) -> bool:
        """Only manner, no matter: "very slow", "smooth camera motion"."""
        return set(self.words) <= _MANNER | CAMERA | ARTICLES | NEGATIONS | STILL | SHAKY

    @property
    def is_bare_list(self) -> bool:
        """Only verbs, as in the rest of "no zoom, pan or tilt"."""
        return set(self.words) <= _VERBS.keys() | {"or", "nor", "any"}

    @property
    def speed(self) -> float | None:
        """How far and fast: 1 as usual, None when it does not say. "Not too fast" is a little slow."""
        speeds = [self._weighed(index) for index, word in enumerate(self.words) if word in SPEEDS]
        if not speeds:
            return None
        product = 1.0
        for speed in speeds:
            product *= speed
        return min(max(product, _SLOWEST), _FASTEST)

    def _weighed(self, index: int) -> float:
        speed, before = SPEEDS[self.words[index]], self.words[max(index - 2, 0) : index]
        if NEGATIONS & set(before):
            return 0.75 if speed > 1 else 1.0
        return speed**1.5 if INTENSE & set(before) else speed

    @property
    def shake(self) -> float:
        """How strongly the clause asks for a hand-held camera, 0: not at all."""
        named = SHAKY & set(self.words)
        if not named or not (self.names_camera or self.is_style_only or self._opens_with_handheld):
            return 0.0
        return self.speed or 1.0

    @property
    def _opens_with_handheld(self) -> bool:
        """Whether it begins with it: "handheld walk through the market", but not "a handheld fan"."""
        before = self.words[: self.words.index("handheld")] if "handheld" in self.words else ("-",)
        return set(before) <= _MANNER

    @property
    def asks_for_stillness(self) -> bool:
        """As "static shot", "the camera does not move", "no camera movement", but not "still water"."""
        words = set(self.words)
        if words & STILL and not self.is_negated:
            return self.names_camera or self.is_style_only
        if self.is_negated and words & MOVEMENT and "blur" not in words:
            return self.names_camera or self.words[0] in NEGATIONS
        return False

    # --- its movements

    def found(self) -> Sequence[Found]:
        """Every movement of the camera, in order."""
        found = (self._at(index) for index, word in enumerate(self.words) if word in _VERBS)
        return [each for each in found if each is not None]

    def echo(self, verb: Verb | None) -> Sequence[Found]:
        """The rest of "pan left and up": a clause of directions only, for the verb before it."""
        if verb is None or not set(self.words) <= WAYS.keys() | _MANNER:
            return []
        ways = [WAYS[word] for word in self.words if word in WAYS]
        return [Found(KINDS[verb][way], verb, True, False) for way in ways if way in KINDS[verb]]

    def _at(self, index: int) -> Found | None:
        word = self.words[index]
        verb = _VERBS[word]
        way = self._way(index, verb)
        if not self._is_spoken_of_camera(index, verb, way):
            return None
        kind = KINDS[verb][way] if way else ALONE.get(verb)
        if kind is None:
            return None
        if verb is Verb.ROLL and way is None and self._goes_around(index):
            kind = Kind.ORBIT_RIGHT
        return Found(kind, verb, way is not None, self._is_denied(index))

    def _is_denied(self, index: int) -> bool:
        """A "not" before the verb, unless it denies a manner: "not too fast"."""
        denials = [at for at, word in enumerate(self.words[:index]) if word in NEGATIONS]
        return any(not set(self.words[at + 1 : at + 3]) & SPEEDS.keys() for at in denials)

    def _goes_around(self, index: int) -> bool:
        return bool({"around", "round"} & set(self.words[index + 1 : index + 3]))

    # --- in which direction

    def _way(self, index: int, verb: Verb) -> Way | None:
        fits = KINDS[verb]
        return self._way_after(index, verb) or self._way_across(index, fits) or self._way_before(index, fits)

    def _way_after(self, index: int, verb: Verb) -> Way | None:
        """As in "pan slowly to the left"; of "left to right" the end counts; "toward" is in where in is a way."""
        for at in range(index + 1, len(self.words)):
            word = self.words[at]
            way = WAYS.get(word)
            if way is not None and way in KINDS[verb]:
                return self._end_of_way(at, way)
            if word in {"toward", "towards"} and not self._names_side(at) and Way.IN in KINDS[verb]:
                return Way.IN
            if verb is Verb.MOVE and word in {"through", "over", "along"}:
                return Way.IN
            if word not in FILLERS and word not in SPEEDS and word not in {"or"}:
                return None
        return None

    def _names_side(self, index: int) -> bool:
        """Whether "towards" ends in "the left", and not in "the left window"."""
        rest = [word for word in self.words[index + 1 :] if word not in ARTICLES]
        return rest in (["left"], ["right"])

    def _end_of_way(self, index: int, way: Way) -> Way:
        rest = [word for word in self.words[index + 1 : index + 5] if word not in ARTICLES | {"side"}]
        return WAYS.get(rest[1], way) if len(rest) > 1 and rest[0] == "to" else way

    def _way_across(self, index: int, fits: Mapping[Way, Kind]) -> Way | None:
        """As in "pan across the valley to the left", "tilt from the street up to the sky"."""
        for at in range(index + 1, min(index + 1 + _FAR, len(self.words))):
            way = WAYS.get(self.words[at])
            if way is None or way not in fits:
                continue
            if way in {Way.UP, Way.DOWN} or self._is_aimed(at):
                return self._end_of_way(at, way)
        return None

    def _is_aimed(self, index: int) -> bool:
        return bool({"to", "toward", "towards", "from"} & set(self.words[max(index - 2, 0) : index]))

    def _way_before(self, index: int, fits: Mapping[Way, Kind]) -> Way | None:
        """As in "slow left pan", "clockwise roll"."""
        for word in reversed(self.words[:index]):
            way = WAYS.get(word)
            if way in fits:
                return way
            if word not in SPEEDS and word not in STYLE and word not in CAMERA:
                return None
        return None

    # --- and whether the camera is meant

    def _is_spoken_of_camera(self, index: int, verb: Verb, way: Way | None) -> bool:
        word = self.words[index]
        if word in MOTIONS:
            is_order = word in _ORDERS and way is not None and self._opens(index)
            return is_order or self._has_camera_before(index)
        if word in _UNMISTAKABLE and way is not None:
            return True
        return self._is_led(index, word) and (way is not None or self._may_stand_alone(index, verb))

    def _is_led(self, index: int, word: str) -> bool:
        """Whether what stands before can lead to a camera's verb: nothing, manner, a camera, at most an article."""
        if index == 0 or self._has_camera_before(index):
            return True
        before = self.words[index - 1]
        lead = _MANNER | CAMERA | NEGATIONS | WAYS.keys() | _VERBS.keys() | {"or", "any"}
        return before in lead or (word in PLAIN and before in ARTICLES)

    def _has_camera_before(self, index: int) -> bool:
        """Whether the subject is a camera: walking back over manner and links, one stands there."""
        for word in reversed(self.words[:index]):
            if word in CAMERA:
                return True
            if word not in _MANNER and word not in NEGATIONS and word not in WAYS and word != "or":
                return False
        return False

    def _opens(self, index: int) -> bool:
        return set(self.words[:index]) <= _MANNER | NEGATIONS

    def _may_stand_alone(self, index: int, verb: Verb) -> bool:
        """A verb without a direction: at the clause's end, or before what a camera moves over."""
        after = self.words[index + 1 : index + 2]
        allowed = AFTER_ALONE | SPEEDS.keys() | NEGATIONS | {"or"}
        allowed |= {Verb.ORBIT: ARTICLES, Verb.ZOOM: {"on"}}.get(verb, frozenset())
        if verb in {Verb.PAN, Verb.TILT, Verb.ZOOM} or after[:1] in (("shot",), ("around",)):
            return not after or after[0] in allowed
        return (not after or after[0] in allowed) and (index > 0 or verb is Verb.ORBIT)
