"""What people do to a film, each as a step from one reference to another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bench.reference import Reference
from jynco.compose.preview import preview
from jynco.model.storyboard import Clip, Filter, FilterKind, Storyboard, TransitionKind

Edit = Callable[[Reference], Reference]
FEW = 6  # clips: a film as short as the quick one has no room behind its words


@dataclass(frozen=True, slots=True)
class Step:
    """An edit, and how many times faster than the single command the film should be after it."""

    edit: Edit
    goal: float | None = None


def small(what: Reference) -> Reference:
    """The film's preview."""
    return replace(what, board=preview(what.board), soon=True)


def volume(what: Reference) -> Reference:
    return replace(what, board=replace(what.board, audio=(replace(what.board.audio[0], volume=0.5),)))


def clip(what: Reference) -> Reference:
    """Another film in the second clip's place."""
    return replace(what, sources=(what.sources[0], what.sources[-1], *what.sources[2:]))


def text(what: Reference) -> Reference:
    words = (what.board.text[0], replace(what.board.text[1], content="it's 60% off"))
    return replace(what, board=replace(what.board, text=words))


def look(what: Reference) -> Reference:
    """A filter on a clip that lies under no text."""
    place = _later(what.board)
    changed = what.board.clips[place]
    dressed = replace(changed.effects, filters=(Filter(FilterKind.BRIGHTNESS, 0.6),))
    return replace(what, board=_with(what.board, place, replace(changed, effects=dressed)))


def swap(what: Reference) -> Reference:
    """Two neighbours change places; each takes its film and its transition along."""
    first = _later(what.board) + 1 if len(what.board.clips) > FEW else 1
    order = [*range(first), first + 1, first, *range(first + 2, len(what.board.clips))]
    clips = tuple(what.board.clips[number] for number in order)
    sources = tuple(what.sources[number] for number in order)
    return replace(what, board=replace(what.board, clips=clips), sources=(*sources, what.sources[-1]))


def wiped(what: Reference) -> Reference:
    return replace(what, board=_leaving(what.board, 0, TransitionKind.WIPE))


def dissolved(what: Reference) -> Reference:
    return replace(what, board=_leaving(what.board, _later(what.board), TransitionKind.DISSOLVE))


STEPS: dict[str, Step] = {
    "nothing changed": Step(lambda what: what, 150),
    "a volume": Step(volume, 150),
    "a transition's kind": Step(wiped, 17),
    "a cut becomes a dissolve": Step(dissolved),
    "one clip": Step(clip, 7),
    "one text": Step(text, 5),
    "one effect": Step(look),
    "two clips swapped": Step(swap, 6),
}


def _later(board: Storyboard) -> int:
    """A clip that goes into the next without a transition, behind all words: those do not move with the clips."""
    return 4 if len(board.clips) > FEW else 1


def _leaving(board: Storyboard, place: int, kind: TransitionKind) -> Storyboard:
    changed = board.clips[place]
    return _with(board, place, replace(changed, effects=replace(changed.effects, leave=kind)))


def _with(board: Storyboard, place: int, changed: Clip) -> Storyboard:
    clips = [changed if number == place else each for number, each in enumerate(board.clips)]
    return replace(board, clips=tuple(clips))
