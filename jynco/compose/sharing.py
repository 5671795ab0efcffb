"""Which segments one process makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TypeVar

from jynco.compose.segments import Segment
from jynco.compose.sources import Material, Source
from jynco.compose.spans import Piece
from jynco.compose.stretches import Stretch
from jynco.model.ids import ClipId
from jynco.model.time import Rate

NEAR = 30  # frames: reading so many in vain costs less than a second encoder's memory

FIRST = 4  # segments of a film that is wanted soon: its first seconds
LEAST, MOST = 150, 240  # frames of one process, where several clips go together
CROWD = 8  # segments of one process: each is an encoder's memory

Group = tuple[Segment, ...]
T = TypeVar("T")


def groups(
    missing: Iterable[Segment], materials: Mapping[ClipId, Material], processes: int, soon: bool = False
) -> list[Group]:
    """The processes to run, the longest first, or as the film begins (``soon``). Equal segments are made once.

    Each process is an encoder's memory and one pass through its files. So a segment goes alone where reading can
    begin shortly before it, and else together with its clip's longest, whose reader passes there anyway. Where
    there are fewer than ``processes``, the longest are shared: decoding twice costs less than a core that waits.
    Where the film is wanted ``soon``, nothing near waits for company at its beginning; behind that each clip is one
    process, for what starts is a good part of a small segment's cost, and there the film is made faster than it plays.
    """
    ordered = sorted({segment.key: segment for segment in missing}.values(), key=lambda each: each.span.start)
    owners: dict[tuple[ClipId | None, bool], list[Segment]] = {}
    for number, segment in enumerate(ordered):
        owners.setdefault((segment.owner, soon and number >= FIRST), []).append(segment)
    found: list[Group] = []
    for (_, later), own in owners.items():
        found += [tuple(own)] if later else _shared(own, materials, soon)
    while len(found) < processes and (parted := _halved(found)):
        found = parted
    return sorted(found, key=_start) if soon else sorted(found, key=_frames, reverse=True)


def lots(missing: Iterable[Segment], processes: int, rate: Rate) -> list[Group]:
    """The processes to run for a small film that is wanted soon and whose sources can be entered anywhere.

    What starts is a good part of a small segment's cost, and a process with several encoders fills several cores. So
    neighbours go together, whatever clips they show. The film's first second waits for nobody else, and of what comes
    behind it the first ones are fewer, for they are seen first.
    """
    ordered = sorted({segment.key: segment for segment in missing}.values(), key=lambda each: each.span.start)
    enough = min(MOST, max(LEAST, _frames(tuple(ordered)) // (2 * processes)))
    second = [each for each in ordered if each.span.start < rate.frames(Fraction(1))][:CROWD]
    found, open_ = [tuple(second)] if second else list[Group](), list[Segment]()
    for segment in ordered[len(second) :]:
        open_.append(segment)
        if _frames(open_) >= (enough if found else enough // 2) or len(open_) == CROWD:
            found.append(tuple(open_))
            open_ = []
    return [*found, *([tuple(open_)] if open_ else [])]


def in_turn(sound: Sequence[T], pictures: Sequence[T], more: Sequence[T], early: int) -> list[T]:
    """What begins a film's ``sound``, its ``pictures`` and ``more`` of its sound behind so many ``early`` ones.

    What is mixed waits for what is decoded, so the first picture is begun between the two: else it would wait as well.
    """
    return [*sound[:1], *pictures[:1], *sound[1:], *pictures[1:early], *more, *pictures[early:]]


def shared(silent: Sequence[Stretch], processes: int) -> list[Sequence[Stretch]]:
    """Stretches of sound for so many processes, in turn: what is loud and what is silent lies side by side."""
    return [silent[number::processes] for number in range(min(processes, len(silent)))]


def _shared(own: Sequence[Segment], materials: Mapping[ClipId, Material], soon: bool) -> list[Group]:
    near = sorted(
        (each for each in own if open_anywhere([each], materials)),
        key=lambda each: each.span.frames,
    )
    far = [each for each in own if each not in near]
    company = [near.pop()] if far and near and not soon else []
    return [*((each,) for each in near), *([(*company, *far)] if far else [])]


def open_anywhere(some: Iterable[Segment], materials: Mapping[ClipId, Material]) -> bool:
    """Whether little of their sources is read in vain, however they are shared."""
    return all(_near(piece, materials) for each in some for piece in each.span.pieces)


def _near(piece: Piece, materials: Mapping[ClipId, Material]) -> bool:
    """Whether little is read in vain before its first frame. Stand-ins are drawn, or stand still."""
    material = materials[piece.clip_id]
    begin = material.begin(piece.first) if isinstance(material, Source) else 0
    return piece.first - begin <= NEAR


def _halved(found: Sequence[Group]) -> list[Group] | None:
    """With the longest that has several segments in two; None where there is none."""
    longest = max((group for group in found if len(group) > 1), key=_frames, default=None)
    if longest is None:
        return None
    half = min(range(1, len(longest)), key=lambda cut: abs(_frames(longest[:cut]) - _frames(longest[cut:])))
    return [*(group for group in found if group is not longest), longest[:half], longest[half:]]


def _start(group: Group) -> int:
    return min(segment.span.start for segment in group)


def _frames(group: Sequence[Segment]) -> int:
    return sum(segment.span.frames for segment in group)
