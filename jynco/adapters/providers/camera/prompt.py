"""Reading a motion prompt: clause by clause, whole words only.

A clause ends at punctuation and at words that join (and, while, with, then). Within one, a verb of the camera
looks for its direction, for a "not" before it and for how fast; manner alone speaks for all clauses.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from jynco.adapters.providers.camera.clause import Clause, Found
from jynco.adapters.providers.camera.moves import OPPOSITE, Kind, Move, Script
from jynco.adapters.providers.camera.words import MOVEMENT, THEN, Verb

_BREAK: Final = re.compile(
    r"[.,;:!?\n()\[\]{}|/\"\u201c\u201d\u2013\u2014\u2026]+"  # curly quotes, dashes, three dots
    r"|\b(?:and|while|whilst|with|as|but|then|before|after|afterwards?|next|finally|plus)\b"
)
_SPELLINGS: Final = (
    (re.compile(r"[\u2019\u02bc`]"), "'"),
    (re.compile(r"[&+]"), " and "),
    (re.compile(r"[-_\u2010\u2011]"), " "),
    (re.compile(r"\b(counter|anti) ?clock ?wise\b"), "counterclockwise"),
    (re.compile(r"\bhand held\b"), "handheld"),
    (re.compile(r"\bslow mo(tion)?\b"), " "),  # how the scene runs, not the camera
    (re.compile(r"\bdolly ?zoom\b"), "dolly"),
    (re.compile(r"\b(push|zoom|dolly)(in|out)\b"), r"\1 \2"),
    (re.compile(r"\bpull ?back\b"), "pull back"),
)
_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)?")


def read(prompt: str, negative_prompt: str = "") -> Script:
    """What the words ask of the camera; what ``negative_prompt`` names is left out."""
    reader = _Reader()
    for joint, clause in _clauses(prompt):
        reader.take(joint, clause)
    unwanted = {found.kind for _, clause in _clauses(negative_prompt) for found in clause.found()}
    return reader.script(frozenset(unwanted), _forbids_movement(negative_prompt))


def _forbids_movement(negative_prompt: str) -> bool:
    """Whether "camera movement" is not wanted; a bare "motion blur" there says nothing of the camera."""
    clauses = [clause.words for _, clause in _clauses(negative_prompt)]
    return any("camera" in words and MOVEMENT & set(words) for words in clauses)


def _clauses(text: str) -> Sequence[tuple[str, Clause]]:
    """Each clause with the joint before it: a joining word, "," for punctuation, "" for the first."""
    text = text.casefold()
    for pattern, plain in _SPELLINGS:
        text = pattern.sub(plain, text)
    joints = ["", *(match.group() for match in _BREAK.finditer(text))]
    pairs = [
        (joint if joint.isalpha() else joint and ",", Clause(tuple(_WORD.findall(part))))
        for joint, part in zip(joints, _BREAK.split(text), strict=True)
    ]
    return _merged(pairs)


def _merged(pairs: Sequence[tuple[str, Clause]]) -> Sequence[tuple[str, Clause]]:
    """Empty clauses leave, and what joined them (", and then") is said together before the next."""
    kept: list[tuple[str, Clause]] = []
    waiting: list[str] = []
    for joint, clause in pairs:
        waiting.append(joint)
        if clause.words:
            kept.append((" ".join(waiting).strip(), clause))
            waiting = []
    return kept


@dataclass(slots=True)
class _Reader:
    """What has been understood so far."""

    moves: list[tuple[Found, float | None, int]] = field(default_factory=list)
    unwanted: set[Kind] = field(default_factory=set)
    shake: float = 0.0
    is_still: bool = False
    pace: float | None = None
    act: int = 0
    verb: Verb | None = None
    was_negated: bool = False

    def take(self, joint: str, clause: Clause) -> None:
        """One more clause, and the joint before it."""
        self._turn_the_page(joint)
        is_listed = self.was_negated and clause.is_bare_list
        found = clause.found() or clause.echo(self.verb)
        for each in found:
            self._note(each, clause.speed, each.is_negated or is_listed)
        if not clause.is_negated:
            self.shake = max(self.shake, clause.shake)
        self.is_still = self.is_still or clause.asks_for_stillness
        if clause.is_style_only and self.pace is None:
            self.pace = clause.speed
        self.verb = found[-1].verb if found else self.verb
        self.was_negated = bool(found) and (is_listed or found[-1].is_negated)

    def _turn_the_page(self, joint: str) -> None:
        if THEN & set(joint.split()) and any(act == self.act for _, _, act in self.moves):
            self.act += 1

    def _note(self, found: Found, speed: float | None, negated: bool) -> None:
        if negated:
            self.unwanted |= {found.kind} if found.has_way else {found.kind, OPPOSITE[found.kind]}
            return
        here = {each.kind for each, _, act in self.moves if act == self.act}
        if found.kind in here:
            return
        if OPPOSITE[found.kind] in here:  # both at once would be neither: one after the other
            self.act += 1
        self.moves.append((found, speed, self.act))

    def script(self, unwanted: frozenset[Kind], forbidden: bool) -> Script:
        """All of it. A bare verb beside a camera that stands ("static shot, birds circle") is the scene's."""
        refused = unwanted | self.unwanted
        moves = tuple(
            Move(found.kind, speed if speed is not None else self.pace or 1.0, act)
            for found, speed, act in self.moves
            if found.kind not in refused and not forbidden and (found.has_way or not self.is_still)
        )
        lateral = {Kind.PAN_LEFT, Kind.PAN_RIGHT, Kind.TRUCK_LEFT, Kind.TRUCK_RIGHT}
        if refused & lateral:
            refused |= lateral
        return Script(moves, self.shake, (self.is_still or forbidden) and not moves, refused)
